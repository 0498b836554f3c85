"""All examples use the same job name for the exporter: the one in the rules."""

import re

from tests.deploy.rules import ROOT, RULES

FILES = [ROOT / "README.md"] + [
    file
    for folder in ("docs", "deploy")
    for pattern in ("**/*.md", "**/*.yml", "**/*.yaml")
    for file in (ROOT / folder).glob(pattern)
]
# In a Prometheus configuration, in a ScrapeConfig, and in a relabeling rule.
NAME = re.compile(r"job_name: (\S+)|jobName: (\S+)|targetLabel: job, replacement: (\w+)")


PROCESS = "ceph-process"
"""The job in docs/web.md that scrapes only the exporter's own process, beside that of clusters."""


def test_every_example_names_the_job_that_the_rules_ask_for() -> None:
    """The rules recognize an exporter that has never been scraped by its job name."""
    asked = r'up\{job="(\w+)",instance!~".+:9283"\}'
    expected = set(re.findall(asked, RULES.read_text(encoding="utf-8")))
    names = {
        name
        for file in FILES
        for groups in NAME.findall(file.read_text(encoding="utf-8"))
        for name in groups
        if name
    }
    assert names == expected | {PROCESS}
    assert len(expected) == 1
