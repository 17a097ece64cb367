"""The hooks around a run: list what is installed and what can be, install, uninstall, run them.

A pre-run hook may refuse a run, a post-run hook hears of it.  They are ordinary git hooks, in git's hooks
folder; samples lie beside each other in pre-run.d/ and post-run.d/, and a hook of your own is kept there too.
"""

from __future__ import annotations

import argparse
import os
import re
import textwrap
from pathlib import Path

from gittrack import git
from gittrack.cli.output import print_note, print_result, table_width
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.disk.files import bundled
from gittrack.git import exclude
from gittrack.record import hooks
from gittrack.show.terminal import text

_OWN = "00-own"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track hooks``."""
    parser.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=("list", "install", "uninstall", "run"),
        help="list",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="samples; for run: pre-run, post-run"
    )


def run(args: argparse.Namespace) -> int:
    """Do what is asked.  Raises TrackError for a sample that there is not."""
    repo = git.find()
    config = git.parse_config(repo.config().output())
    place = Path(hooks.folder(repo, config))
    known = samples()
    if args.action == "list":
        _list(place, known)
    elif args.action == "run":
        return _run(repo, str(place), args.names or [hooks.PRE])
    else:
        if not args.names:
            raise TrackError("no hook is named", "see what there is: git track hooks", code=2)
        for name in args.names:
            if name not in known:
                hint = did_you_mean(name, known, f"there are: {', '.join(known)}")
                raise TrackError(f"there is no hook {name!r}", hint)
        for name in args.names:
            (_install if args.action == "install" else _uninstall)(place, name, known[name][0])
        _hide(repo, place)
    return 0


def samples() -> dict[str, tuple[str, str]]:
    """Return {name: (pre-run or post-run, what it does)} of the samples that come with gittrack."""
    found = {}
    for path in sorted(bundled("hooks").iterdir()):
        head = path.read_text(encoding="utf-8").split("\n")[1:3]
        match = re.fullmatch(r"# hook: (pre-run|post-run)", head[0]) if len(head) == 2 else None
        if match:
            found[path.name] = (match[1], head[1].removeprefix("# "))
    return found


def _list(place: Path, known: dict[str, tuple[str, str]]) -> None:
    rows = []
    left = (table_width() or 1000) - max(map(len, known)) - len("*    post-run  ")
    for name, (kind, about) in known.items():
        there = (place / f"{kind}.d" / name).exists()
        first, *more = textwrap.wrap(about, max(left, 20))
        rows += [["*" if there else " ", name, kind, first], *(["", "", "", one] for one in more)]
    print_result("".join(f"{line}\n" for line in text.columns(rows)))
    own = [kind for kind in (hooks.PRE, hooks.POST) if _own(place, kind)]
    own += [hooks.PROMOTE] if (place / hooks.PROMOTE).exists() else []
    print_result(
        f"* installed in {place}\n" + "".join(f"{kind}: a hook of your own too\n" for kind in own)
    )


def _own(place: Path, kind: str) -> bool:
    return (place / f"{kind}.d" / _OWN).exists() or (
        (place / kind).exists() and not _is_ours(place / kind)
    )


def _is_ours(path: Path) -> bool:
    return path.is_file() and path.read_bytes() == bundled("hooks", "dispatcher").read_bytes()


def _install(place: Path, name: str, kind: str) -> None:
    folder, front = place / f"{kind}.d", place / kind
    folder.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(front) and not _is_ours(front):
        names = (folder / f"{_OWN}{more}" for more in ("", *(f"-{n}" for n in range(2, 100))))
        kept = next(name for name in names if not os.path.lexists(name))
        _move(front, kept)
        print_result(f"your own {kind} hook is kept, as {kept}\n")
    if not front.exists():
        _copy("dispatcher", front)
    _copy(name, folder / name)
    print_result(f"installed {name} ({kind})\n")


def _copy(name: str, target: Path) -> None:
    """Bring a script that comes with gittrack to its place, whole or not at all."""
    incoming = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        incoming.write_bytes(bundled("hooks", name).read_bytes())
        incoming.chmod(0o755)
        incoming.replace(target)
    finally:
        incoming.unlink(missing_ok=True)


def _move(source: Path, target: Path) -> None:
    """Move a hook; a link still leads where it led."""
    if source.is_symlink() and not os.path.isabs(os.readlink(source)):
        leads = os.path.join(source.parent, os.readlink(source))
        target.symlink_to(os.path.relpath(leads, target.parent))
        source.unlink()
    else:
        source.rename(target)


def _uninstall(place: Path, name: str, kind: str) -> None:
    folder, front = place / f"{kind}.d", place / kind
    if not (folder / name).exists():
        print_note(f"{name} is not installed")
        return
    (folder / name).unlink()
    left = sorted(os.listdir(folder))
    if left in ([], [_OWN]) and _is_ours(front):
        front.unlink()
        if left:
            _move(folder / _OWN, front)
        folder.rmdir()
    print_result(f"uninstalled {name} ({kind})\n")


def _hide(repo: git.Repo, place: Path) -> None:
    """Have git ignore what was installed, if ``core.hooksPath`` is a folder of the work tree."""
    for kind in (hooks.PRE, hooks.POST):
        paths = [str(place / kind), str(place / f"{kind}.d")]
        if not (place / f"{kind}.d").exists():
            exclude.remove(repo, paths)
        elif names := exclude.add(repo, paths):
            print_result(
                f"git ignores them in this clone (.git/info/exclude): {', '.join(names)}\n"
            )


def _run(repo: git.Repo, place: str, names: list[str]) -> int:
    """Run hooks by hand, as a run with no name and no params would."""
    for name in names:
        if name not in (hooks.PRE, hooks.POST):
            raise TrackError(f"there is no hook {name!r}", "there are pre-run and post-run", code=2)
        if not hooks.is_there(place, name):
            print_note(f"there is no {name} hook")
        elif name == hooks.PRE:
            print_result(
                text.escape(hooks.ask(repo, place, hooks.facts({}, [], {}), {}), keep="\n")
            )
        else:
            print_result(
                text.escape(hooks.tell(repo, place, hooks.facts({}, [], {}), {}), keep="\n")
            )
    return 0
