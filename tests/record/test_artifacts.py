"""The copy of an artifact gets its name after its entry is in the journal: a kill loses neither version."""

import hashlib
import os
from pathlib import Path

import pytest
from helpers import python, recover, repo, run_cli

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


def test_each_of_many_artifacts_costs_the_same():
    done = python(
        "import sys, threading, gittrack\n"
        "from pathlib import Path\n"
        "calls = 0\n"
        "def count(event, args):\n"
        "    global calls\n"
        "    is_here = threading.get_ident() == threading.main_thread().ident  # others take samples\n"
        "    calls += is_here and event.startswith(('open', 'os.'))\n"
        "run = gittrack.init()\n"
        "Path('model.pt').write_text('weights')\n"
        "run.log_artifact('model.pt')\n"
        "sys.addaudithook(count)\n"
        "for number in range(300):\n"
        "    run.log_artifact('model.pt', f'{number:03}/model.pt')\n"
        "    if number in (99, 199, 299): print(calls)\n"
    )
    first, second, third = map(int, done.out.split())
    assert second - first == third - second == first


@pytest.mark.parametrize("step", range(1, 12))
def test_a_kill_while_an_artifact_is_replaced_leaves_one_whole_version(step):
    done = python(OVERWRITTEN.replace("sys.argv[1]", str(step)))
    assert recover().code == 0
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
    done = recover()
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


def outputs_of(script: str, *options: str) -> dict[str, bool]:
    """Record a shell script; return for each artifact whether it is marked as not written by the run."""
    done = run_cli("run", *options, "--", "sh", "-c", script)
    assert done.code == 0, done.err
    return {item["path"]: item.get("unwritten", False) for item in gittrack.get("@").outputs}


def test_a_leftover_and_a_tracked_file_are_marked_as_not_written():
    Path("out").mkdir()
    Path("out/old").write_text("1")
    marks = outputs_of("echo 2 > out/new", "--output", "out", "--output", "train.py")
    assert marks == {"out/old": True, "out/new": False, "train.py": True}


def test_a_file_that_is_written_again_with_the_same_content_is_written():
    Path("model").write_text("1\n")
    assert outputs_of("echo 1 > model", "--output", "model") == {"model": False}


def test_a_file_whose_time_is_put_back_is_written():
    Path("model").write_text("1\n")
    assert outputs_of("echo 2 > model; touch -d 2001-01-01 model", "--output", "model") == {
        "model": False
    }


def test_an_old_link_is_marked():
    Path("out").mkdir()
    Path("out/a").write_text("1")
    Path("out/b").symlink_to("a")
    assert outputs_of("echo 2 > out/a", "--output", "out") == {"out/a": False, "out/b": True}


def test_a_script_that_logs_a_leftover_marks_it():
    Path("model.pt").write_text("old")
    code = "import gittrack\nwith gittrack.init() as run:\n    run.log_artifact('model.pt')"
    assert python(code).code == 0
    assert gittrack.get("@").outputs[0]["unwritten"] is True


def test_the_warning_names_the_first():
    assert artifacts.unwritten_warning([]) is None
    assert "m.pt was not" in (artifacts.unwritten_warning(["m.pt"]) or "")
    assert "m.pt and 2 more outputs were not" in (
        artifacts.unwritten_warning(["m.pt", "b", "c"]) or ""
    )
