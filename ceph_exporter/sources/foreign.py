"""Answers that are not the API's own: redirects, and pages of proxies and load balancers.

They say something about the URL, never about a document.
"""

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from ceph_exporter.facts import DecodeError
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.http import Response

HINT = (
    "this answer is not the API's own; check the URL, and the proxy or load balancer in front of it"
)
_LOGIN = re.compile(r"log-?in|sign-?in|signon|oauth|openid|saml|sso|realms|authorize|client_id")
_MOST = 200  # characters of an address that are shown


class ForeignAnswerError(SourceError):
    """Something else than the API answered at its URL; of kind UNREACHABLE."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorKind.UNREACHABLE, message)


def what_instead(body: bytes, error: DecodeError) -> str:
    """Return what a body is that could not be decoded."""
    if body.strip() and body.lstrip()[:1] not in b"{[<":
        return "the answer is text, not JSON"
    return str(error)


def check_redirect(url: str, response: Response) -> None:
    """Raise SourceError if the answer is a redirect, which is never followed.

    The text names scheme, host and port of its target only: the rest may contain a token.
    """
    if not 300 <= response.status < 400:
        return
    here, target = urlsplit(url), _target(url, response.headers.get("location", ""))
    if target is None:
        raise ForeignAnswerError(
            f"{url}: HTTP {response.status}: a redirect to an unknown address; {HINT}"
        )
    there = _origin(target)
    if _is_upgrade(here, target):
        raise ForeignAnswerError(f"{url}: redirects to {there}; use https:// in --cluster.url")
    if response.status in (302, 303) and _is_root(here, target) and there != _origin(here):
        raise SourceError(
            ErrorKind.STANDBY,
            f"{url}: this is a standby mgr, and its redirect to {there}/ is not followed; list the "
            "URL of every mgr in --cluster.url",
        )
    if there != _origin(here) or _LOGIN.search(f"{target.path}?{target.query}".lower()):
        raise ForeignAnswerError(
            f"{url}: redirects to {there}, where a login is demanded, for example by an identity "
            "provider; use a URL at which Ceph's API answers without it"
        )
    raise ForeignAnswerError(f"{url}: redirects to another path of {there}; check the URL's path")


def _target(url: str, location: str) -> SplitResult | None:
    try:
        target = urlsplit(urljoin(f"{url}/", location[:8192]))
        _origin(target)
    except ValueError:
        return None
    usable = location and target.hostname and target.scheme in ("http", "https")
    return target if usable else None


def _origin(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    text = f"{parts.scheme}://{host}{port}"
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_MOST])


def _is_upgrade(here: SplitResult, target: SplitResult) -> bool:
    """Return whether a proxy demands TLS; a standby's redirect names a port that is not 443."""
    secure = (here.scheme, target.scheme) == ("http", "https")
    same = here.hostname == target.hostname
    return secure and same and (target.port in (None, 443) or not _is_root(here, target))


def _is_root(here: SplitResult, target: SplitResult) -> bool:
    """Return whether the target is the root of a dashboard: standbys drop the path."""
    path = target.path.strip("/")
    return not target.query and path in ("", here.path.strip("/"))
