"""Links: the menu of all dashboards, and links from panels, columns and series."""

from typing import Any

from dashboards.engine.declare import Frame, Link, Panel, Table

Json = dict[str, Any]

# Where Grafana has the labels of a row, and those of a series.
IN_TABLE, IN_SERIES = "data.fields", "field.labels"
NAMELESS = "(none)"


def menu(frame: Frame) -> Json:
    """Return the menu of all dashboards; its links keep the variables and the time range."""
    return _link("dashboards", frame.menu) | {
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "tags": [frame.tag],
        "tooltip": frame.tooltip,
    }


def links_of(panel: Panel, uid: str, frame: Frame, *, overview: bool) -> list[Json]:
    """Return the links of a panel's series; those of a table's columns are not among them."""
    links = [] if isinstance(panel, Table) else list(panel.links)
    if panel.details and panel.details != uid:
        links.append(Link(panel.details, "Show details"))
    return [link_of(link, frame, IN_SERIES, overview=overview) for link in links]


def link_of(link: Link, frame: Frame, labels: str, *, overview: bool) -> Json:
    """Return a link from a value.

    labels: IN_TABLE or IN_SERIES. overview: whether the subject's variable of this dashboard may be
    set to All; a link to the subject of a row must then carry it.
    """
    if "/" in link.target:
        return _link("link", link.title) | {"targetBlank": True, "url": link.target}
    carried = dict(link.carries)
    variables = [
        f"var-{variable}=${{__{labels}.{_label(label, frame, labels)}:percentencode}}"
        for variable, label in carried.items()
    ]
    passed = [] if frame.subject in carried else [frame.subject]
    variables += [f"${{{name}:queryparam}}" for name in (*passed, "datasource", *frame.passed_on)]
    if frame.subject in carried and not overview:
        raise ValueError(f"{link.title}: the dashboard's own variable names the {frame.subject}")
    url = f"/d/{link.target}?{'&'.join(variables)}&${{__url_time_range}}"
    return _link("link", link.title) | {"url": url}


def with_subject(expr: str, frame: Frame, panel: Panel | None) -> str:
    """Return the expression with the label `to_SUBJECT` if links of a table carry the subject.

    A table has a column only for labels that some series have, and a link needs the column: it is
    NAMELESS for series without the label, which a mapping turns into the empty text for the link.
    """
    carried = panel and any(frame.subject in dict(link.carries) for link in panel.links)
    if not carried or not isinstance(panel, Table):
        return expr
    label, subject = f"to_{frame.subject}", frame.subject
    named = f'label_replace({expr}, "{label}", "{NAMELESS}", "", "")'
    return f'label_replace({named}, "{label}", "$1", "{subject}", "(.+)")'


def _label(label: str, frame: Frame, labels: str) -> str:
    return f"to_{label}" if label == frame.subject and labels == IN_TABLE else label


def _link(kind: str, title: str) -> Json:
    """Return a link with defaults for every field that Grafana's schema requires."""
    return {
        "asDropdown": False,
        "icon": "external link",
        "includeVars": False,
        "keepTime": False,
        "tags": [],
        "targetBlank": False,
        "title": title,
        "tooltip": "",
        "type": kind,
        "url": "",
    }
