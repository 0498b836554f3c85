"""Requests to a fake http and what comes back, for several test modules."""

from tests.sources.faulty import Behaviour, Reply, answering

MIB = 1 << 20


def reply(status: int = 200, body: bytes = b"{}", **headers: str) -> Behaviour:
    """Return the behaviour of a server that has one answer to everything."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answering(lambda _: Reply(status, body, headers=named))
