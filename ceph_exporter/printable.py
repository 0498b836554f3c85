"""Makes external text safe to show in a terminal, a log line or an error message.

This module imports nothing from the package.
"""

from typing import Any, TypeVar, cast

T = TypeVar("T")

_MAX_LENGTH = 60
_HIDDEN = "a value that is not shown"


def escape_text(text: str) -> str:
    r"""Return a text in which unprintable characters are escaped, such as \x1b, \n and \u202e.

    Unescaped, the name of a pool or the text of a health check could move the cursor, add lines or
    reverse the direction of the text in an operator's terminal.
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
    """Return a value in which all strings, also those in nested tuples, are escaped."""
    return cast("T", _escaped_tree(value))


def _escaped_tree(value: Any) -> Any:  # noqa: ANN401 - returns the type of its argument
    if type(value) is str:
        return escape_text(value)
    if not isinstance(value, tuple):
        return value
    parts = map(_escaped_tree, value)
    return value._make(parts) if hasattr(value, "_make") else tuple(parts)


def mask_secrets(text: str) -> str:
    """Return a text in which the user information and the query of each URL are masked."""
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
    """Return a value for an error message, shortened; a possible secret is not shown at all."""
    try:
        text = repr(value)
    except ValueError:  # an integer with more digits than Python prints
        return "a number that is too large"
    if "://" in text or any(mark in text for mark in "@?#"):
        return _HIDDEN
    return escape_text(text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}...")
