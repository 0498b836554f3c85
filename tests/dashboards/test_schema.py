"""The dashboards match the schemas that Grafana publishes for dashboards and panels.

The schemas are expected in a folder beside the clone; without them these tests are skipped.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dashboards import build

SCHEMAS = Path(__file__).parent.parent.parent.parent / "shared" / "grafana-schema"
OLD = "v11.6.x"
RELEASES = (OLD, "main")
OLDER = ("v10.1.x", "v10.4.x")
# Of tiles, gauges, bars, the tooltip of heatmaps, and the text of annotations.
LATER = {
    "legend",
    "maxVizHeight",
    "minVizHeight",
    "minVizWidth",
    "mode",
    "namePlacement",
    "percentChangeColorMode",
    "showColorScale",
    "showPercentChange",
    "sizing",
    "titleFormat",
    "wideLayout",
}
# Grafana takes a default; the tooltip of heatmaps is off before 10.3.
LEFT_OUT = {"id", "show", "style"}
PLUGINS = {"state-timeline": "statetimeline"}
FILES = sorted(build.TARGET.glob("*.json"))

pytestmark = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="Grafana's schemas are not available")


@cache
def schema(release: str, name: str, part: str = "") -> dict[str, Any]:
    """Return a schema of a release, or one definition in it."""
    document: dict[str, Any] = json.loads(
        (SCHEMAS / release / f"{name}.jsonschema.json").read_text()
    )
    return document | {"$ref": f"#/definitions/{part}"} if part else document


def errors(release: str, name: str, part: str, value: object) -> Iterator[str]:
    """Yield the schema's errors about a value."""
    validator = jsonschema.Draft7Validator(schema(release, name, part))
    for error in validator.iter_errors(value):
        if not _schema_is_wrong(release, error):
            yield f"{release} {name} {part} {list(error.path)}: {error.message[:300]}"


def _schema_is_wrong(release: str, error: jsonschema.ValidationError) -> bool:
    """Return whether the schema rejects something that this release of Grafana itself writes."""
    match list(error.path):
        case [*_, "thresholds", "steps", 0, "value"]:
            return release == OLD and error.instance is None
        case [*_, "matcher", "options"] | [*_, "overrides", int(), "properties", int(), "value"]:
            # Any type is valid: a name and a unit are strings, mappings are a list.
            return error.validator == "type"
    return False


def parts(board: dict[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Yield the dashboard and the parts of it that have schemas of their own."""
    rows = [panel for panel in board["panels"] if panel["type"] == "row"]
    yield "dashboard", "", board | {"panels": [row | {"panels": []} for row in rows]}
    panels = [panel for panel in board["panels"] if panel not in rows]
    for panel in (*panels, *(panel for row in rows for panel in row["panels"])):
        yield "dashboard", "Panel", panel
        plugin = PLUGINS.get(panel["type"], panel["type"])
        yield plugin, "Options", panel["options"]
        if panel["fieldConfig"]["defaults"]["custom"]:
            yield plugin, "FieldConfig", panel["fieldConfig"]["defaults"]["custom"]
        for target in panel["targets"]:
            yield "prometheus", "", target


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dashboard_is_valid(file: Path, release: str) -> None:
    """The dashboard and all its panels match the strict schema in every field."""
    board: dict[str, Any] = json.loads(file.read_text("utf-8"))
    if release == OLD:
        for event in board["annotations"]["list"]:
            # Missing in that schema, although Grafana's Prometheus data source supports it.
            del event["titleFormat"]
    assert [line for part in parts(board) for line in errors(release, *part)] == []


@pytest.mark.parametrize("release", OLDER)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_older_release_lacks_only_what_it_ignores(file: Path, release: str) -> None:
    """Fields that an older release does not know are options whose absence changes little."""
    board: dict[str, Any] = json.loads(file.read_text("utf-8"))
    differences = {line for part in parts(board) for line in _differences(release, *part)}
    assert differences <= LATER | LEFT_OUT


def _differences(release: str, name: str, part: str, value: object) -> Iterator[str]:
    """Yield the names of fields that a release does not know, or would require."""
    if part and part not in schema(release, name)["definitions"]:
        return
    for error in jsonschema.Draft7Validator(schema(release, name, part)).iter_errors(value):
        if error.validator in {"additionalProperties", "required"}:
            yield from re.findall(r"'(\w+)'", error.message)
        elif not _schema_is_wrong(OLD, error):
            yield error.message


def test_the_schema_rejects_unknown_fields() -> None:
    """The validation above reports a field that Grafana does not know."""
    assert list(errors("main", "dashboard", "Panel", {"type": "stat", "colour": "red"}))
