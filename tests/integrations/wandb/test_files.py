"""Saved files, artifacts, and reading runs with ``wandb.Api``."""

from __future__ import annotations

from pathlib import Path

import pytest

import gittrack


def test_saved_files_are_stored_as_they_are_at_the_end(wandb):
    Path("weights.txt").write_text("first")
    wandb.init()
    assert wandb.save("weights.*") == ["weights.txt"]
    assert wandb.save("missing.*") == []
    Path("weights.txt").write_text("last")
    wandb.finish()
    record = gittrack.get("@")
    assert record.read("artifacts/weights.txt") == b"last"
    assert wandb.Api().runs()[0].file("weights.txt").download("copy").read() == "last"


def test_artifacts_have_versions_and_aliases(wandb, tmp_path):
    (tmp_path / "data").mkdir()
    for number in range(2):
        run = wandb.init(project=f"p{number}")
        (tmp_path / "data" / "a.txt").write_text(f"content {number}")
        artifact = wandb.Artifact("set", type="dataset", metadata={"rows": number})
        artifact.add_dir("data", name="inner")
        artifact.add_file("data/a.txt", name="b.txt")
        artifact.add(wandb.Table(columns=["x"], data=[[number]]), "table")
        with artifact.new_file("note.txt") as file:
            file.write("hello")
        artifact.add_reference("s3://bucket/file", name="far")
        run.log_artifact(artifact)
        run.log_artifact(artifact, aliases=["latest", f"run{number}"]).wait()  # once more
        assert artifact.get_path("note.txt").read_text() == "hello"
        run.finish()
    run = wandb.init(project="use")
    for address, content in [
        ("set", "content 1"),
        ("me/p/set:latest", "content 1"),
        ("set:v0", "content 0"),
        ("set:run0", "content 0"),
    ]:
        used = run.use_artifact(address, type="dataset")
        folder = used.download(root=str(tmp_path / address.replace("/", "_")))
        assert Path(folder, "inner", "a.txt").read_text() == content
    assert (used.type, used.metadata, used.version) == ("dataset", {"rows": 0}, "v0")
    assert used.get("table").data == [["0"]]
    assert sorted(used.files()) == ["b.txt", "far.url", "inner/a.txt", "note.txt", "table.csv"]
    assert wandb.Api().artifact("set:v1").get_path("b.txt").read_text() == "content 1"
    with pytest.raises(wandb.Error, match="no run has the artifact set:v7"):
        run.use_artifact("set:v7")
    run.log_artifact("data/a.txt", name="single", type="file")
    run.log_model("data", name="model")
    run.finish()
    record = gittrack.get("@")
    assert record.read("artifacts/single/a.txt") == b"content 1"
    assert "artifact=model" in record.tags
    assert any(tag.startswith("uses=set@") for tag in record.tags)
    assert [a.name for a in wandb.Api().runs("me/p1")[0].logged_artifacts()] == ["set"]
    with pytest.raises(ValueError, match="not a file"):
        wandb.Artifact("a", "b").add_file("missing")


def test_the_api_filters_and_sorts_runs(wandb):
    for number in range(3):
        run = wandb.init(
            project="p",
            name=f"r{number}",
            config={"lr": number, "m": {"d": 1}},
            tags=[f"t{number}"],
        )
        run.log({"loss": 3.0 - number})
        run.log({"loss": 2.0 - number, "acc": 1})
        run.finish()
    api = wandb.Api()

    def names(**filters):
        return [run.name for run in api.runs("entity/p", filters=filters)]

    assert names() == ["r2", "r1", "r0"]
    assert names(**{"config.lr": {"$gt": 0}}) == ["r2", "r1"]
    assert names(**{"config.m.d": 1, "summary_metrics.loss": {"$lte": 1, "$ne": 0}}) == ["r1"]
    assert names(**{"$or": [{"display_name": "r0"}, {"tags": "t2"}]}) == ["r2", "r0"]
    assert names(tags={"$in": ["t0"]}, state="finished") == ["r0"]
    assert names(tags={"$nin": ["t0"]}, state={"$ne": "failed"}) == ["r2", "r1"]
    assert names(tags={"$ne": "t2"}) == names(tags={"$not": {"$eq": "t2"}}) == ["r1", "r0"]
    assert names(display_name={"$regex": "^r[01]"}, **{"config.lr": {"$not": {"$eq": 1}}}) == ["r0"]
    assert names(**{"config.none": {"$exists": True}}) == []
    assert [run.name for run in api.runs("p", order="+summary_metrics.loss")] == ["r2", "r1", "r0"]
    with pytest.raises(wandb.Error, match="no comparison"):
        names(**{"config.lr": {"$near": 1}})
    with pytest.raises(wandb.Error, match=r"no 'conifg\.lr'"):
        names(**{"conifg.lr": {"$ne": 1}})
    run = api.run(f"entity/p/{api.runs('p')[0].id}")
    assert (run.config["lr"], run.summary["loss"], run.state) == (2, 0.0, "finished")
    assert list(run.scan_history(keys=["loss"])) == [
        {"_step": 0, "loss": 1.0},
        {"_step": 1, "loss": 0.0},
    ]
    assert run.history(pandas=False)[1] == {"_step": 1, "loss": 0.0, "acc": 1}
    with pytest.raises(AttributeError, match="git track sweep"):
        print(api.reports)
