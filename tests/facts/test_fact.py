"""The decoders by wire format, and the facts of a cluster."""

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import (
    DOCUMENTS,
    DecodeError,
    Decoding,
    Fact,
    Facts,
    Health,
    OsdDump,
    Quorum,
    Status,
    Version,
)


def test_each_wire_format_has_a_decoder() -> None:
    """Each answer is decoded by its wire format; another one is a KeyError."""
    assert set(facts.wire_formats()) >= {
        "health detail",
        "status",
        "quorum_status",
        "mon dump",
        "time-sync-status",
        "version",
        "dashboard/health/minimal",
        "dashboard/monitor",
        "dashboard/summary",
    }
    with pytest.raises(KeyError):
        facts.decode("osd nothing", b"{}")


def test_documents_are_found_by_their_name() -> None:
    """Each fact type is registered under the document that it declares."""
    assert all(fact.document == name for name, fact in DOCUMENTS.items())
    assert DOCUMENTS["version"] is Version
    assert Version.slow
    assert not Health.slow


def test_facts_return_what_they_hold() -> None:
    """A fact is returned by its type, and one that is not available is None."""
    health = Health("HEALTH_OK")
    facts_ = Facts.of(health)
    assert facts_.get(Health) is health
    assert facts_.get(Version) is None
    assert Facts().get(Health) is None


def test_facts_do_not_follow_their_source() -> None:
    """The bag is a copy: what happens to the mapping later does not change it."""
    source: dict[type[Fact], Fact] = {Health: Health("HEALTH_OK")}
    copy = Facts(source)
    source.clear()
    assert copy.get(Health) == Health("HEALTH_OK")


def test_facts_of_the_wrong_type_are_not_returned() -> None:
    """A fact under another type is not returned as that type."""
    assert Facts({Version: Health("HEALTH_OK")}).get(Version) is None


def test_a_document_is_needed_by_default() -> None:
    """By default a document is requested whatever else is available."""
    assert not Health.redundant(Facts.of(Status(None)))


def test_an_answer_that_did_not_change_is_not_decoded_again() -> None:
    """The same bytes give the same objects from the third time on, other bytes never do."""
    decode = Decoding()
    body, other = (
        b'{"version": "ceph version 18.2.7 (a)"}',
        b'{"version": "ceph version 18.2.8 (a)"}',
    )
    first, second, third = (decode("version", bytes(bytearray(body))).facts for _ in range(3))
    assert first == second == third
    assert third is second
    for answer, release in ((other, "18.2.8"), (body, "18.2.7"), (body + b" ", "18.2.7")):
        (fact,) = decode("version", answer).facts
        assert isinstance(fact, Version)
        assert fact.release == release


def test_what_is_equal_in_the_next_answer_is_the_very_same_object() -> None:
    """In an OSD map of another epoch, equal OSDs are the same objects as before."""
    decode, osds = Decoding(), '"osds": [{"osd": 0, "up": 1, "in": %d}]'
    (first,) = decode("osd dump", f'{{"epoch": 1, {osds % 1}}}'.encode()).facts
    (second,) = decode("osd dump", f'{{"epoch": 2, {osds % 1}}}'.encode()).facts
    (third,) = decode("osd dump", f'{{"epoch": 3, {osds % 0}}}'.encode()).facts
    assert isinstance(first, OsdDump)
    assert isinstance(second, OsdDump)
    assert isinstance(third, OsdDump)
    assert (first.epoch, second.epoch, third.epoch) == (1, 2, 3)
    assert second.osds is first.osds
    assert [osd.is_in for osd in third.osds] == [False]


def test_an_answer_that_cannot_be_decoded_is_forgotten() -> None:
    """A bad answer of the same length gives an error each time, and no old fact."""
    decode = Decoding()
    body = b'{"version": "ceph version 18.2.7 (a)"}'
    for _ in range(3):
        decode("version", body)
    for _ in range(3):
        with pytest.raises(DecodeError):
            decode("version", body[:-1] + b" ")
    assert decode("version", body)


def test_once_keeps_a_result_while_its_arguments_are_equal() -> None:
    """`once` returns the same object over polls, and another when an argument has changed."""
    first = Facts()
    made = first.once(list, (1, 2))
    assert made == [1, 2]
    assert first.once(list, (1, 2)) is made
    second = Facts(before=first.cache)
    assert second.once(list, (1, 2)) is made
    assert second.once(list, (1, 3)) == [1, 3]


def test_once_forgets_a_result_that_no_poll_uses() -> None:
    """A result that one poll did not use is computed again in the next."""
    first = Facts()
    made = first.once(list, (1, 2))
    second = Facts(before=first.cache)
    assert Facts(before=second.cache).once(list, (1, 2)) is not made


def test_an_odd_field_is_dropped_and_counted() -> None:
    """The facts come with the paths of the dropped fields, also if the answer did not change."""
    decode, body = Decoding(), b'{"epoch": "x", "osds": [{"osd": 0, "up": 1, "in": 0}, {"osd": 1}]}'
    for _ in range(3):
        (fact,), dropped = decode("osd dump", body)
        assert isinstance(fact, OsdDump)
        assert [osd.id for osd in fact.osds] == [0]
        assert dropped == {"epoch": 1, "osds[]": 1}


def test_an_age_of_an_unexpected_type_does_not_cost_the_quorum() -> None:
    """An optional field is absent; one that is required costs the document."""
    body = '{"quorum": %s, "quorum_age": "11.1s", "monmap": {"fsid": "x", "mons": []}}'
    (fact,), dropped = facts.read("quorum_status", (body % "[0]").encode())
    assert isinstance(fact, Quorum)
    assert (fact.fsid, fact.age, dropped) == ("x", None, {"quorum_age": 1})
    with pytest.raises(DecodeError, match=r"^Expected `int`, got `str` - at `quorum\[1\]`$"):
        facts.read("quorum_status", (body % '[0, "b"]').encode())
