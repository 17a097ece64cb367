"""The tables of the documentation that come from tables in the code."""

from __future__ import annotations

from gittrack.cli import reference
from gittrack.core import settings
from gittrack.core.run import facts


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table in Markdown, without its head."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()[2:]]


def test_every_fact_that_a_user_sees_is_a_row():
    names = [row[0].strip("`") for row in rows(reference.facts_table())]
    assert names == [fact.name for fact in facts.FACTS if fact.listed or fact.json]
    assert all(len(row) == 4 for row in rows(reference.facts_table()))


def test_a_fact_says_where_it_is_seen():
    by_name = {row[0].strip("`"): row for row in rows(reference.facts_table())}
    assert by_name["status"][2] == "STATUS"
    assert by_name["age"][3].endswith("(listings)")


def test_every_setting_is_a_row_with_its_default():
    table = rows(reference.settings_table())
    assert [row[0] for row in table] == [f"`track.{name}`" for name in settings.DESCRIPTIONS]
    for row, (default, meaning) in zip(table, settings.DESCRIPTIONS.values(), strict=True):
        assert row[1] == (f"`{default}`" if default else "")
        assert row[2] == meaning.strip()
