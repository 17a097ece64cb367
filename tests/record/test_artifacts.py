"""The copy of an artifact gets its name after its entry is in the journal: a kill loses neither version."""

import hashlib
import os
from pathlib import Path

import pytest
from helpers import python, repo, run_cli

import gittrack
from gittrack.record import artifacts

OVERWRITTEN = """
import os, signal, sys
from pathlib import Path
import gittrack
run = gittrack.init()
Path("model.pt").write_text("first")
run.log_artifact("model.pt")
Path("model.pt").write_text("second")
left = int(sys.argv[1])

def step(event, args):
    global left
    if event in ("open", "os.rename", "os.remove") and "/.git/" in str(args[0]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(step)
run.log_artifact("model.pt")
print("second", flush=True)
os._exit(1)
"""


@pytest.fixture(autouse=True)
def project(monkeypatch):
    monkeypatch.chdir(repo())


@pytest.mark.parametrize("step", range(1, 12))
def test_a_kill_while_an_artifact_is_replaced_leaves_one_whole_version(step):
    done = python(OVERWRITTEN.replace("sys.argv[1]", str(step)))
    assert run_cli("recover").code == 0
    run = gittrack.get("@")
    (entry,) = run.outputs
    content = run.read("artifacts/model.pt")
    assert content in (b"first", b"second")
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert "second" not in done.out or content == b"second"


def test_a_journal_whose_artifact_was_deleted_is_recovered_without_it():
    python(OVERWRITTEN.replace("sys.argv[1]", "1"))
    (copy,) = Path(".git/gittrack/live").glob("*/artifacts/model.pt")
    copy.unlink()
    done = run_cli("recover")
    (entry,) = gittrack.get("@").outputs
    assert (entry["where"], entry["sha256"]) == ("left out", hashlib.sha256(b"first").hexdigest())
    note = (
        "the artifact model.pt has only its digest: its copy in the journal of the run was deleted"
    )
    assert note in done.out + done.err


def copied(name: str, *, refuse: bool = False) -> list[str]:
    """Copy train.py as an artifact; return the files beside and below the target when it is yielded."""
    target = Path("journal/artifacts")
    target.parent.mkdir(exist_ok=True)
    entries = artifacts.copy_in("train.py", name, target, 1 << 20)
    next(entries)
    seen = sorted(str(path.relative_to(target.parent)) for path in target.rglob("*"))
    if refuse:
        entries.close()
    else:
        assert not list(entries)
    return seen


def test_a_copy_has_its_name_after_its_entry_is_written():
    assert copied("a/train.py") == ["artifacts/a"]
    assert Path("journal/artifacts/a/train.py").read_bytes() == Path("train.py").read_bytes()


def test_an_entry_that_is_refused_leaves_no_copy():
    copied("train.py", refuse=True)
    assert not [path for path in Path("journal").rglob("*") if path.is_file()]


def test_an_artifact_with_the_name_of_a_folder_leaves_the_folder():
    copied("a/train.py")
    with pytest.raises(IsADirectoryError):
        copied("a")
    assert Path("journal/artifacts/a/train.py").is_file()
    assert os.listdir("journal") == ["artifacts"]
