"""One run, its log, its artifacts, and its differences from others, as the command line has them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import helpers
import pytest

from gittrack import git
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.git.content import blob_parts
from gittrack.read.files import record_files
from gittrack.web.application import encoded
from gittrack.web.params import BadParameter, Params
from gittrack.web.views import compare, log, models
from gittrack.web.views import run as run_view

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def document(module, **fields: object) -> dict:
    """Return a document as a browser gets it."""
    texts = {k: [str(i) for i in v] if isinstance(v, list) else [str(v)] for k, v in fields.items()}
    return json.loads(encoded(module.view(git.find(), Params(texts))))


def key(run_id: str) -> str:
    return f"default/{run_id}"


def record_with_files() -> str:
    """Record a run with a picture, a page and a link as artifacts."""
    Path("plot.png").write_bytes(PNG)
    Path("page.html").write_text("<script>alert(1)</script>")
    with gittrack_run(name="files", config={"lr": 0.1}) as run:
        run.log({"loss": 0.5})
        run.log_artifact("plot.png")
        run.log_artifact("page.html")
    return run.id


def gittrack_run(**more):
    return helpers.gittrack.init(**more)


def test_a_run_has_what_show_prints(project):
    run_id = record_with_files()
    shown = json.loads(helpers.look("show", run_id, "--json").out)
    content = document(run_view, run=key(run_id))
    assert content["run"] == {name: shown[name] for name in content["run"]}
    assert content["env"] == shown["env"]
    pages = {item["path"]: item for item in content["outputs"]}
    assert pages["plot.png"]["preview"] == "image"
    assert pages["page.html"]["preview"] == "page"
    assert pages["plot.png"]["oid"] == hashlib.sha256(PNG).hexdigest()
    assert [way["track"] for way in content["commands"]][-1] == f"git track reproduce {run_id[16:]}"


def test_relatives_of_a_run(project):
    with gittrack_run(name="first") as first, gittrack_run(name="child") as child:
        child.log({"loss": 2.0})
    related = document(run_view, run=key(first.id))["related"]
    assert [(entry["relation"], entry["name"]) for entry in related] == [("child", "child")]
    related = document(run_view, run=key(child.id))["related"]
    assert [(entry["relation"], entry["name"]) for entry in related] == [("parent", "first")]


def test_models_of_a_run(project):
    run_id = helpers.record("first", {"loss": 1.0})
    helpers.model("register", "resnet", run_id)
    assert document(run_view, run=key(run_id))["models"] == [
        {"model": "resnet", "version": 1, "stages": []}
    ]
    (entry,) = document(models)["models"]
    assert (entry["model"], entry["latest"]["version"]) == ("resnet", 1)
    one = json.loads(encoded(models.model(git.find(), Params({"model": ["resnet"]}))))
    assert one["versions"][0]["key"] == key(run_id)
    assert one["history"] == json.loads(helpers.model("history", "resnet", "--json"))


def test_gates_of_a_model_with_the_values_of_each_version(project):
    for loss in (1.0, 0.25):
        helpers.model("register", "resnet", helpers.record(None, {"loss": loss}))
    helpers.git(".", "config", "track.gate.production", "loss < 0.3")
    helpers.git(".", "config", "track.gate.staging", "loss <")
    content = json.loads(encoded(models.model(git.find(), Params({"model": ["resnet"]}))))
    assert content["gates"][0] == {"stage": "production", "query": "loss < 0.3"}
    newest, oldest = (version["gates"] for version in content["versions"])
    assert newest["production"] == []
    assert oldest["production"] == ["loss < 0.3 (loss is 1.0)"]
    assert len(oldest["staging"]) == 1  # what is wrong with the query


def test_a_run_that_does_not_exist(project):
    with pytest.raises(NoSuchRun):
        document(run_view, run="default/nothing")
    with pytest.raises(BadParameter):
        document(run_view)


@pytest.mark.parametrize("large", [1 << 20, 10])
def test_a_part_of_the_log(project, monkeypatch, large):
    monkeypatch.setattr(record_files, "_LARGE", large)  # a larger file in git is read in parts
    done = helpers.run_cli("run", "--", "sh", "-c", "seq 1000")
    assert done.code == 0, done.err
    run_id = helpers.listed()[0]["id"]
    whole = "".join(f"{n}\n" for n in range(1, 1001))
    end = document(log, run=run_id, limit=8)
    assert (end["text"], end["size"], end["live"]) == (whole[-8:], len(whole), False)
    middle = document(log, run=run_id, limit=4, **{"from": 2})
    assert (middle["text"], middle["from"], middle["to"]) == (whole[2:6], 2, 6)
    assert document(log, run=run_id, **{"from": 10**9})["text"] == ""


def test_git_reads_a_large_log_only_to_the_end_of_the_part(project, monkeypatch):
    helpers.run_cli("run", "--", "sh", "-c", "seq 1000")
    pieces = []

    def counted(repo, name):
        for piece in blob_parts(repo, name, 100):
            pieces.append(piece)
            yield piece

    monkeypatch.setattr(record_files, "_LARGE", 10)
    monkeypatch.setattr(record_files, "blob_parts", counted)
    run_id = helpers.listed()[0]["id"]
    assert document(log, run=run_id, limit=4, **{"from": 98})["text"] == "\n37\n"
    assert len(pieces) == 2


def test_parts_of_a_log_begin_and_end_with_whole_characters():
    data = "añ€z".encode()  # of 1, 2, 3 and 1 bytes
    texts = [log.part(data[start:end], start, 7) for start, end in ((0, 2), (1, 5), (2, 7), (4, 7))]
    assert [(part["text"], part["from"], part["to"]) for part in texts] == [
        *(("a", 0, 1), ("ñ", 1, 3), ("€z", 3, 7), ("z", 6, 7))
    ]
    assert log.part(b"ab\xff", 0, 3)["text"] == "ab�"


def test_the_lines_that_have_some_words():
    data = "one\r\n\x1b[1mO\x1b[0mne more\nÄ\nnone\x1b]8;;http://one/\x07\nx\n".encode()
    assert log.matches(data, "one") == {"matches": [0, 5, 25], "total": 3}
    assert log.matches(data, "ä")["matches"] == [22]
    assert log.matches(data, "http")["total"] == 0
    assert log.matches(b"\x1b]" * 100_000, "x")["total"] == 0


def test_a_text_among_the_artifacts_is_read_by_parts(project):
    Path("big.txt").write_text("".join(f"line {n}\n" for n in range(1000)))
    with gittrack_run() as run:
        run.log_artifact("big.txt")
        (item,) = document(run_view, run=key(run.id))["outputs"]
    whole = Path("big.txt").read_text()
    of_text = {"run": key(run.id), "oid": item["sha256"]}
    end = document(log, **of_text, limit=9)
    assert (end["text"], end["to"], end["live"]) == (whole[-9:], len(whole), False)
    found = document(log, **of_text, find="LINE 99")
    assert found["total"] == 11
    assert whole[found["matches"][1] :].startswith("line 990\n")
    with pytest.raises(TrackError, match="no such artifact"):
        document(log, **{**of_text, "oid": "f" * 64})


def test_two_runs_differ_as_in_diff(project):
    first = helpers.record("a", {"loss": 1.0}, config={"lr": 0.1, "depth": 4})
    Path("train.py").write_text("print('other')\n")
    second = helpers.record("b", {"loss": 0.5, "acc": 0.9}, config={"lr": 0.2, "depth": 4})
    content = document(compare, run=[key(first), key(second)])
    diff = json.loads(helpers.look("diff", first, second, "--json").out)
    assert content["sections"]["params"] == [{"name": "lr", "values": [0.1, 0.2]}]
    rows = {row["name"]: row for row in content["sections"]["metrics"]}
    assert rows["loss"]["delta"] == [None, -0.5]
    assert rows["loss"]["percent"] == [None, -50.0]
    assert rows["loss"]["goal"] == "min"
    assert rows["acc"]["values"] == [{"missing": True}, 0.9]
    assert content["code"]["patch"] == diff["code"]["patch"]
    assert "print('other')" in content["code"]["patch"]
    assert "env" in content["equal"]
    assert content["commands"][0]["track"] == f"git track diff {first[16:]} {second[16:]}"


def test_artifacts_and_logs_of_runs_side_by_side(project):
    keys = []
    for number in range(2):
        Path("same.txt").write_text("same")
        Path("table.csv").write_text(f"a\n{number}\n")
        with gittrack_run(config={"lr": number}) as run:
            run.log_artifact("same.txt")
            run.log_artifact("table.csv")
            if number:
                run.log_artifact("same.txt", "only/second.txt")
            print("printed")
        keys.append(key(run.id))
    content = document(compare, run=keys)
    rows = {row["path"]: row for row in content["artifacts"]}
    assert [row["equal"] for row in rows.values()] == [False, True, False]
    assert rows["only/second.txt"]["items"][0] is None
    assert rows["only/second.txt"]["git"] == ""
    assert rows["table.csv"]["preview"] == "table"
    refs = [f"refs/runs/{name}:artifacts/table.csv" for name in keys]
    assert rows["table.csv"]["git"] == f"git diff {refs[0]} {refs[1]}"
    parts = {way["part"]: way for way in content["commands"] if "part" in way}
    assert parts["params"]["track"].endswith("--params")
    assert parts["params"]["git"].endswith(f"refs/runs/{keys[1]}:params.yaml")
    assert parts["inputs"]["git"] == ""


def test_several_runs_have_a_column_each(project):
    ids = [helpers.record(str(i), {"loss": float(i)}, config={"lr": i}) for i in range(3)]
    content = document(compare, run=[key(run_id) for run_id in ids])
    assert content["sections"]["params"] == [{"name": "lr", "values": [0, 1, 2]}]
    assert content["code"] is None
    assert "code" in content["equal"]


def test_one_run_cannot_be_compared(project):
    with pytest.raises(BadParameter, match="1 runs cannot be compared"):
        document(compare, run=["default/a"])


def test_artifacts_are_found_by_the_id_of_their_content_only(project, served):
    run_id = record_with_files()
    outputs = {item["path"]: item for item in document(run_view, run=key(run_id))["outputs"]}
    address = f"?run={key(run_id)}"
    picture = served.get(f"/artifact/{outputs['plot.png']['oid']}{address}")
    assert (picture.body, picture.headers["content-type"]) == (PNG, "image/png")
    assert picture.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    other = helpers.record("other", {"loss": 1.0})
    assert served.get(f"/artifact/{outputs['plot.png']['oid']}?run={key(other)}").status == 400
    for oid in ("plot.png", "artifacts/plot.png", "0" * 64, "..%2f..%2fHEAD", ""):
        assert served.get(f"/artifact/{oid}{address}").status in (400, 404)


def test_a_page_that_a_run_logged_runs_no_script(project, served):
    run_id = record_with_files()
    outputs = {item["path"]: item for item in document(run_view, run=key(run_id))["outputs"]}
    address = f"/artifact/{outputs['page.html']['oid']}?run={key(run_id)}"
    attached = served.get(address)
    assert attached.headers["content-type"] == "application/octet-stream"
    assert attached.headers["content-disposition"] == "attachment; filename*=UTF-8''page.html"
    framed = served.get(f"{address}&frame=1")
    policy = framed.headers["content-security-policy"]
    assert framed.headers["content-type"].startswith("text/html")
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert "script-src" not in policy
    assert "allow" not in policy


def test_a_picture_that_is_none_is_an_attachment(project, served):
    Path("odd\r\nX: 1.png").write_text("<html>")
    with gittrack_run() as run:
        run.log_artifact("odd\r\nX: 1.png")
    (item,) = document(run_view, run=key(run.id))["outputs"]
    reply = served.get(f"/artifact/{item['oid']}?run={key(run.id)}")
    assert reply.headers["content-type"] == "application/octet-stream"
    assert (
        reply.headers["content-disposition"] == "attachment; filename*=UTF-8''odd%0D%0AX%3A%201.png"
    )
    assert "x" not in reply.headers


def test_an_artifact_that_is_not_here_is_an_error(project):
    from gittrack.web import artifacts

    run_id = record_with_files()
    with pytest.raises(TrackError, match="no such artifact"):
        artifacts.content(run_view.record_of(git.find(), key(run_id)), "f" * 64)
