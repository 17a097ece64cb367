"""gittrack.runs(...): a sequence that converts and shows itself."""

import math

import pytest
from helpers import python, record

import gittrack

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def three(project):
    for name, acc in (("a", 0.5), ("b", math.nan), ("c", 0.9)):
        record(name, {"acc": acc}, config={"lr": acc})
    record("without", {"loss": 1})


def names(found):
    return "".join(run.name[0] for run in found)


def test_it_is_a_sequence(three):
    found = gittrack.runs()
    assert (len(found), names(found), names(found[1:3]), found[-1].name) == (4, "wcba", "cb", "a")
    assert isinstance(found[:2], gittrack.Runs)
    assert found == list(found)
    assert found[0] in found
    assert list(gittrack.runs(experiment="none")) == []


def test_top(three):
    assert names(gittrack.runs().top("acc")) == "ca"
    assert names(gittrack.runs().top("acc.max", smallest=True)) == "ac"
    with pytest.raises(gittrack.TrackError, match="no run has the metric 'ac'"):
        gittrack.runs().top("ac")


def test_top_knows_losses_and_warns_of_what_it_assumes(project, caplog):
    for name, loss in (("a", 0.5), ("b", 0.1), ("c", math.inf)):
        record(name, {"val_loss": loss, "score": loss})
    assert names(gittrack.runs().top("val_loss")) == "bac"
    assert "the smallest is first, because the name has the word 'loss'" in caplog.text
    assert names(gittrack.runs().top("score")) == "abc"
    assert "because nothing says which direction is better" in caplog.text
    caplog.clear()
    assert names(gittrack.runs().top("val_loss", smallest=False)) == "abc"
    assert caplog.text == ""


def test_dicts_are_what_json_has(three):
    found = gittrack.runs(where='name == "a"').to_dicts()
    assert (found[0]["name"], found[0]["metrics"]["acc"]["last"]) == ("a", 0.5)


def test_pandas_only_where_it_is_installed(three):
    code = "import sys; sys.modules['pandas'] = None\nimport gittrack\ngittrack.runs().to_pandas()"
    assert "pandas is not installed. pip install pandas" in python(code).err


def test_pandas(three):
    pytest.importorskip("pandas")
    frame = gittrack.runs().to_pandas()
    assert list(frame["name"]) == ["without", "c", "b", "a"]
    assert frame["metrics.acc"].max() == 0.9


def test_it_shows_itself_as_a_table(three):
    shown = repr(gittrack.runs())
    assert shown.splitlines()[0].startswith("ID        NAME     STATUS")
    assert repr(gittrack.runs(experiment="none")) == "no runs"


EVIL = "<script>alert(1)</script>\x1b[31m"


def test_html_is_escaped():
    record(EVIL, {EVIL: 1}, config={EVIL: EVIL}, tags=[EVIL], note=EVIL, group=EVIL)
    found = gittrack.runs()
    for shown in (found._repr_html_(), found[0]._repr_html_()):
        assert "<script>" not in shown
        assert "\x1b" not in shown
        assert "&lt;script&gt;" in shown
        assert shown.count("<table>") == shown.count("</table>") > 0


def test_a_data_frame_takes_text_that_is_not_utf_8():
    pytest.importorskip("pandas")
    odd = b"a\xff".decode(errors="surrogateescape")
    record(None, {odd: 1.0}, config={"p": odd, odd: [odd]}, tags=[odd], note=odd)
    (row,) = gittrack.runs().to_pandas().to_dict("records")
    assert (row["params.p"], row["note"], row["tags"]) == ("a\\udcff", "a\\udcff", ["a\\udcff"])
