"""The hooks around a run: list the samples and which are installed, install, uninstall, run them.

A pre-run hook can refuse a run; a post-run hook gets its result.  They are ordinary git hooks in git's hooks
folder.  Several samples can be installed, in pre-run.d/ and post-run.d/; your own hook is kept there too.
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
        help="list (default), install, uninstall, or run",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="sample hooks; for run: pre-run or post-run"
    )


def run(args: argparse.Namespace) -> int:
    """Do the action; return the exit code.  Raises TrackError for an unknown sample."""
    repo = git.find()
    config = git.parse_config(repo.config().output())
    folder = Path(hooks.folder(repo, config))
    available = samples()
    if args.action == "list":
        _list(folder, available)
    elif args.action == "run":
        return _run(repo, str(folder), args.names or [hooks.PRE])
    else:
        if not args.names:
            raise TrackError("no hook is named", "list the samples: git track hooks", code=2)
        for name in args.names:
            if name not in available:
                hint = did_you_mean(name, available, f"there are: {', '.join(available)}")
                raise TrackError(f"there is no hook {name!r}", hint)
        for name in args.names:
            kind = available[name][0]
            (_install if args.action == "install" else _uninstall)(folder, name, kind)
        _hide(repo, folder)
    return 0


def samples() -> dict[str, tuple[str, str]]:
    """Return {name: (pre-run or post-run, description)} of the samples that come with gittrack."""
    descriptions = {}
    for path in sorted(bundled("hooks").iterdir()):
        head = path.read_text(encoding="utf-8").split("\n")[1:3]
        match = re.fullmatch(r"# hook: (pre-run|post-run)", head[0]) if len(head) == 2 else None
        if match:
            descriptions[path.name] = (match[1], head[1].removeprefix("# "))
    return descriptions


def _list(folder: Path, available: dict[str, tuple[str, str]]) -> None:
    rows = []
    width = (table_width() or 1000) - max(map(len, available)) - len("*    post-run  ")
    for name, (kind, description) in available.items():
        mark = "*" if (folder / f"{kind}.d" / name).exists() else " "
        first, *more = textwrap.wrap(description, max(width, 20))
        rows += [[mark, name, kind, first], *(["", "", "", line] for line in more)]
    print_result("".join(f"{line}\n" for line in text.columns(rows)))
    own = [kind for kind in (hooks.PRE, hooks.POST) if _has_own(folder, kind)]
    own += [hooks.PROMOTE] if (folder / hooks.PROMOTE).exists() else []
    print_result(
        f"* installed in {folder}\n" + "".join(f"{kind}: a hook of your own too\n" for kind in own)
    )


def _has_own(folder: Path, kind: str) -> bool:
    """Return whether the user has a hook of this kind that does not come from gittrack."""
    return (folder / f"{kind}.d" / _OWN).exists() or (
        (folder / kind).exists() and not _is_dispatcher(folder / kind)
    )


def _is_dispatcher(path: Path) -> bool:
    return path.is_file() and path.read_bytes() == bundled("hooks", "dispatcher").read_bytes()


def _install(hooks_folder: Path, name: str, kind: str) -> None:
    folder, dispatcher = hooks_folder / f"{kind}.d", hooks_folder / kind
    folder.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(dispatcher) and not _is_dispatcher(dispatcher):
        suffixes = ("", *(f"-{n}" for n in range(2, 100)))
        paths = (folder / f"{_OWN}{suffix}" for suffix in suffixes)
        own = next(path for path in paths if not os.path.lexists(path))
        _move(dispatcher, own)
        print_result(f"your own {kind} hook is kept, as {own}\n")
    if not dispatcher.exists():
        _copy("dispatcher", dispatcher)
    _copy(name, folder / name)
    print_result(f"installed {name} ({kind})\n")


def _copy(name: str, target: Path) -> None:
    """Copy a script that comes with gittrack; a reader never sees half of it."""
    incoming = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        incoming.write_bytes(bundled("hooks", name).read_bytes())
        incoming.chmod(0o755)
        incoming.replace(target)
    finally:
        incoming.unlink(missing_ok=True)


def _move(source: Path, target: Path) -> None:
    """Move a hook; a relative link still leads to the same file."""
    if source.is_symlink() and not os.path.isabs(os.readlink(source)):
        linked = os.path.join(source.parent, os.readlink(source))
        target.symlink_to(os.path.relpath(linked, target.parent))
        source.unlink()
    else:
        source.rename(target)


def _uninstall(hooks_folder: Path, name: str, kind: str) -> None:
    folder, dispatcher = hooks_folder / f"{kind}.d", hooks_folder / kind
    if not (folder / name).exists():
        print_note(f"{name} is not installed")
        return
    (folder / name).unlink()
    others = sorted(os.listdir(folder))
    if others in ([], [_OWN]) and _is_dispatcher(dispatcher):
        dispatcher.unlink()
        if others:
            _move(folder / _OWN, dispatcher)
        folder.rmdir()
    print_result(f"uninstalled {name} ({kind})\n")


def _hide(repo: git.Repo, folder: Path) -> None:
    """Let git ignore installed hooks, if ``core.hooksPath`` is a folder of the work tree."""
    for kind in (hooks.PRE, hooks.POST):
        paths = [str(folder / kind), str(folder / f"{kind}.d")]
        if not (folder / f"{kind}.d").exists():
            exclude.remove(repo, paths)
        elif names := exclude.add(repo, paths):
            print_result(
                f"git ignores them in this clone (.git/info/exclude): {', '.join(names)}\n"
            )


def _run(repo: git.Repo, folder: str, names: list[str]) -> int:
    """Run hooks by hand, with the facts of a run without name and params."""
    for name in names:
        if name not in (hooks.PRE, hooks.POST):
            raise TrackError(f"there is no hook {name!r}", "there are pre-run and post-run", code=2)
        if not hooks.is_installed(folder, name):
            print_note(f"there is no {name} hook")
            continue
        run_hook = hooks.run_pre if name == hooks.PRE else hooks.run_post
        print_result(
            text.escape(run_hook(repo, folder, hooks.variables({}, [], {}), {}), keep="\n")
        )
    return 0
