"""The keys of a user of RGW, and the signature that they make (AWS signature version 4).

The signature is botocore's, the optional extra `rgw`, which is imported only where RGW's API is
configured: it takes 0.1 s and 15 MB.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from ceph_exporter.sources.base import ErrorKind, SourceError

_REGION = "us-east-1"
"""RGW accepts any."""
_REMEDY = "install it with: pip install 'ceph-exporter[rgw]', or Debian's python3-botocore"


class Keys:
    """The access key and the secret key, read from their files at every use and never shown."""

    def __init__(self, access_key_file: str, secret_key_file: str) -> None:
        self.access_key_file = access_key_file
        self.secret_key_file = secret_key_file

    def signed(self, url: str) -> Mapping[str, str]:
        """Return the headers that sign a GET request; raise SourceError if that is impossible."""
        access_key, secret_key = _read(self.access_key_file), _read(self.secret_key_file)
        try:
            auth = import_module("botocore.auth")
            request = import_module("botocore.awsrequest").AWSRequest("GET", url)
            credentials = import_module("botocore.credentials").Credentials(access_key, secret_key)
        except ImportError as error:
            raise SourceError(
                ErrorKind.FAILED,
                f"RGW's API needs the Python package botocore, which cannot be imported ({error}); "
                f"{_REMEDY}",
            ) from None
        auth.S3SigV4Auth(credentials, "s3", _REGION).add_auth(request)
        return dict(request.headers.items())


def _read(file: str) -> str:
    try:
        key = Path(file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "expected one key in ASCII"
        raise SourceError(ErrorKind.FAILED, f"cannot read the key file {file}: {reason}") from None
    if not key or not key.isprintable() or " " in key:
        raise SourceError(
            ErrorKind.FAILED, f"the key file {file} has no key; write the key alone on one line"
        )
    return key
