"""Signatures, made and checked by git with the key and the program of the user."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.registry import tag_message
from gittrack.core.registry.model_state import BAD, GOOD, UNKNOWN, UNSIGNED, Signature
from gittrack.core.standard.collections import Sequence

_PROGRAMS = {
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.ssh.program": "ssh-keygen",
    "gpg.x509.program": "gpgsm",
}
_AT_ONCE = 8
_OURS = ("local", "worktree", "command")  # scopes that may come with a repository, or from gittrack


def commit(
    repo: git.Repo, tree: str, parents: Sequence[str], person: str, seconds: float, message: str
) -> bytes:
    """Write a signed commit and return its bytes.  Raises TrackError if it cannot be signed.

    ``person`` is ``name <mail>``, ``seconds`` the time since 1970.
    """
    words = [word for parent in parents for word in ("-p", parent)]
    call = repo.call(
        *("-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", tree, *words),
        feed=message.encode(errors="surrogateescape"),
        env=_identity(person, int(min(max(seconds, 0), 4102444800))),
        shared=True,
    )
    oid = _signed(call.wait()).decode().strip()
    content = next(git.read_objects(repo, [oid]))
    if content is None:
        raise TrackError(f"the signed commit {oid} was deleted again", "try again")
    return content


def tag(repo: git.Repo, name: str, target: str, person: str, seconds: int, text: str) -> str:
    """Write a signed annotated tag without a ref; return its id.

    ``git tag`` always makes a ref, so it runs in a temporary repository, which uses the objects and the
    configuration of this one.  Raises TrackError if the tag cannot be signed.
    """
    import tempfile  # noqa: PLC0415 - most users do not sign

    with tempfile.TemporaryDirectory(prefix="gittrack-") as scratch:
        for folder in ("objects", "refs"):
            os.mkdir(os.path.join(scratch, folder))
        _write(scratch, "HEAD", "ref: refs/heads/none\n")
        extension = "[extensions]\n\tobjectFormat = sha256\n" if repo.hash_name == "sha256" else ""
        config_path = (
            os.path.join(repo.common_dir, "config").replace("\\", "\\\\").replace('"', '\\"')
        )
        _write(
            scratch,
            "config",
            f'[include]\n\tpath = "{config_path}"\n'
            f"[core]\n\trepositoryFormatVersion = 1\n\tbare = false\n{extension}",
        )
        args = ["--git-dir", scratch, *git.LOOKING, "tag", "-s", "--cleanup=verbatim", "-F", "-"]
        env = {
            **_identity(person, seconds),
            "GIT_OBJECT_DIRECTORY": git.object_store_path(repo),
            "GIT_WORK_TREE": scratch,
        }
        feed = text.encode(errors="surrogateescape")
        answer = git.Call(
            [*args, "--end-of-options", name, target], cwd=scratch, env=env, feed=feed
        ).wait()
        lookup = git.Call(
            ["--git-dir", scratch, "rev-parse", "--verify", f"refs/tags/{name}"], cwd=scratch
        )
        oid = _signed(answer, lookup.wait()).decode().strip()
    # Git 2.39 ignores a failure of ssh-keygen and writes a tag without a signature.
    text_of = next(git.read_objects(repo, [oid]))
    parsed = tag_message.parse(text_of) if text_of is not None else None
    if parsed is None or not parsed.signed:
        raise _failure(answer)
    return oid


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def _signed(*answers: git.Answer) -> bytes:
    """Return the output of the last answer.  Raises TrackError if one failed."""
    for answer in answers:
        if answer.code != 0:
            raise _failure(answer)
    return answers[-1].out


def _failure(answer: git.Answer) -> TrackError:
    reasons = [
        line.removeprefix("error: ").removeprefix("fatal: ").rstrip("?")
        for line in answer.err.decode(errors="replace").splitlines()
        if line.strip() and not line.startswith("[GNUPG:]")
    ]
    return TrackError(
        f"git cannot sign: {'; '.join(reasons[:3]) or 'git gives no reason'}",
        "see git config user.signingKey and gpg.format; without signing: git config track.sign false",
    )


def _identity(person: str, seconds: int) -> dict[str, str]:
    name, _, mail = person.rpartition(" <")
    moment = f"@{seconds} +0000"
    return {
        **{f"GIT_{who}_NAME": name for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": mail.removesuffix(">") for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_DATE": moment for who in ("AUTHOR", "COMMITTER")},
    }


def check(repo: git.Repo, kind: str, oids: Sequence[str]) -> list[Signature]:
    """Check the signatures of ``tag`` or ``commit`` objects, 8 at the same time.

    A program that the configuration of the repository names for this does not run.
    """
    if not oids:
        return []
    options = _trusted_programs(repo)
    signatures = []
    for start in range(0, len(oids), _AT_ONCE):
        batch = oids[start : start + _AT_ONCE]
        calls = [repo.call(*options, f"verify-{kind}", oid, shared=True) for oid in batch]
        signatures += [_judged(call.wait()) for call in calls]
    return signatures


def _judged(answer: git.Answer) -> Signature:
    lines = answer.err.decode(errors="replace").splitlines()
    messages = [
        line.removeprefix("error: ").removeprefix("gpg: ").strip() for line in lines if line.strip()
    ]
    # Git prints nothing about a commit without a signature.
    is_silent = answer.code != 0 and not messages
    if is_silent or any("no signature found" in line for line in messages):
        return Signature(UNSIGNED)
    marks = (
        "good",
        "bad",
        "can't check",
        "no principal",
        "allowedsigners",
        "could not",
        "verification",
    )
    chosen = [
        line
        for line in messages
        if line.lower().startswith(marks) or "allowedsigners" in line.lower()
    ]
    words = "; ".join((chosen or messages)[:2])
    if answer.code == 0:
        return Signature(GOOD, words)
    broken = any(
        line.startswith("BAD signature") or "incorrect signature" in line for line in messages
    )
    return Signature(BAD if broken else UNKNOWN, words)


def _trusted_programs(repo: git.Repo) -> list[str]:
    """Return options that replace the signing programs of the repository by those of the user."""
    listing = repo.read("config", "--list", "-z", "--includes", "--show-scope")
    words = os.fsdecode(listing).split("\0")
    trusted: dict[str, str] = {}
    foreign = set()
    for scope, entry in zip(words[::2], words[1::2], strict=False):
        key, _, value = entry.partition("\n")
        if key.lower() in _PROGRAMS:
            if scope in _OURS:
                foreign.add(key.lower())
            else:
                trusted[key.lower()] = value
    chosen = {key: trusted.get(key, _PROGRAMS[key]) for key in foreign}
    return [word for key, value in chosen.items() for word in ("-c", f"{key}={value}")]
