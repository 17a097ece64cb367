"""How v1.fast-import was made: runs in format version 1, with one of everything.

Run once, with the gittrack of that time (0.1.0), in an empty folder:

    python make_v1.py > v1.fast-import

The file is never made again: it stands for the runs that people have.  A later format gets a file
and a script of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

from gittrack import git
from gittrack.core import layout, yaml_write
from gittrack.core.run import events, run_info
from gittrack.record import artifacts, journal
from gittrack.record.publish import writer

AUTHOR = "Ada Lovelace <ada@example.org>"
START = 1767323045.0  # 2026-01-02T03:04:05Z
RUNS = {
    "20260102-030405-a1b2c3d4": ("digits/mlp", "finished"),
    "20260102-030505-00000001": ("digits/mlp", "failed"),
    "20260102-030605-00000002": ("default", "crashed"),
}
PARAMS = {
    "lr": 1e-05,
    "batch_size": 64,
    "big": 2**200,
    "flags": {"amp": True, "resume": None, "country": "no", "octal": "012", "time": "1:30"},
    "layers": [64, [32, 16.0], {"act": "relu"}],
    "weight decay": 0.1,
    "text": "two\nlines\t\u202e \U0001f600 \u00e9 \x1b[31m",
    "infinite": float("-inf"),
}
POINTS = (
    "0,loss,1.0,0.001\n0,val/acc,0.25,0.001\n1,loss,0.5,1.250\n1,val/acc,0.75,1.250\n"
    '5,loss,nan,2.000\n5,"a,b",3,2.000\n-1.5,odd,1e-07,3.000\n'
)
ENV = {
    "python": {"version": "3.11.7", "implementation": "CPython"},
    "packages": {"numpy": "2.1.0", "gittrack": "0.1.0"},
    "platform": {"system": "Linux", "machine": "x86_64"},
    "variables": {"OMP_NUM_THREADS": "1"},
}
SHELL = """
git init -q -b main && git config user.name 'Ada Lovelace' && git config user.email ada@example.org
echo 'print("one")' > train.py && git add . && git commit -qm 'first commit'
echo 'print("two")' > train.py && git add . && git commit -qm 'uncommitted changes'
mkdir -p out && printf '\\0\\377weights' > out/model.bin && ln -s model.bin out/best
"""
DATE = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}


def main():
    subprocess.run(["sh", "-e", "-c", SHELL], check=True, env={**os.environ, **DATE})
    place = git.find()
    head, snapshot = (git.resolve(place, name) for name in ("HEAD~1", "HEAD"))
    for number, (run_id, (experiment, status)) in enumerate(RUNS.items()):
        record(place, run_id, experiment, status, START + 60 * number, head, snapshot)
    subprocess.run(["git", "reset", "-q", "--hard", head], check=True)
    sys.stdout.flush()
    subprocess.run(["git", "fast-export", "--all"], check=True)


def record(place, run_id, experiment, status, started, head, snapshot):
    whole = status == "finished"
    book = journal.create(place.common_dir, now=started, run_id=run_id)
    code = {"commit": head, "branch": "main", "dirty": whole, "tree": "0" * 40}
    facts = {
        "format": 1,
        "id": run_id,
        "experiment": experiment,
        "status": "running",
        "started": run_info.iso(started),
        "command": ["python", "train.py", "--lr", "1e-5", "a b"],
        "cwd": ".",
        "user": "ada",
        "host": "analytical-engine",
        "code": code,
        "gittrack": "0.1.0",
    }
    if whole:
        code.update(snapshot=snapshot, remote="https://example.org/digits.git")
        more = {"name": "first try", "seed": 7, "tags": ["a", "b c"], "note": "x\ny", "group": "G"}
        facts.update(more)
        patch = '--- a/train.py\n+++ b/train.py\n@@ -1 +1 @@\n-print("one")\n+print("two")\n'
        changed = {"path": "train.py", "status": "modified", "added": 1, "removed": 1}
        withheld = [{"path": ".env", "reason": "secret"}]
        diff = {"base": head, "snapshot": snapshot, "files": [{**changed, "patch": patch}]}
        Path(book.folder, layout.DIFF).write_bytes(yaml_write.dump({**diff, "withheld": withheld}))
    book.append(events.START, values=facts)
    book.append(events.PARAMS, values=PARAMS if whole else {"lr": 0.1, "long": "x" * 5000})
    if whole:
        complete(book)
    end = {"status": status, "ended": run_info.iso(started + 3.5), "duration_s": 3.5}
    if status != "crashed":
        end.update(exit_code=0 if whole else 3, peak_memory=1 << 20)
    book.append(events.FACTS, values={**end, **events.derived_facts(book.state())})
    writer.publish(place, book, {**end, **events.derived_facts(book.state())}, AUTHOR)


def complete(book):
    book.series.write(POINTS.encode())
    book.append(events.SUMMARY, values={"test_accuracy": 0.97, "val/acc": 0.8})
    book.append(events.ENV, values=ENV)
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    folder = {"path": "data", "kind": "folder", "size": 4, "files": 1, "sha256": digest}
    book.append(events.INPUT, values=folder)
    for entry in artifacts.copy_in("out", "out", Path(book.folder, layout.ARTIFACTS), 1 << 20):
        book.append(events.OUTPUT, values=entry)
    book.append(events.OUTPUT, values={"path": "huge.bin", "size": 1 << 40, "where": "left out"})
    Path(book.folder, layout.LOG_HEAD).write_bytes(b"epoch 1\r\n\x1b[32mdone\x1b[m \xff\n")


if __name__ == "__main__":
    main()
