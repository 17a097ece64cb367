"""The tables of the documentation that are generated from tables in the code."""

from __future__ import annotations

from gittrack.core import settings
from gittrack.core.run import facts


def facts_table() -> str:
    """Return the facts of a run as a table in Markdown."""
    lines = ["| fact | type | column | meaning |", "|---|---|---|---|"]
    for fact in facts.FACTS:
        if not (fact.listed or fact.json):
            continue
        heading = (fact.heading or fact.name.upper()) if fact.listed else ""
        scope = "" if fact.json and fact.listed else " (listings)" if fact.listed else " (JSON)"
        lines.append(f"| `{fact.name}` | {fact.kind} | {heading} | {fact.text}{scope} |")
    return "\n".join(lines) + "\n"


def settings_table() -> str:
    """Return the settings as a table in Markdown."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, (default, meaning) in settings.DESCRIPTIONS.items():
        lines.append(f"| `track.{name}` | {f'`{default}`' if default else ''} | {meaning} |")
    return "\n".join(lines) + "\n"
