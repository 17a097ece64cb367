"""``git track doctor`` of runs that have their files: ``python tests/benchmarks/doctor.py [RUNS ...]``.

The runs of `scale_repos` have no files, which doctor rightly reports of each.  Here each has the files that
its message was made of.  Without a number, 2,000 and 10,000 runs are measured; 100,000 take some minutes,
most of them to make the repository.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import scale_repos
from bench import seal
from measure import cli, git

from gittrack import git as git_layer
from gittrack.core import layout, yaml_write
from gittrack.core.run import commit_message

SECONDS = 150e-6  # of CPU for each run: 15 s for 100,000
MEMORY = 150.0  # MB
ENV = yaml_write.dump({"packages": {f"package{n}": f"1.{n}" for n in range(200)}})
FIRST = ("format", "id", "experiment", "status", "started", "command")  # as run.yaml has them


def make(path: Path, count: int) -> Path:
    """Make a repository whose runs have files."""
    source = scale_repos.make(path.with_name(f"{path.name}-messages"), count, folded=False)
    git(path.parent, "init", "-q", str(path))
    importing = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=path, stdin=subprocess.PIPE)
    assert importing.stdin is not None
    importing.stdin.writelines(_commits(source))
    importing.stdin.close()
    assert importing.wait() == 0
    git(path, "pack-refs", "--all")
    return path


def _made(path: Path, count: int) -> Path:
    """Make the repository in another process: the memory of this one would count for its children, too."""
    maker = multiprocessing.get_context("spawn").Process(target=make, args=(path, count))
    maker.start()
    maker.join()
    assert maker.exitcode == 0
    return path


def _commits(source: Path) -> Iterator[bytes]:
    yield b"blob\nmark :1\ndata %d\n%s\n" % (len(ENV), ENV)
    names = git(source, "for-each-ref", "--format=%(refname)", layout.RUNS).split()
    for name, commit in zip(
        names, git_layer.read_objects(git_layer.find(source), names), strict=True
    ):
        message = (commit or b"").partition(b"\n\n")[2]
        head = b"commit %s\ncommitter A B <a@b.c> 1790000000 +0000\n" % name.encode()
        yield b"%sdata %d\n%s\n" % (head, len(message), message)
        for file, data in _files(message.partition(b"\n\n")[2].decode()).items():
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (file.encode(), len(data), data)
        yield b"M 100644 :1 env.yaml\n\n"


def _files(body: str) -> dict[str, bytes]:
    """Return the files of the run that has a body."""
    parts = commit_message.decode(body.strip("\n"))
    facts = {**{name: parts["run"][name] for name in FIRST}, **parts["run"]}
    return {
        layout.RUN: yaml_write.dump(facts),
        layout.PARAMS: yaml_write.dump(parts["params"], sort=True),
        layout.METRICS: yaml_write.dump(parts["metrics"], sort=True, flow_from=1),
    }


def measure(path: Path, count: int) -> bool:
    """Print the seconds of CPU and the memory of doctor and its git processes; return if a bar was missed."""
    process = subprocess.Popen([*cli(), "doctor"], cwd=path)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    bar = max(SECONDS * count, 1.0)
    print(f"doctor of {count:,} runs: {seconds:.2f} s of CPU, bar {bar:g} s")
    print(f"    memory: {memory:.0f} MB, bar {MEMORY:g} MB; exit status {process.returncode}")
    sys.stdout.flush()
    return seconds > bar or memory > MEMORY or process.returncode != 0


def main(words: Sequence[str]) -> int:
    """Print the lines of each number of runs; 1 if a bar was missed."""
    counts = [int(word.replace(",", "")) for word in words] or [2_000, 10_000]
    with tempfile.TemporaryDirectory(prefix="gittrack-doctor-") as folder:
        seal(Path(folder))
        missed = [measure(_made(Path(folder, f"runs{n}"), n), n) for n in counts]
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
