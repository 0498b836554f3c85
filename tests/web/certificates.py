"""A CA, and certificates of a server and of a client, in a folder of their own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    import trustme


class Certificates(NamedTuple):
    """A CA, a server's certificate and key, a client's in one file, in a folder."""

    folder: Path
    ca: trustme.CA
    ca_file: Path
    cert_file: Path
    key_file: Path
    client_file: Path

    def renew(self, *names: str) -> None:
        """Put a new certificate and key in place of the server's."""
        write(self.ca, self.cert_file, self.key_file, names or ("127.0.0.1",))


def write(ca: trustme.CA, cert_file: Path, key_file: Path, names: tuple[str, ...]) -> None:
    """Issue a certificate for the names and write it and its key to files."""
    issued = ca.issue_cert(*names)
    key_file.write_bytes(issued.private_key_pem.bytes())
    cert_file.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))


def self_signed(folder: Path, name: str) -> Path:
    """Make a certificate that no CA has issued; return the file with it and its key."""
    cert, key, file = (folder / f"{name}{suffix}" for suffix in (".crt", ".key", ".pem"))
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    where = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    where += ["-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *where], check=True, capture_output=True)
    file.write_bytes(key.read_bytes() + cert.read_bytes())
    return file
