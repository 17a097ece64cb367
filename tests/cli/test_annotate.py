"""git track tag, note, rename, archive: what is said about runs afterwards, as git notes."""

import json
import subprocess
import sys

import pytest
from helpers import git, listed, look, record, run_cli, start

import gittrack

pytestmark = pytest.mark.usefixtures("project")


def done(*argv):
    found = run_cli(*argv)
    assert (found.code, found.err) == (0, "")
    return found.out


def test_tags_come_and_go():
    run_id = record("a", {"acc": 1}, tags=["first"])
    assert done("tag", "a", "+good", "+paper", "-first") == f"{run_id[16:]} a  tags: good, paper\n"
    assert done("tag", "a") == f"{run_id[16:]} a  tags: good, paper\n"
    assert gittrack.get("a").tags == ("good", "paper")
    assert listed("-w", '"good" in tags')[0]["id"] == run_id


def test_remarks_add_up_or_replace():
    record("a", note="at the start")
    done("note", "a", "looks", "good")
    assert done("note", "a") == "at the start\nlooks good\n"
    done("note", "a", "--replace", "forget it")
    assert gittrack.get("a").note == "forget it"


def test_a_token_in_a_note_is_hidden_wherever_it_was_written():
    token = "hf" + "_abcdefghijklmnopqrstuvwxyzABCDEFGH"
    record("a", note=f"with {token}")
    with gittrack.init(name="b") as run:
        run.note(f"https://h/?token={token}")
    done("note", "b", f"Authorization: Bearer {token}")
    assert gittrack.get("a").note == "with ***"
    assert gittrack.get("b").note == "https://h/?token=***\nAuthorization: Bearer ***"
    assert token not in git(".", "log", "-p", "--all")


def test_a_new_name_addresses_the_run_and_the_old_one_does_not():
    run_id = record("zebra", {"acc": 0.5})
    assert done("rename", "zebra", "best") == f"{run_id[16:]} zebra -> best\n"
    assert gittrack.get("best").id == run_id
    assert json.loads(done("top", "acc", "--json"))[0]["name"] == "best"
    assert "there is no run 'zebra'" in look("show", "zebra").err


def test_names_stay_unique():
    record("a")
    taken = record("b")
    found = look("rename", "a", "b")
    assert (found.code, found.err) == (
        1,
        f"error: 'b' is the name of the run {taken} already\n"
        "hint: choose another one, or rename or archive that run first\n",
    )
    done("archive", "b")
    done("rename", "a", "b")


def test_archived_runs_are_left_out_and_counted():
    record("a", {"acc": 0.5})
    record("b", {"acc": 0.9})
    done("archive", "b")
    assert [run["name"] for run in listed()] == ["a"]
    assert "archived and not shown: 1; include them with --archived" in done("ls")
    assert [run["archived"] for run in listed("--archived")] == [True, False]
    assert [run.name for run in gittrack.runs()] == ["a"]
    assert [run.name for run in gittrack.runs(archived=True)] == ["b", "a"]
    assert "0.9" not in done("top", "acc")
    assert done("show", "b")
    done("archive", "a")
    for verb in (["ls"], ["top", "acc"], ["log"], ["params"]):
        assert "all runs are archived; include them with --archived\n" in look(*verb).err
    done("archive", "--undo", "a", "b")
    assert [run["name"] for run in listed()] == ["b", "a"]


def test_it_is_all_in_git_notes():
    run = gittrack.get(record("a"))
    done("tag", "a", "+good")
    note = git(".", "notes", "--ref=runs", "show", run.info.commit)
    operation = json.loads(note)
    assert (operation["op"], operation["add"], operation["by"]) == (
        *("tag", ["good"]),
        "Ada Lovelace <ada@example.org>",
    )
    assert '"good"' in git(".", "log", "-1", "--notes=runs", run.ref)
    git(".", "notes", "--ref=runs", "append", "-m", "said by hand", run.info.commit)
    assert gittrack.get("a").note == "said by hand"
    assert gittrack.get("a").tags == ("good",)


def test_the_run_commit_stays_what_it_was():
    before = gittrack.get(record("a")).info.commit
    done("tag", "a", "+good")
    assert gittrack.get("a").info.commit == before
    assert git(".", "show", f"{before}:run.yaml").count("good") == 0


def test_two_clones_say_things_and_git_merges_them():
    run = gittrack.get(record("a"))
    done("tag", "a", "+common")
    git(".", "clone", "-q", "--mirror", ".", "other.git")
    git(".", "clone", "-q", "other.git", "other")
    git("other", "fetch", "-q", "origin", "refs/runs/*:refs/runs/*", "refs/notes/*:refs/notes/*")
    run_cli("tag", "a", "+theirs", cwd="other")
    run_cli("note", "a", "from over there", cwd="other")
    done("tag", "a", "+ours")
    git(".", "fetch", "-q", "other", "refs/notes/runs:refs/notes/theirs")
    git(".", "notes", "--ref=runs", "merge", "-q", "-s", "cat_sort_uniq", "theirs")
    merged = gittrack.get("a")
    assert sorted(merged.tags) == ["common", "ours", "theirs"]
    assert merged.note == "from over there"
    assert merged.info.commit == run.info.commit


