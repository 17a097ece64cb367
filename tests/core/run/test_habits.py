"""Names of other trackers are answered with the name to use here."""

from __future__ import annotations

import re

import pytest

import gittrack
from gittrack.core.run import habits

NAMED = re.compile(r"(gittrack|run)\.([A-Za-z_]+)")


@pytest.mark.parametrize("table", [habits.FUNCTIONS, habits.METHODS])
def test_every_answer_exists_and_no_name_that_exists_is_answered(table):
    own = dir(gittrack) if table is habits.FUNCTIONS else [*dir(gittrack.Run), "config", "summary"]
    assert set(table).isdisjoint(own)
    for answer in table.values():
        for owner, name in NAMED.findall(answer):
            holder = gittrack if owner == "gittrack" else gittrack.Run
            assert hasattr(holder, name) or name == "integrations", answer


def test_keywords_of_other_trackers():
    with pytest.raises(TypeError, match=r"has no keyword 'project'\. use experiment"):
        gittrack.init(project="digits")
    with pytest.raises(gittrack.TrackError, match="did you mean group"):
        gittrack.init(grup="a")
    parameters = gittrack.init.__annotations__
    assert set(habits.KEYWORDS).isdisjoint(parameters)
    first_words = {use.partition(",")[0].partition("=")[0] for use in habits.KEYWORDS.values()}
    assert {word for word in first_words if " " not in word and ":" not in word} <= set(parameters)


def test_unknown_names_of_the_package_and_of_a_run():
    with pytest.raises(AttributeError, match=r"'start_run': use gittrack\.init"):
        print(gittrack.start_run)
    with pytest.raises(AttributeError, match="'fingerprnt': did you mean fingerprint"):
        print(gittrack.fingerprnt)
    with pytest.raises(AttributeError, match=r"no attribute 'qqq'$"):
        print(gittrack.qqq)
    run = gittrack.init(mode="disabled")
    with pytest.raises(AttributeError, match=r"'log_image': use run\.log"):
        print(run.log_image)
    with pytest.raises(AttributeError, match="did you mean summary"):
        print(run.sumary)
    run.finish()
