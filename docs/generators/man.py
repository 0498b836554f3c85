"""The manual page, derived from the flags and commands."""

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
Polls Ceph clusters of any release over their APIs and serves their state to Prometheus under
/metrics, by default on port 9128.
.SH COMMANDS
""".lstrip()
_TAIL = r"""
.SH ENVIRONMENT
Each flag can also be set by the environment variable that is listed below it. Commas separate
several values. A flag takes precedence over its variable.
.SH EXIT STATUS
.TP
0
Success. For once, check and record: every cluster answered.
.TP
1
For once, check and record: a cluster did not answer.
.TP
2
Wrong usage or configuration; one line on standard error describes the problem.
.PP
With \-\-nagios the exit status is that of a Nagios plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
.SH SIGNALS
SIGHUP reloads the configuration file. SIGTERM and SIGINT stop the program.
.SH SEE ALSO
.BR ceph (8),
.BR prometheus (1)
""".lstrip()


def text() -> str:
    """Return the page in roff format, with the macros of the package man."""
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
