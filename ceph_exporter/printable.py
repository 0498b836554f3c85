"""Text from outside, made safe to show in a terminal, a log line or an error.

A leaf of the package: it imports nothing of it.
"""

from typing import Any, TypeVar, cast

T = TypeVar("T")

_SHOWN = 60
_HIDDEN = "a value that is not shown"


def escape_text(text: str) -> str:
    r"""Return a text with everything that does not print as escapes: \x1b, \n, \u202e.

    Whoever can name a pool or raise a health check must not be able to move the cursor, add a line
    or reverse the order of what an operator reads.
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def escape_tree(value: T) -> T:
    """Return a tuple or named tuple, nested in any depth, with all of its texts escaped."""
    return cast("T", _escaped_tree(value))


def _escaped_tree(value: Any) -> Any:  # noqa: ANN401 - of the type of its argument
    if type(value) is str:
        return escape_text(value)
    if not isinstance(value, tuple):
        return value
    parts = map(_escaped_tree, value)
    return value._make(parts) if hasattr(value, "_make") else tuple(parts)


def mask_secrets(text: str) -> str:
    """Return a text without the user information and the queries of the URLs in it."""
    return " ".join(map(_masked, text.split(" ")))


def _masked(word: str) -> str:
    start = word.find("://")
    at = word.rfind("@")
    if at > start >= 0:
        word = f"{word[: start + 3]}***{word[at:]}"
    elif start < 0 and 0 <= word.find(":") < at:  # user:password@host, or the end of such a URL
        word = f"***{word[at:]}"
    path, question, query = word.partition("?")
    return f"{path}?***" if question and "=" in query else word


def quoted(value: object) -> str:
    """Return a refused value in quotes, shortened; one that may hold a secret is not shown."""
    try:
        text = repr(value)
    except ValueError:  # an integer with more digits than Python prints
        return "a number that is too large"
    if "://" in text or any(mark in text for mark in "@?#"):
        return _HIDDEN
    return escape_text(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