def test_eight_processes_at_once_lose_nothing():
    names = [record(f"run{n}") for n in range(2)]
    code = (
        "import sys; from gittrack.cli.main import main\n"
        "for n in range(3): assert main(['tag', sys.argv[2], f'+{sys.argv[1]}-{n}']) == 0"
    )
    started = [start(sys.executable, "-c", code, str(n), names[n % 2]) for n in range(8)]
    for process in started:
        _, err = process.communicate()
        assert (process.returncode, err) == (0, "")
    for parity, name in enumerate(names):
        wanted = {f"{n}-{k}" for n in range(8) if n % 2 == parity for k in range(3)}
        assert set(gittrack.get(name).tags) == wanted
    assert subprocess.run(["git", "fsck"], capture_output=True, check=True).stderr == b""


def test_a_run_that_is_going_on_takes_it_into_its_own_record():
    with gittrack.init(name="live", tags=["a"]) as run:
        done("tag", "@", "+b", "-a")
        done("note", "@", "half way")
        done("rename", "@", "alive")
        assert gittrack.get("alive").id == run.id
        assert "not committed yet" in look("archive", "@").err
    ended = gittrack.get("alive")
    assert (ended.tags, ended.note, ended.name) == (("b",), "half way", "alive")
    assert git(".", "for-each-ref", "refs/notes") == ""


def test_many_runs_have_notes_where_git_fans_them_out():
    record("a")
    blob = git(".", "hash-object", "-w", "params.yaml")
    paths = (f"{n:02x}/{n:038x}" for n in range(1, 600))
    stream = "commit refs/notes/runs\ncommitter A <a@b> 0 +0000\ndata 0\n"
    stream += "".join(f"M 100644 {blob} {path[-41:]}\n" for path in paths)
    subprocess.run(["git", "fast-import", "--quiet"], input=stream, text=True, check=True)
    done("tag", "a", "+one")
    done("tag", "a", "+two")
    assert gittrack.get("a").tags == ("one", "two")
    assert len(git(".", "notes", "--ref=runs", "list").splitlines()) == 600


def test_what_is_said_about_a_failed_run_stays_when_it_is_resumed():
    with pytest.raises(RuntimeError), gittrack.init(name="a") as run:
        raise RuntimeError
    done("tag", "a", "+hopeful")
    with gittrack.init(resume=run.id) as again:
        again.log({"acc": 1})
    assert gittrack.get("a").tags == ("hopeful",)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("tag", "a", "+"), "the name of a tag is empty"),
        (("tag", "a", "good"), "'good' is neither +TAG nor -TAG"),
        (("tag", "a", "-good"), "the run has no tag 'good'"),
        (("tag", "nobody", "+x"), "there is no run 'nobody'"),
        (("note", "a", ""), "the note is empty"),
        (("archive", "a", "nobody"), "there is no run 'nobody'"),
    ],
)
def test_mistakes(argv, message):
    record("a")
    found = run_cli(*argv)
    assert found.code == 1
    assert found.err.startswith(f"error: {message}")
    assert "hint: " in found.err
    assert git(".", "for-each-ref", "refs/notes") == ""


def test_in_a_repository_of_another_hash():
    git(".", "init", "-q", "--object-format=sha256", "other")
    git("other", "commit", "-q", "--allow-empty", "-m", "x")
    with gittrack.init(name="a", repo="other"):
        pass
    run_cli("tag", "a", "+good", cwd="other")
    assert gittrack.get("a", repo="other").tags == ("good",)


def test_a_name_that_is_taken_is_told_when_the_run_ends():
    record("a")
    other = gittrack.get("a").id
    found = run_cli("run", "-n", "a", "--", "true")
    assert f"warning: a is also the name of {other}; rename one" in found.err
    assert "is 2 runs" in look("show", "a").err
    assert "warning" not in run_cli("run", "-n", "new", "--", "true").err


def test_notes_that_cannot_be_read_do_not_hide_the_runs():
    record("a")
    git(".", "update-ref", "refs/notes/runs", git(".", "hash-object", "-w", "train.py"))
    assert [run["name"] for run in listed()] == ["a"]
    found = run_cli("doctor")
    assert (found.code, "refs/notes/runs cannot be read" in found.out) == (1, True)
    assert "names, tags and notes of runs are not complete" in run_cli("ls").err
    assert "error: git: " in run_cli("tag", "a", "+x").err
    git(".", "update-ref", "-d", "refs/notes/runs")
    done("tag", "a", "+x")


def test_of_two_renames_to_one_name_at_once_one_fails():
    runs = [record(f"r{number}") for number in range(4)]
    argv = [sys.executable, "-m", "gittrack", "rename"]
    processes = [start(*argv, run, "best") for run in runs]
    answers = [(process.communicate()[1], process.returncode) for process in processes]
    assert sorted(code for _, code in answers) == [0, 1, 1, 1]
    assert sum("'best' is the name of the run" in err for err, _ in answers) == 3
    assert [run["name"] for run in listed()].count("best") == 1
