"""The log on stderr, in the formats of Prometheus: logfmt or JSON, one line per record."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

LEVELS = ("debug", "info", "warn", "error")
FORMATS = ("logfmt", "json")
_PLAIN = re.compile(r"[^\s\"=]+")
_MAX_LENGTH = 4096
"""Maximum length of a value in characters; a longer value is cut off."""

log = logging.getLogger("ceph_exporter")


def tags_of(cluster: str) -> dict[str, str]:
    """Return the pairs that identify a cluster in log lines; none if the cluster has no name."""
    return {"cluster": cluster} if cluster else {}


def fields(**pairs: object) -> dict[str, dict[str, object]]:
    """Return the `extra` argument of a log call that adds key=value pairs to its line."""
    return {"fields": pairs}


class _Formatter(logging.Formatter):
    """Writes one line per record. Tracebacks are not logged, because they have several lines."""

    def pairs(self, record: logging.LogRecord) -> dict[str, object]:
        when = datetime.fromtimestamp(record.created, UTC)
        level = "WARN" if record.levelno == logging.WARNING else record.levelname
        return {
            "time": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": level,
            "source": f"{record.filename}:{record.lineno}",
            "msg": record.getMessage(),
            **getattr(record, "fields", {}),
        }


class Logfmt(_Formatter):
    """`time=... level=INFO source=poller.py:12 msg="..." key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return " ".join(f"{key}={_quote(str(value))}" for key, value in self.pairs(record).items())


class Json(_Formatter):
    """The same pairs as `Logfmt`, as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        pairs = self.pairs(record)
        # `json.dumps` does not escape DEL.
        return json.dumps(
            {key: _cut(value) for key, value in pairs.items()},
            default=lambda value: _cut(str(value)),
        ).replace("\x7f", "\\u007f")


def _cut(value: object) -> object:
    return value[:_MAX_LENGTH] if isinstance(value, str) else value


def _quote(text: str) -> str:
    """Return a value for logfmt, cut off at the maximum length, in quotes if necessary.

    Unprintable characters are escaped as in JSON.
    """
    text = text[:_MAX_LENGTH]
    if _PLAIN.fullmatch(text) and text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else _escaped(character)
        for character in json.dumps(text, ensure_ascii=False)
    )


def _escaped(character: str) -> str:
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


def set_up(level: str, format_: str) -> None:
    """Log to stderr, at this level and above. A closed or full stderr never stops the program.

    level: one of `LEVELS`, or `critical`, which turns the log off because nothing uses that level.
    """
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if format_ == "json" else Logfmt())
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel({"warn": "WARNING"}.get(level, level.upper()))
