"""Shell completion, which shtab generates from the parser.

shtab completes `--flag value`. The functions below add `--flag=value`, the form that the
documentation uses.
"""

import argparse
import re

import shtab

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config.command_line import fail
from ceph_exporter.config.flags import table
from ceph_exporter.config.parser import parser as parser_of


def text(shell: str) -> str:
    """Return the completion script for a shell: bash or zsh."""
    parser = parser_of(table(COLLECTORS), fail)
    for action in parser._actions:  # noqa: SLF001 - argparse has no public attribute for them
        if action.metavar == "FILE":
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.help == argparse.SUPPRESS:
            action.help = "what to do"
    script = str(shtab.complete(parser, shell=shell))
    return _for_zsh(script) if shell == "zsh" else _for_bash(script)


def _for_zsh(script: str) -> str:
    """Let zsh complete the value of a flag after a space and after =, by writing it as --flag=[."""
    return re.sub(r'^(  "\*?--[a-z0-9._-]+)(\[.*\]:)', r"\1=\2", script, flags=re.MULTILINE)


_BASH = """
# By default (COMP_WORDBREAKS), bash splits --flag=value into the words --flag, = and value. Remove
# the words =, because _shtab_ceph_exporter does not expect them.
_ceph_exporter() {
  local -a words=()
  local index word=""
  for (( index = 0; index <= COMP_CWORD; index++ )); do
    word="${COMP_WORDS[index]}"
    if [[ $word == "=" && $index -lt $COMP_CWORD ]]; then
      continue
    elif [[ $word == "=" ]]; then  # the value is still empty
      word=""
    elif [[ $word == --*=* ]]; then  # COMP_WORDBREAKS does not contain =
      words+=("${word%%=*}")
      word="${word#*=}"
    fi
    words+=("$word")
  done
  local prefix=""
  [[ ${COMP_WORDS[COMP_CWORD]} == --*=* ]] && prefix="${COMP_WORDS[COMP_CWORD]%%=*}="
  local -a COMP_WORDS=("${words[@]}")
  local COMP_CWORD=$(( ${#words[@]} - 1 ))
  _shtab_ceph_exporter "$@"
  COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
}
"""


def _for_bash(script: str) -> str:
    """Wrap shtab's function in one that also handles --flag=value."""
    before, complete, after = script.rpartition("\ncomplete ")
    return before + _BASH + complete + after.replace("_shtab_ceph_exporter", "_ceph_exporter")
