"""One damaged run among many: the others are listed, it is marked, and there is a way out."""

from __future__ import annotations

import json
import shutil
import zlib
from pathlib import Path

import pytest
from helpers import git, python, recorded, repo, run_cli

COUNT = 8
RECORD = f"""
import gittrack
for number in range({COUNT}):
    with gittrack.init(config={{"n": number}}) as run:
        run.log({{"loss": float(number)}})
"""


@pytest.fixture(scope="session")
def original(tmp_path_factory) -> Path:
    """A repository with runs, made once."""
    return recorded(tmp_path_factory.mktemp("damage") / "repo", RECORD)


@pytest.fixture
def place(original, tmp_path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "repo", symlinks=True))


def the_ref(place: Path) -> str:
    """Return the ref that is to be damaged."""
    return git(place, "for-each-ref", "--format=%(refname)", "refs/runs/").splitlines()[COUNT // 2]


def loose(place: Path, oid: str) -> Path:
    return place / ".git/objects" / oid[:2] / oid[2:]


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def zero_length_ref(place, ref):
    (place / ".git" / ref).write_bytes(b"")


def ref_of_nuls(place, ref):
    (place / ".git" / ref).write_bytes(b"\0" * 41)


def ref_of_rubbish(place, ref):
    (place / ".git" / ref).write_bytes(b"rubbish\n")


def ref_to_nothing(place, ref):
    (place / ".git" / ref).write_text("1234567890" * 4 + "\n")


def garbled_log(place, ref):
    """A blob of the run's own tree that unpacks well, and is another one."""
    oid = git(place, "rev-parse", f"{ref}:metrics.csv")
    overwrite(loose(place, oid), zlib.compress(b"blob 5\0wrong"))


def missing_commit(place, ref):
    loose(place, git(place, "rev-parse", ref)).unlink()


def empty_commit_object(place, ref):
    overwrite(loose(place, git(place, "rev-parse", ref)), b"")


def garbled_commit_object(place, ref):
    path = loose(place, git(place, "rev-parse", ref))
    overwrite(path, path.read_bytes()[:30] + b"#" * 30)


def missing_tree(place, ref):
    loose(place, git(place, "rev-parse", ref + "^{tree}")).unlink()


def missing_blob(place, ref):
    loose(place, git(place, "rev-parse", ref + ":metrics.csv")).unlink()


def garbled_blob(place, ref):
    overwrite(loose(place, git(place, "rev-parse", ref + ":params.yaml")), b"#" * 30)


def commit_of_others(place, ref):
    tree = git(place, "rev-parse", ref + "^{tree}")
    git(place, "update-ref", ref, git(place, "commit-tree", "-m", "not a run", tree))


def broken_body(place, ref):
    tree = git(place, "rev-parse", ref + "^{tree}")
    body = "a run\n\nparams.n: {broken\nstatus: [[\n"
    git(place, "update-ref", ref, git(place, "commit-tree", "-m", body, tree))


def deep_body(place, ref):
    tree = git(place, "rev-parse", ref + "^{tree}")
    (place / "message").write_text("a run\n\nparams.n: " + "[" * 99999 + '\nstatus: "finished"\n')
    git(place, "update-ref", ref, git(place, "commit-tree", "-F", "message", tree))


def blob_in_place_of_a_commit(place, ref):
    (place / ".git" / ref).write_text(git(place, "rev-parse", ref + ":run.yaml") + "\n")


# What the listing itself shows, and what only a look at all objects does.
SEEN = [
    *(zero_length_ref, ref_of_nuls, ref_of_rubbish, ref_to_nothing, missing_commit),
    *(empty_commit_object, garbled_commit_object, commit_of_others, broken_body, deep_body),
    blob_in_place_of_a_commit,
]
UNSEEN = [missing_tree, missing_blob, garbled_blob, garbled_log]


def status(place: Path, *more: str) -> tuple[int, list[str]]:
    done = run_cli("ls", "--json", "-n", "100", *more, cwd=place)
    return done.code, [run["status"] for run in json.loads(done.out)]


@pytest.mark.parametrize("damage", SEEN)
def test_a_damaged_run_is_marked_and_the_others_are_listed(place, damage):
    damage(place, the_ref(place))
    code, found = status(place)
    assert found.count("finished") == COUNT - 1
    assert found.count("damaged") == 1
    assert code == 1
    done = run_cli("ls", cwd=place)
    assert done.code == 1
    assert done.out.count("finished") == COUNT - 1
    assert f"1 of {COUNT} runs are damaged; see: git track doctor" in done.err


@pytest.mark.parametrize("damage", [zero_length_ref, missing_commit, broken_body, deep_body])
def test_a_damaged_run_does_not_stop_a_ranking(place, damage):
    damage(place, the_ref(place))
    done = run_cli("top", "loss", "-n", "100", cwd=place)
    assert done.code == 1
    assert done.out.count("finished") == COUNT - 1


@pytest.mark.parametrize("damage", [*SEEN, *UNSEEN])
def test_the_doctor_finds_it_and_git_gc_works_after_the_fix(place, damage):
    ref = the_ref(place)
    damage(place, ref)
    done = run_cli("doctor", cwd=place)
    assert done.code == 1
    assert ref in done.out
    assert done.out.count("refs/runs/") == 1, done.out
    fixed = run_cli("doctor", "--fix", cwd=place)
    assert f"moved aside: {ref}\n" in fixed.out
    assert ref in (place / ".git/gittrack/damaged-refs").read_text()
    assert run_cli("doctor", cwd=place).code == 0
    assert status(place) == (0, ["finished"] * (COUNT - 1))
    git(place, "gc", "--quiet", "--prune=now")
    assert git(place, "fsck", "--no-dangling") == ""


@pytest.mark.parametrize("damage", [zero_length_ref, ref_to_nothing, deep_body, garbled_blob])
def test_recording_goes_on_beside_a_damaged_run(place, damage):
    damage(place, the_ref(place))
    assert run_cli("run", "--", "true", cwd=place).code == 0
    assert status(place)[1].count("finished") >= COUNT


def test_a_damaged_run_shows_what_is_wrong_with_it(place):
    ref = the_ref(place)
    zero_length_ref(place, ref)
    done = run_cli("show", ref.rpartition("/")[2], cwd=place)
    assert done.code == 1
    assert "its ref has no value" in done.out


@pytest.mark.parametrize("address", ["show @", "diff @ @~1"])
def test_other_runs_can_be_read(place, address):
    missing_blob(place, the_ref(place))
    assert run_cli(*address.split(), cwd=place).code == 0


def test_a_repository_without_damage_is_well(tmp_path):
    place = repo()
    assert python(RECORD, place).code == 0
    assert run_cli("doctor", cwd=place) == (0, f"{COUNT} runs, 0 going on\nall is well\n", "")
