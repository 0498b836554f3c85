"""What an answer of RGW's admin API means that is not the one expected.

Source: rgw_common.cc (rgw_http_s3_errors) and rgw_auth_s3.cc of 14 to 20: an error is an object
with `Code`, in XML if RGW did not read the parameter `format`.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.http import Response
from ceph_exporter.sources.rgw_keys import Keys

CAPS = "usage=read;buckets=read;users=read;metadata=read"
_CODE = re.compile(rb'(?:"Code"\s{0,9}:\s{0,9}"|<Code>)([A-Za-z]{1,64})')
_START = 4096  # bytes of an error in which its code is


def code_of(response: Response) -> str:
    """Return RGW's code of an error, empty if the answer is not RGW's."""
    match = _CODE.search(response.body[:_START])
    return match[1].decode() if match else ""


def refused(url: str, path: str, response: Response, keys: Keys) -> SourceError:
    """Return the error for an answer whose status is not 200."""
    code = code_of(response)
    text = f"{url}{path}: HTTP {response.status}: {code or 'no error of RGW'}"
    return SourceError(ErrorKind.FAILED, f"{text}; {_remedy(code, response, keys)}")


def _remedy(code: str, response: Response, keys: Keys) -> str:
    access, secret = keys.access_key_file, keys.secret_key_file
    remedies = {
        "RequestTimeTooSkewed": f"this host's clock is {_skew(response)}; synchronize both clocks",
        "InvalidAccessKeyId": f"RGW does not know the access key in {access}; compare it with: "
        "radosgw-admin user info --uid=USER",
        "SignatureDoesNotMatch": f"the key in {secret} is not the secret of the one in {access}, "
        "or a proxy changes the path or the Host header",
        "UserSuspended": "enable the exporter's user: radosgw-admin user enable --uid=USER",
        "AccessDenied": "the exporter's user lacks the right; grant it: radosgw-admin caps add "
        f'--uid=USER --caps="{CAPS}"',
        "": "check the URL, which must lead to RGW itself, without the name of a bucket",
    }
    return remedies.get(code, "see the log of RGW")


def _skew(response: Response) -> str:
    """Return by how much this host's clock differs, according to the header Date."""
    try:
        there = parsedate_to_datetime(response.headers.get("date", ""))
        seconds = (datetime.now(UTC) - there.astimezone(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return "more than 15 minutes ahead of RGW's or behind it"
    return f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} RGW's"
