"""The registry of documents: whatever a row lacks is an error that names the file to edit."""

import pytest

from ceph_exporter.facts import DOCUMENTS, Fact, OsdDf, Quorum, RegistrationError, wire_formats
from ceph_exporter.facts.command import mgr, mon, release_key
from ceph_exporter.facts.fact import decodes
from ceph_exporter.facts.registry import COMMANDS, REGISTRY, Document, check, wire_format_of
from ceph_exporter.sources import dashboard, mon_store, restful, rgw_admin

REGISTRY_FILE = "ceph_exporter/facts/registry.py"


class Nameless(Fact, frozen=True):
    """A fact that does not name its document."""


class Undecoded(Fact, frozen=True):
    """A fact that no function decodes."""

    document = "osd nothing"


def test_documents_and_commands_follow_the_order_of_the_registry() -> None:
    """The order of the rows is that of the requests."""
    assert list(DOCUMENTS) == [row.name for row in REGISTRY]
    assert list(COMMANDS) == [row.name for row in REGISTRY if row.commands]
    assert next(iter(DOCUMENTS)) == "health detail"


def test_wire_formats_of_the_commands() -> None:
    """The first command is named after the document, another one after its prefix."""
    first, second = COMMANDS["quorum_status"]
    assert wire_format_of("quorum_status", first) == "quorum_status"
    assert wire_format_of("quorum_status", second) == "mon dump"
    assert COMMANDS["pg states"] == (mgr("pg dump", dumpcontents=["pgs_brief"]),)


def test_releases_of_a_document() -> None:
    """A document is as old as its oldest command, or as the answer that carried it before."""
    since = {row.name: row.since for row in REGISTRY}
    assert since["osd df"] == "0.94"
    assert since["fs dump"] == "0.67"
    assert since["time-sync-status"] == "0.67"
    assert release_key("0.94") < release_key("10") < release_key("10.2")


@pytest.mark.parametrize(
    "tables", [dashboard.ENDPOINTS, restful.ENDPOINTS], ids=["dashboard", "restful"]
)
def test_endpoints_carry_registered_documents(tables: dict[str, tuple[str, ...]]) -> None:
    """Each endpoint has a decoder, and the documents that it carries are registered."""
    api = "dashboard" if tables is dashboard.ENDPOINTS else "restful"
    assert {f"{api}/{endpoint}" for endpoint in tables} <= set(wire_formats())
    assert {name for names in tables.values() for name in names} <= set(DOCUMENTS)


def test_every_document_has_a_source() -> None:
    """What is registered without a command comes from an endpoint, the monitors' host or RGW."""
    offered = {mon_store.DOCUMENT, *COMMANDS}
    offered |= {name for names in restful.ENDPOINTS.values() for name in names}
    offered |= dashboard.Dashboard.documents | rgw_admin.RgwAdmin.documents
    assert offered == set(DOCUMENTS)


@pytest.mark.parametrize(
    ("rows", "facts", "file", "text"),
    [
        pytest.param([], [OsdDf], REGISTRY_FILE, "no row registers OsdDf", id="no row"),
        pytest.param(
            [], [Nameless], "tests/facts/test_registry.py", "its `document`", id="no document"
        ),
        pytest.param(
            [Document(Undecoded, mon("osd nothing"))],
            [],
            "tests/facts/test_registry.py",
            '@decodes("osd nothing")',
            id="no decoder",
        ),
        pytest.param(
            [Document(Quorum, mon("quorum_status"), mon("mon nothing"))],
            [],
            "ceph_exporter/facts/quorum.py",
            '@decodes("mon nothing")',
            id="no decoder for the second command",
        ),
        pytest.param(
            [Document(Undecoded)],
            [],
            "tests/facts/test_registry.py",
            "no function decodes Undecoded",
            id="no decoder at all",
        ),
        pytest.param(
            [Document(OsdDf, mgr("osd df")), Document(OsdDf, mgr("osd df"))],
            [OsdDf],
            REGISTRY_FILE,
            "the same wire format 'osd df'",
            id="twice",
        ),
        pytest.param(
            [Document(Quorum, mon("quorum_status"), mgr("mon dump"))],
            [],
            REGISTRY_FILE,
            "two documents",
            id="two targets",
        ),
    ],
)
def test_an_incomplete_document_is_an_error(
    rows: list[Document], facts: list[type[Fact]], file: str, text: str
) -> None:
    """Whatever is missing, the error names the file to edit."""
    with pytest.raises(RegistrationError) as error:
        check(rows, facts)
    assert str(error.value).startswith(f"{file}: ")
    assert text in str(error.value)


def test_two_decoders_for_one_wire_format_are_an_error() -> None:
    """The second one does not silently replace the first."""
    with pytest.raises(RegistrationError, match=r"tests/facts/test_registry\.py: .* 'osd df'"):
        decodes("osd df")(lambda _: ())
