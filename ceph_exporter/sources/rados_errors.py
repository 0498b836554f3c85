"""Errors of librados, and of commands that Ceph refuses: what is wrong, then what to do."""

import errno
import os

from ceph_exporter.facts.command import Command
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.rados_child import NO_MODULE
from ceph_exporter.sources.rados_process import Reply
from ceph_exporter.sources.reasons import brief

RIGHTS_MISSING = (errno.EACCES, errno.EPERM)
"""The errnos of a command that the user's capabilities do not include."""

_UNKNOWN_COMMAND = ("command not known", "No handler found")
# The texts of ENOENT in orchestrator/_interface.py: no orchestrator is configured, or the module of
# the configured one is disabled.
_NO_ORCHESTRATOR = ("No orchestrator configured", "Module not found")
# The command shows passwords, so a user with the recommended rights may not run it.
_OF_SECRETS = "orch ls"
# The start of the text if a module, such as rbd_support, checks the mgr capabilities itself.
_NEEDS_MGR = "not authorized"


def check_files(conf: str, keyring: str) -> None:
    """Raise SourceError, which names the flag, if ceph.conf or the keyring cannot be read.

    librados does not report which of the files is missing or unreadable.
    """
    for flag, file in {"--cluster.ceph-conf": conf, "--cluster.keyring": keyring}.items():
        try:
            if file:
                os.close(os.open(file, os.O_RDONLY | os.O_NONBLOCK))
        except OSError as error:
            text = f"cannot read {file}: {error.strerror}; check {flag}"
            raise SourceError(ErrorKind.REFUSED, text) from None


def not_connected(reply: Reply, conf: str, entity: str) -> SourceError:
    """Return the error for librados' errno, with its meaning on Ceph 16.2.15 and 20.2.4."""
    if reply.text == NO_MODULE:
        return SourceError(
            ErrorKind.REFUSED,
            "no Python module rados; install the distribution's package python3-rados (the "
            "exporter also uses it from a virtual environment)",
        )
    refused = {
        errno.EACCES: f"the monitors refused {entity}; the file of --cluster.keyring (by default "
        f"/etc/ceph/ceph.{entity}.keyring) must contain the output of: ceph auth get {entity}",
        errno.EIO: f"librados cannot use the key of {entity}; check that it is not damaged; a key "
        "that starts with Ag (aes256k) requires python3-rados of the cluster's release",
        errno.ENOENT: f"librados found no monitors; set mon_host in {conf}",
    }
    kind = ErrorKind.REFUSED if reply.errno in refused else ErrorKind.UNREACHABLE
    other = f"librados cannot connect; check {conf} and the names in its mon_host"
    text = brief(reply.text)
    return SourceError(kind, f"{refused.get(reply.errno, other)} ({text})")


def refused(command: Command, reply: Reply, entity: str) -> SourceError:
    """Return the error for a command that failed, with the capability that is missing."""
    text = brief(reply.text) or os.strerror(reply.errno)
    if reply.errno == errno.EFBIG:
        return SourceError(
            ErrorKind.FAILED,
            f"the answer to the command {command.prefix!r} is too large and was not read; raise "
            "--poll.body-limit (poll.body_limit)",
        )
    message = f"Ceph refused the command {command.prefix!r}: {text}"
    if reply.errno == errno.EINVAL and any(words in text for words in _UNKNOWN_COMMAND):
        return SourceError(ErrorKind.UNSUPPORTED, message)
    if reply.errno == errno.ENOENT and any(words in text for words in _NO_ORCHESTRATOR):
        return SourceError(ErrorKind.UNSUPPORTED, message)
    if reply.errno in RIGHTS_MISSING and command.prefix == _OF_SECRETS:
        message += (
            "; only users who may also read the passwords of services can be allowed to: allow "
            f'command "{_OF_SECRETS}"'
        )
        return SourceError(ErrorKind.UNSUPPORTED, message)
    if reply.errno in RIGHTS_MISSING:
        message += f"; {_capability(command, text, entity)}"
        return SourceError(ErrorKind.DENIED, message)
    return SourceError(ErrorKind.FAILED, message)


def _capability(command: Command, text: str, entity: str) -> str:
    if text.startswith(_NEEDS_MGR):
        return f"grant {entity} mon 'allow service mon r' and mgr 'allow r'"
    return f'add to the mon capabilities of {entity}: allow command "{command.prefix}"'
