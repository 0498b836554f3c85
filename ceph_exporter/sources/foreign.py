"""Answers that do not come from Ceph's API: redirects, and pages of proxies and load balancers.

They indicate a problem with the URL, not with a document.
"""

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from ceph_exporter.facts import DecodeError
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.http import Response

HINT = (
    "this answer does not come from Ceph's API; check the URL, and the proxy or load balancer in "
    "front of it"
)
_LOGIN = re.compile(r"log-?in|sign-?in|signon|oauth|openid|saml|sso|realms|authorize|client_id")
_MOST = 200  # characters of an address that are shown


class ForeignAnswerError(SourceError):
    """Something other than Ceph's API answered at the URL. The kind is UNREACHABLE."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorKind.UNREACHABLE, message)


def what_instead(body: bytes, error: DecodeError) -> str:
    """Return a description of a body that could not be decoded."""
    if body.strip() and body.lstrip()[:1] not in b"{[<":
        return "the answer is text, not JSON"
    return str(error)


def check_redirect(url: str, response: Response) -> None:
    """Raise SourceError if the answer is a redirect, which is never followed.

    The message contains only scheme, host and port of the target, because the rest of its URL may
    contain a token.
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
    """Return whether a proxy redirects to https. A standby's redirect has a port other than 443."""
    secure = (here.scheme, target.scheme) == ("http", "https")
    same = here.hostname == target.hostname
    return secure and same and (target.port in (None, 443) or not _is_root(here, target))


def _is_root(here: SplitResult, target: SplitResult) -> bool:
    """Return whether the target is the root of a dashboard, to which standby mgrs redirect."""
    path = target.path.strip("/")
    return not target.query and path in ("", here.path.strip("/"))
