"""The page that starts Grafana's front end, with the settings that a server writes into it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
Theme = Literal["dark", "light"]

SOURCE = "prometheus"
"""The uid of the only data source."""
_SOURCES = {  # name in Grafana -> the folder of its plugin; the last three come with Grafana
    "Prometheus": "prometheus",
    "-- Grafana --": "grafana",
    "-- Mixed --": "mixed",
    "-- Dashboard --": "dashboard",
}
_RIGHTS = ("dashboards:read", "datasources:query", "datasources:read", "datasources:explore")
_USER: Json = {
    "id": 1,
    "isSignedIn": True,
    "login": "tester",
    "name": "tester",
    "orgId": 1,
    "orgName": "Main Org.",
    "orgRole": "Viewer",
    "orgCount": 1,
    "timezone": "utc",
    "weekStart": "",
    "locale": "en-US",
    "language": "en-US",
    "permissions": dict.fromkeys(_RIGHTS, True),
}
_SETTINGS: Json = {
    "anonymousEnabled": True,
    "appSubUrl": "",
    "auth": {},
    "dateFormats": {
        "fullDate": "YYYY-MM-DD HH:mm:ss",
        "useBrowserLocale": False,
        "interval": {
            "millisecond": "HH:mm:ss.SSS",
            "second": "HH:mm:ss",
            "minute": "HH:mm",
            "hour": "MM/DD HH:mm",
            "day": "MM/DD",
            "month": "YYYY-MM",
            "year": "YYYY",
        },
        "defaultTimezone": "utc",
        "defaultWeekStart": "monday",
    },
    "defaultDatasource": "Prometheus",
    "featureToggles": {
        "dashboardScene": True,
        "dashboardSceneForViewers": True,
        "dashboardSceneSolo": True,
        "tableNextGen": True,
        "topnav": True,
    },
    "licenseInfo": {"edition": "Open Source", "enabledFeatures": {}},
    "minRefreshInterval": "5s",
    "publicDashboardsEnabled": False,
    "unifiedAlerting": {"minInterval": "10s"},
}
_PAGE = """\
<!DOCTYPE html>
<html lang="en-US">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Grafana</title>
<base href="/">{styles}</head>
<body class="theme-{theme} app-grafana"><div id="reactRoot"></div>
<script>
window.grafanaBootData = {data};
window.__grafana_boot_data_promise = Promise.resolve();
window.__grafana_load_failed = () => {{}};
</script>
{scripts}</body></html>
"""


def settings(public: Path, version: str) -> Json:
    """Return the settings of the front end in a folder: its panels and the data source."""
    panels = _plugins(public, "panel")
    return _SETTINGS | {
        "buildInfo": {
            "version": version,
            "versionString": f"Grafana {version}",
            "edition": "Open Source",
            "env": "production",
        },
        "datasources": _sources(_plugins(public, "datasource")),
        "panels": panels,
    }


def page(public: Path, version: str, theme: Theme) -> str:
    """Return the page that loads the front end in a folder."""
    manifest = json.loads((public / "build" / "assets-manifest.json").read_text())["entrypoints"]
    app, colors = manifest["app"]["assets"], manifest[theme]["assets"]["css"]
    data = {
        "user": _USER | {"theme": theme, "lightTheme": theme == "light"},
        "settings": settings(public, version) | {"theme": theme, "defaultTheme": theme},
        "navTree": [
            {"id": "home", "text": "Home", "url": "/", "icon": "home-alt"},
            {"id": "dashboards/browse", "text": "Dashboards", "url": "/dashboards", "icon": "apps"},
        ],
        "assets": {
            "jsFiles": [{"filePath": file, "integrity": ""} for file in app["js"]],
            "cssFiles": [{"filePath": file, "integrity": ""} for file in app["css"]],
            "dark": manifest["dark"]["assets"]["css"][0],
            "light": manifest["light"]["assets"]["css"][0],
        },
    }
    return _PAGE.format(
        styles="".join(f'<link rel="stylesheet" href="{file}">' for file in (*app["css"], *colors)),
        theme=theme,
        data=json.dumps(data),
        scripts="".join(f'<script src="{file}" defer></script>' for file in app["js"]),
    )


def _plugins(public: Path, kind: str) -> Json:
    """Return the plugins of a kind, by id; their code is part of the front end."""
    plugins: Json = {}
    for file in sorted((public / "app" / "plugins" / kind).glob("*/plugin.json")):
        folder = file.parent.name
        plugin: Json = json.loads(file.read_text())
        base = f"public/app/plugins/{kind}/{folder}"
        logos = plugin["info"].get("logos", {})
        plugins[plugin["id"]] = plugin | {
            "angular": {"detected": False},
            "baseUrl": base,
            "info": plugin["info"] | {"logos": {k: f"{base}/{v}" for k, v in logos.items()}},
            "module": f"core:plugin/{folder}",
            "signature": "internal",
        }
    return plugins


def _sources(plugins: Json) -> Json:
    return {
        name: {
            "access": "proxy",
            "id": 1 if plugin == "prometheus" else -number,
            "isDefault": plugin == "prometheus",
            "jsonData": {"httpMethod": "POST", "timeInterval": "5s"},
            "meta": plugins[plugin],
            "module": plugins[plugin]["module"],
            "name": name,
            "readOnly": True,
            "type": plugin if plugin == "prometheus" else "datasource",
            "uid": SOURCE if plugin == "prometheus" else name.strip("- ").lower(),
            "url": f"/api/datasources/proxy/uid/{SOURCE}",
        }
        for number, (name, plugin) in enumerate(_SOURCES.items())
    }
