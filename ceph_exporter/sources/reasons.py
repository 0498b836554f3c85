"""Readable reasons for failed HTTP requests: what is wrong, then what to do."""

UNTRUSTED = "certificate verify failed"
"""The text that all of OpenSSL's errors about certificates contain."""
LATE = (
    "no complete answer in time; check that the monitors have a quorum, and raise --poll.timeout "
    "if Ceph is slow"
)
NO_NAME = "the name server did not answer in time; check DNS, or use an address in the URL"
NO_CONNECTION = "no connection in time; check that the host is up, and check the firewall"

# A part of the error of httpx, OpenSSL or the operating system -> the reason
_REASONS = {
    "certificate has expired": "the server's certificate has expired; renew it",
    "self-signed certificate": "the server's certificate is self-signed; pass it to "
    "--cluster.ca-file (tls.ca_file), or use --cluster.insecure-skip-verify",
    "unable to get local issuer": "the server's certificate is signed by an unknown CA; pass the "
    "CA's certificate to --cluster.ca-file (tls.ca_file)",
    "ostname mismatch": "the server's certificate is for another name; use that name in the URL",
    "IP address mismatch": "the server's certificate is for another name; use that name in the URL",
    "WRONG_VERSION_NUMBER": "the server does not speak TLS here; use http:// or another port",
    "Connection refused": "connection refused; is the service running, and is the port right?",
    "Name or service not known": "unknown host name; check the URL and DNS",
    "name resolution": "unknown host name; check the URL and DNS",
    "without sending a response": "the server closed the connection without an answer; use "
    "https:// if the URL has http://",
    "No route to host": "no route to the host; check the URL and the firewall",
    "UNEXPECTED_EOF": "the server closed the connection during the TLS handshake; use http:// if "
    "it does not speak TLS",
    "Connection reset": "the server reset the connection; check whether the URL needs http:// or "
    "https://",
    "illegal status line": "the server does not speak HTTP here; use https:// or another port",
    # The error itself would quote the header, which may be a token.
    "Illegal header value": "HTTP does not allow the value of a header; check the user's name and "
    "token",
    "complete message body": "the answer is incomplete; check whether a proxy truncates it",
}


def brief(text: str) -> str:
    """Return a message of Ceph as one short line, and only the last line of a Python traceback.

    Ceph answers with a traceback if an orchestrator's module fails while it runs a command.
    """
    lines = text.strip().splitlines()
    if lines and lines[0].startswith("Traceback"):
        lines = lines[-1:]
    return " ".join(" ".join(lines).split())[:200]


def reason(error: Exception) -> str:
    """Return the reason for an error that is not a timeout; by default, the error's own text."""
    text = " ".join(str(error).split()) or type(error).__name__
    matches = (reason for part, reason in _REASONS.items() if part in text)
    return next(matches, f"{text}; check the URL and the network")
