"""The page as one file: modules joined, nothing but data inside, a policy with the hash of its script."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re

import helpers
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.web import assets, file_curves, one_file, search_demo
from gittrack.web.views import file_extras

NASTY = "</script><script>alert(1)</script><!-- ${alert(2)} \u202e"


def embedded(content: bytes) -> dict:
    """Return the documents inside a page."""
    data = re.search(rb'<script type="application/json" id="documents">(.*?)</script>', content)
    assert data is not None
    return json.loads(data[1])


def test_the_policy_allows_the_starter_and_the_script_in_it_and_nothing_else():
    page = one_file.join({}).decode()
    script = re.search(r'<script type="module">(.*)</script>\n</body>', page, re.S)
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    packed = re.match(r'const packed = "([^"]*)";', script[1])
    code = gzip.decompress(base64.b64decode(packed[1]))
    assert code.decode() == assets.script(in_file=True)
    inner = base64.b64encode(hashlib.sha256(code).digest()).decode()
    assert f"script-src 'sha256-{digest}' 'sha256-{inner}'; style-src" in page
    assert "unsafe" not in page.partition("<script")[0]
    assert "<style" not in page
    assert "connect-src" not in page  # default-src 'none' forbids it
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_values_of_runs_cannot_end_the_script():
    content = one_file.join({"runs": {NASTY: NASTY}})
    assert embedded(content) == {"runs": {NASTY: NASTY}}
    assert content.count(b"<script") == content.count(b"</script>") == 2
    assert content.isascii() or NASTY.encode()[-3:] not in content


def test_a_page_without_runs_is_small():
    assert len(one_file.join({})) < 120_000


def page_of(**fields: list[str]) -> dict:
    """Return the documents in the page of some runs."""
    return embedded(one_file.runs_page(git.find(), fields).content)


def test_the_page_of_some_runs(project):
    for number in range(3):
        helpers.record(f"run {number}", {"loss": 1.0}, {"loss": number / 2}, experiment="digits")
    helpers.record("other", {"loss": 1.0}, experiment="letters")
    documents = page_of(experiment=["digits"], where=["loss < 1"])
    assert documents["runs"]["total"] == 2
    assert {entry["run"] for entry in documents["series"]["series"]} == set(
        documents["runs"]["keys"]
    )
    assert documents["start"]["file"]["runs"] == 2


def secrets() -> list[str]:
    """Record two runs, and return texts that only the sender of a page may give away."""
    helpers.git(".", "checkout", "-qb", "for-customer-x")
    code = "print('printed by first')\nopen('out.txt', 'w').write('first')\n"
    helpers.Path("train.py").write_text(code)
    argv = ("run", "-n", "first", "--output", "out.txt", "--", helpers.sys.executable, "train.py")
    done = helpers.run_cli(*argv)
    assert done.code == 0, done.err
    (run,) = helpers.listed()
    helpers.Path("train.py").write_text("print('other')\n")
    helpers.record("second", {"loss": 1.0})
    return [
        run["host"],
        "printed by first",
        "train.py",
        "out.txt",
        helpers.sys.executable,
        "for-customer-x",
    ]


def test_a_file_holds_no_code_console_or_machine_unless_asked_for(project):
    hidden = secrets()
    content = one_file.runs_page(git.find(), {}).content.decode()
    data = json.dumps(embedded(content.encode()))
    assert [text for text in hidden if text in data] == []
    assert "train.py" not in data
    whole = json.dumps(
        embedded(one_file.runs_page(git.find(), {}, ("code", "log", "env", "files")).content)
    )
    assert [text for text in hidden if text not in whole and text != "out.txt"] == []
    assert "+print('printed by first')" in whole or "-print('printed by first')" in whole
    assert "packages" in whole


def test_a_file_has_the_code_between_any_two_states_and_small_artifacts(project, monkeypatch):
    for number in (0, 1, 2, 1):
        helpers.Path("train.py").write_text(f"print({number})\n")
        helpers.Path("a.csv").write_text(f"x\n{number}\n")
        helpers.Path("big.txt").write_text("x" * 300_000)
        with helpers.gittrack.init(config={"n": number}) as run:
            run.log_artifact("a.csv")
            run.log_artifact("big.txt")
    documents = embedded(one_file.runs_page(git.find(), {}, ("code", "files")).content)
    assert len(documents["code"]) == 3  # of three states
    assert all("-print(" in patch["patch"] for patch in documents["code"].values())
    kinds = [content["kind"] for content in documents["contents"].values()]
    assert kinds == ["text/plain; charset=utf-8"] * 3  # big.txt is too large
    outputs = documents["outputs"][documents["runs"]["keys"][0]]
    assert [item["path"] for item in outputs] == ["a.csv", "big.txt"]
    monkeypatch.setattr(file_extras, "_MOST_CODE", 10)
    assert embedded(one_file.runs_page(git.find(), {}, ("code",)).content)["code"] == {}


def test_a_file_holds_no_content_that_is_not_what_the_run_says(project):
    """A run of somebody else can name the hash of another artifact, or a wrong size."""
    helpers.Path("a.txt").write_text("right")
    with helpers.gittrack.init() as run:
        run.log_artifact("a.txt")
    ref = f"refs/runs/{run.experiment}/{run.id}"
    digest = hashlib.sha256(b"right").hexdigest()
    for content in (b"wrong", b"right, and more"):
        helpers.Path("forged").write_bytes(content)
        blob = helpers.git(".", "hash-object", "-w", "forged").strip()
        helpers.git(".", "read-tree", ref)
        helpers.git(".", "update-index", "--cacheinfo", f"100644,{blob},artifacts/a.txt")
        tree = helpers.git(".", "write-tree").strip()
        message = helpers.git(".", "log", "-1", "--format=%B", ref)
        commit = helpers.git(".", "commit-tree", tree, "-p", f"{ref}^", "-m", message).strip()
        helpers.git(".", "update-ref", ref, commit)
        documents = embedded(one_file.runs_page(git.find(), {}, ("files",)).content)
        [item] = next(iter(documents["outputs"].values()))
        assert (item["oid"], documents["contents"]) == (digest, {})


def test_a_part_that_does_not_exist_is_refused(project):
    helpers.record("first", {"loss": 1.0})
    with pytest.raises(TrackError, match="no part 'password'"):
        one_file.runs_page(git.find(), {}, ("password",))


def test_curves_in_a_file_are_thinned_to_a_budget(project, monkeypatch):
    monkeypatch.setattr(file_curves, "BUDGET", 400)
    helpers.record("long", *({"loss": 1 / (step + 1), "acc": step % 7} for step in range(3000)))
    page = one_file.runs_page(git.find(), {})
    series = embedded(page.content)["series"]["series"]
    assert {entry["thinned"] for entry in series} == {True}
    assert {entry["total"] for entry in series} == {3000}
    loss = next(entry for entry in series if entry["metric"] == "loss")
    assert (loss["y"]["type"], loss["y"]["hi"]) == ("i16", 1)
    assert len(base64.b64decode(loss["y"]["data"])) <= 2 * 202
    assert page.about.endswith("curves thinned")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=200))
def test_quantised_numbers_are_near_the_exact_ones(numbers):
    packed = file_curves.quantised(np.array(numbers, dtype=float))
    if isinstance(packed, dict) and packed["type"] == "i16":
        levels = np.frombuffer(base64.b64decode(packed["data"]), "<u2")
        unit = (packed["hi"] - packed["lo"]) / 65535
        assert np.all(np.abs(packed["lo"] + levels * unit - numbers) <= unit * 0.51)


def test_a_clock_has_the_time_at_some_steps(project):
    run_id = helpers.record("a", *({"loss": 1.0} for _ in range(500)))
    clock = page_of()["series"]["clocks"][f"default/{run_id}"]
    assert (clock["steps"][0], clock["steps"][-1], len(clock["steps"])) == (0, 499, 32)
    assert clock["seconds"] == sorted(clock["seconds"])


def test_too_many_runs_for_a_file(project, monkeypatch):
    monkeypatch.setattr("gittrack.web.file_documents.MOST_RUNS", 1)
    helpers.record("a", {"loss": 1.0})
    helpers.record("b", {"loss": 1.0})
    with pytest.raises(TrackError, match="2 runs are too many for one file"):
        one_file.runs_page(git.find(), {})


def test_a_page_leaves_no_selected_run_out_in_silence(project):
    key = f"default/{helpers.record('a', {'loss': 1.0})}"
    with pytest.raises(TrackError, match="has no run 'default/other'"):
        one_file.runs_page(git.find(), {"run": [key, "default/other"]})
    with pytest.raises(TrackError, match="no run matches"):
        one_file.runs_page(git.find(), {"where": ["loss > 1"]})


def test_the_search_demonstration_compares_methods_of_one_budget():
    document = search_demo.document()
    spent = {entry["name"]: entry["steps"][-1][4] for entry in document["methods"]}
    assert spent == {"grid": 324, "random": 324, "halving": 324}
    scores = [step[2] for entry in document["methods"] for step in entry["steps"]]
    assert document["optimum"]["score"] <= min(scores)
    values = [value for row in document["landscape"] for value in row]
    assert document["optimum"]["score"] == min(values)
    assert document == search_demo.document()  # always the same
