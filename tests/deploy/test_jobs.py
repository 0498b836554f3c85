"""The job that an exporter is scraped under has one name in all examples, that of the rules."""

import re

from tests.deploy.rules import ROOT, RULES

FILES = [ROOT / "README.md"] + [
    file
    for folder in ("docs", "deploy")
    for pattern in ("**/*.md", "**/*.yml", "**/*.yaml")
    for file in (ROOT / folder).glob(pattern)
]
# In a configuration of Prometheus, in a ScrapeConfig, and in a rule that relabels it.
NAME = re.compile(r"job_name: (\S+)|jobName: (\S+)|targetLabel: job, replacement: (\w+)")


def test_every_example_names_the_job_that_the_rules_ask_for() -> None:
    """An exporter that was never reached is known by its job: the name must not differ."""
    asked = set(re.findall(r'up\{job="(\w+)"\}', RULES.read_text(encoding="utf-8")))
    found = {
        name
        for file in FILES
        for names in NAME.findall(file.read_text(encoding="utf-8"))
        for name in names
        if name
    }
    assert found == asked
    assert len(found) == 1
