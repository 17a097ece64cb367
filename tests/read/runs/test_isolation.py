"""One run or journal that cannot be decoded: it is marked, and everything else goes on."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from helpers import git, look, python, recorded, run_cli

COUNT = 4
RECORD = f"""
import gittrack
for number in range({COUNT}):
    with gittrack.init(config={{"n": number}}) as run:
        run.log({{"loss": float(number)}})
"""
BAD = "20260301-000000-0000001c"
LISTINGS = (
    *("ls", "ls --json", "ls --sort n", "ls -w params.n<100", "ls --all-params", "top loss"),
    *("log", "params", "metrics", "experiments", "export", "doctor", "gc --dry-run"),
)


@pytest.fixture(scope="session")
def original(tmp_path_factory) -> Path:
    """A repository with runs, made once."""
    return recorded(tmp_path_factory.mktemp("isolation") / "repo", RECORD)


@pytest.fixture
def place(original, tmp_path, monkeypatch) -> Path:
    copy = Path(shutil.copytree(original, tmp_path / "repo", symlinks=True))
    monkeypatch.chdir(copy)
    return copy


def forge(place: Path, change) -> None:
    """Add a run whose commit is that of another run, changed."""
    ref = git(place, "for-each-ref", "--format=%(refname)", "refs/runs/").splitlines()[0]
    commit = git(place, "cat-file", "commit", ref).encode() + b"\n"
    (place / "commit").write_bytes(change(commit))
    oid = git(place, "hash-object", "-t", "commit", "-w", "--literally", str(place / "commit"))
    git(place, "update-ref", f"refs/runs/z/{BAD}", oid)


def deep_key(commit):
    return commit + b"params." + b"a." * 1200 + b"z: 1\n"


def deep_quoted_key(commit):
    return commit + b"params." + b'"a b".' * 1200 + b"z: 1\n"


def deep_value(commit):
    return commit + b"params.q: " + b"[" * 900 + b"]" * 900 + b"\n"


def not_text(commit):
    return commit + b"params.\xff\xfe: 1\n"


def wrong_type(commit):
    return commit + b"tags: 5\n"


def huge(commit):
    return commit + b'note: "' + b"a" * (17 << 20) + b'"\n'


def many_lines(commit):
    return commit + b"".join(b"params.p%d: 1\n" % number for number in range(100_001))


DAMAGES = [deep_key, deep_quoted_key, deep_value, not_text, wrong_type, huge, many_lines]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_commit_that_cannot_be_decoded_is_one_damaged_run(place, damage):
    forge(place, damage)
    done = look("ls", "--json")
    runs = {run["id"]: run["status"] for run in json.loads(done.out)}
    assert (done.code, runs.pop(BAD)) == (1, "damaged")
    assert list(runs.values()) == ["finished"] * COUNT
    assert f"1 of {COUNT + 1} runs are damaged; see: git track doctor" in done.err
    assert BAD in look("doctor").out


@pytest.mark.parametrize("verb", LISTINGS)
def test_no_listing_ends_at_a_damaged_run(place, verb):
    for change in (deep_key, huge):
        forge(place, change)
        done = look(*verb.split())
        assert done.code in (0, 1)
        assert "bug" not in done.err
        assert "error" not in done.err


def test_a_run_of_a_newer_format_is_named_and_left_unchanged(place):
    forge(place, lambda commit: commit.replace(b"\nformat: 1\n", b"\nformat: 99\n"))
    done = look("doctor", "--fix")
    told = f"refs/runs/z/{BAD} was written by a newer gittrack: update gittrack\n"
    assert (done.code, told in done.out) == (1, True)
    assert "written by a newer gittrack" in look("show", BAD).out
    for verb in LISTINGS[:-2]:
        done = look(*verb.split())
        assert (done.code, "damaged" in done.err) == (0, False)
        assert f"1 run was written by a newer gittrack, so values may be missing: {BAD[-8:]}" in (
            done.err
        )
    look("rm", "-y", BAD)
    look("gc", "--older-than", "0d")
    assert BAD in git(place, "for-each-ref")


# --- journals


def crash(place: Path, name: str) -> Path:
    """Leave the journal of a run whose process vanished; return its folder."""
    before = set(journals(place))
    code = f"import os, gittrack; r = gittrack.init(name={name!r}); r.log({{'a': 1}}); os._exit(1)"
    python(code, place)
    (folder,) = set(journals(place)) - before
    return folder


def journals(place: Path) -> list[Path]:
    live = place / ".git/gittrack/live"
    return list(live.iterdir()) if live.is_dir() else []


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "events.jsonl"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def flipped_byte(folder):
    change(folder, '"started":"2', '"started":"\u00b2')


def wrong_field(folder):
    change(folder, '"op":"env","values":{', '"op":"tags","add":7,"values":{')


def status_of_a_number(folder):
    with open(folder / "events.jsonl", "a") as file:
        file.write('{"op":"facts","values":{"status":1}}\n')


def note_of_a_number(folder):
    with open(folder / "events.jsonl", "a") as file:
        file.write('{"op":"note","text":5}\n')


def deep_params(folder):
    with open(folder / "events.jsonl", "a") as file:
        deep = '{"a":' * 3000 + "1" + "}" * 3000
        file.write(f'{{"op":"params","values":{deep}}}\n')


def another_id(folder):
    change(folder, f'"id":"{folder.name}"', '"id":"20200101-000000-00000000"')


def no_operation(folder):
    with open(folder / "events.jsonl", "a") as file:
        file.write("5\n")


def huge_journal(folder):
    os.truncate(folder / "events.jsonl", 257 << 20)


JOURNALS = [
    *(flipped_byte, wrong_field, status_of_a_number, note_of_a_number, deep_params, another_id),
    *(no_operation, huge_journal),
]


@pytest.mark.parametrize("damage", JOURNALS)
def test_one_bad_journal_blocks_nothing_and_is_set_aside(place, damage):
    bad, good = crash(place, "bad"), None
    damage(bad)
    good = crash(place, "good")
    content = (bad / "events.jsonl").stat().st_size
    done = look("recover")
    assert (done.code, good.name in done.out) == (1, True)
    assert done.err.count(f"{bad.name} could not be committed") == 1
    for verb in ("ls", "top loss", "gc"):
        done = look(*verb.split())
        assert "bug" not in done.err
        assert done.code == (1 if verb in ("ls", "top loss") else 0)
    done = run_cli("run", "--", "true", cwd=place)
    assert (done.code, "bug" in done.err) == (0, False)
    assert python("import gittrack; gittrack.init().finish()", place).code == 0
    done = look("doctor", "--fix")
    aside = place / ".git/gittrack/set-aside" / bad.name
    assert f"moved aside: {bad} to {aside}\n" in done.out
    assert (aside / "events.jsonl").stat().st_size == content
    assert look("doctor").code == 0


def test_a_journal_whose_lock_is_a_folder_blocks_nothing(place):
    bad = crash(place, "bad")
    (bad / "lock").unlink()
    (bad / "lock").mkdir()
    assert run_cli("run", "--", "true", cwd=place).code == 0
    assert look("ls").code == 1
    assert "moved aside: " in look("doctor", "--fix").out


@pytest.mark.parametrize("name", ["metrics.csv", "events.jsonl", "lock", "joined"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_journal_with_a_pipe_or_a_device_blocks_nothing(place, name, make):
    bad = crash(place, "bad")
    (bad / name).unlink(missing_ok=True)
    make(bad / name)
    done = look("ls")
    assert (done.code, "1 of" in done.err) == (1, True)
    assert f"its {name} is not a file" in look("recover").err
    assert python("import gittrack; gittrack.init().finish()", place).code == 0
    assert "moved aside: " in look("doctor", "--fix").out
    assert look("gc", "--dry-run").code == 0
    assert look("ls").code == 0


def test_values_that_only_a_newer_format_has_are_no_damage(place):
    forge(
        place,
        lambda commit: commit.replace(b"\nformat: 1\n", b"\nformat: 99\n").replace(
            b'\nhost: "', b'\nhost: ["a"]\nold: "'
        ),
    )
    done = look("ls", "--json")
    assert (done.code, "damaged" in done.err) == (0, False)
    assert "written by a newer gittrack" in done.out
    assert BAD in git(place, "for-each-ref")


def test_a_journal_of_a_newer_format_is_named_and_left_unchanged(place):
    folder = crash(place, "later")
    change(folder, '"format":1', '"format":99')
    with open(folder / "events.jsonl", "a") as file:
        file.write('{"op":"new"')
    content = (folder / "events.jsonl").read_bytes()
    done = look("recover")
    assert (done.code, "written by a newer gittrack: update gittrack" in done.err) == (1, True)
    assert "written by a newer gittrack" in look("doctor", "--fix").out
    done = look("ls")
    assert (done.code, "1 run was written by a newer gittrack" in done.err) == (0, True)
    assert run_cli("run", "--", "true", cwd=place).code == 0
    assert (folder / "events.jsonl").read_bytes() == content
