"""The manual page, from the flags."""

from collections.abc import Iterator

from ceph_exporter import __version__
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config.flags import COMMANDS, Flag, Toggle, table

_FLAGS = table(COLLECTORS)

_HEAD = r"""
.TH CEPH_EXPORTER 1 "" "ceph_exporter {version}" "User Commands"
.SH NAME
ceph_exporter \- Prometheus exporter for Ceph
.SH SYNOPSIS
.B ceph_exporter
.RI [ COMMAND ]
.RI [ FLAG " ...]"
.SH DESCRIPTION
Asks the HTTP APIs of Ceph clusters of any release for their state, in a loop, and serves it to
Prometheus on /metrics, by default on port 9128.
.SH COMMANDS
""".lstrip()
_TAIL = r"""
.SH ENVIRONMENT
Each flag can be set by the variable that is named below it; a list is separated by commas. A flag
wins over its variable.
.SH EXIT STATUS
.TP
0
all went well; with once, check and record: every cluster answered
.TP
1
with once, check and record: a cluster did not answer
.TP
2
wrong usage or configuration, said in one line
.PP
With \-\-nagios the exit status is that of a plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
.SH SIGNALS
SIGHUP reads the configuration file again. SIGTERM and SIGINT end the program.
.SH SEE ALSO
.BR ceph (8),
.BR prometheus (1)
""".lstrip()


def text() -> str:
    """Give the page in the macros of man."""
    return (
        _HEAD.format(version=__version__)
        + "".join(f".TP\n.B {name}\n{_escape(help_)}\n" for name, help_ in COMMANDS.items())
        + ".SH FLAGS\n"
        + "".join(_flags())
        + _TAIL
    )


def _flags() -> Iterator[str]:
    for group in dict.fromkeys(flag.group for flag in _FLAGS):
        yield f".SS {group}\n"
        for flag in _FLAGS:
            if flag.group == group:
                yield _flag(flag)


def _flag(flag: Flag) -> str:
    name = f"--[no-]{flag.name}" if isinstance(flag.default, Toggle) else f"--{flag.name}"
    takes = f" {flag.takes}" if flag.takes else ""
    default = f" Default: {flag.shown}." if flag.shown else ""
    return (
        f".TP\n.B {_escape(name + takes)}\n{_escape(flag.help + '.' + default)}\n.br\n"
        f"{_escape(flag.variable)}\n"
    )


def _escape(words: str) -> str:
    return words.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
