"""YAML and files that are hostile: an error of one line, at once."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Poll, load
from ceph_exporter.config.strict_yaml import ConfigError, parse_yaml, read


@pytest.mark.parametrize(
    "text",
    [
        *(
            "!!bool x",
            "!!int ''",
            "!!float x",
            "2026-99-99",
            "0001-01-01t00:00:00+23:59",
            "!!omap x",
        ),
        *("&a [*a]", "&a {a: *a}", "{[a]: b}", "[" * 5000, "- " * 5000, "a: !!python/name:os x"),
        *("0x" + "f" * 9000, "9" * 9000, "? ? ? a", '"\\ud800": x', "*a", "=: x", "{<<: x}", "\0"),
    ],
)
def test_no_yaml_is_a_traceback(text: str) -> None:
    """Whatever YAML makes of a text, it is a tree or a ConfigError."""
    for typed in (None, ("burst",)):
        try:
            parse_yaml(text, typed)
        except ConfigError as error:
            assert str(error).startswith("not YAML: ")  # noqa: PT017 - or no error at all


@pytest.mark.parametrize("text", ['"\\ud800": x', 'x: ["a\\udfff"]', '!!str "\\ud83d"'])
def test_half_of_a_character_is_refused(text: str) -> None:
    """A lone surrogate, which YAML can write, is an error: it could be neither sent nor shown."""
    with pytest.raises(ConfigError, match=r"half of a character .* \(line 1, column"):
        parse_yaml(text)


@pytest.mark.parametrize("key", ["password_file", "ceph_conf", "tls: {ca_file", "mon_data"])
def test_a_file_name_with_nul_is_refused(tmp_path: Path, key: str) -> None:
    """No system call takes NUL in a name: that is said at the start, and not by a poller's end."""
    value = '["/a\\0b"]' if key == "mon_data" else '"a\\0b"' + "}" * key.count("{")
    file = tmp_path / "c.yml"
    file.write_text(f"clusters: {{a: {{api: auto, urls: ['http://a'], {key}: {value}}}}}")
    with pytest.raises(ConfigError, match=r"not a valid file name|path that begins"):
        load(str(file), COLLECTORS, {}, Poll())


def test_merge_keys_cannot_explode() -> None:
    """Merge keys that ask for 2**40 keys, or for very many, take no time."""
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n}\n  <<: [*a{n - 1}, {{<<: *a{n - 1}}}]" for n in range(1, 41)]
    with suppress(ConfigError):  # PyYAML 6.0.3 leaves out doubles itself
        parse_yaml("\n".join(lines))
    many = "a: &a {" + ", ".join(f"k{n}: v" for n in range(1000)) + "}\n"
    with pytest.raises(ConfigError, match="too many merged keys"):
        parse_yaml(many + "\n".join(f"b{n}: {{<<: [*a, *a]}}" for n in range(101)))


def test_a_configuration_from_a_pipe_is_read(tmp_path: Path) -> None:
    """`--config.file=<(command)` works; a pipe without a writer is an empty file, not a hang."""
    reader, writer = os.pipe()
    os.write(writer, b"clusters: {a: {urls: ['http://a']}}")
    os.close(writer)
    assert load(f"/dev/fd/{reader}", COLLECTORS, {}, Poll()).clusters["a"].urls == ("http://a",)
    os.close(reader)
    os.mkfifo(tmp_path / "fifo")
    assert read(str(tmp_path / "fifo")) == ""
    with pytest.raises(ConfigError, match="at most 1 MiB"):
        read("/dev/zero")
