"""A fetched run can name any path; no verb writes into a .git or out of the folder that was asked for."""

import os
import subprocess
from pathlib import Path

import pytest
from helpers import git, look, python, repo, run_cli
from hypothesis import given
from hypothesis import strategies as st

import gittrack
from gittrack.core import paths

HOOK = b"#!/bin/sh\ntouch CANARY\n"
PATHS = [
    *("../.git/hooks/post-checkout", ".git/hooks/post-checkout", ".GIT/hooks/post-checkout"),
    *(
        ".g\u200cit/config",
        "git~1/config",
        ".git /config",
        ".git./x",
        "a/.git::$INDEX_ALLOCATION/x",
    ),
    *("../../x", "a\\..\\..\\x", ".git\\config"),
]


def put(kind, data):
    """Write an object that git itself might refuse to make."""
    done = subprocess.run(
        ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"],
        input=data,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def tree_of(entries):
    """Write a tree of [(mode, name, id)], whatever the names are."""
    return put(
        "tree", b"".join(f"{m} {n}".encode() + b"\0" + bytes.fromhex(i) for m, n, i in entries)
    )


def forge(path, link=None, status=None):
    """Add the artifact ``path`` to the run in this repository: by hand, as a hostile remote would."""
    ref = gittrack.get("@").ref
    mode, content = ("120000", link.encode()) if link else ("100755", HOOK)
    below = [(mode, path.split("/")[-1], put("blob", content))]
    for name in reversed(path.split("/")[:-1]):
        below = [("40000", name, tree_of(below))]
    kept = git(".", "rev-parse", f"{ref}:params.yaml")
    artifacts = tree_of([*below, ("100644", "zz", kept)])
    quoted = path.replace("\\", "\\\\")
    more = f', link: "{link}"' if link else ", executable: true"
    listing = f'outputs:\n- {{path: "{quoted}", where: git{more}}}\n- {{path: zz, where: git}}\n'
    old = [line.split(maxsplit=3) for line in git(".", "ls-tree", ref).splitlines()]
    entries = [
        (m.lstrip("0"), n, i) for m, _, i, n in old if n not in ("outputs.yaml", "artifacts")
    ]
    entries += [
        ("40000", "artifacts", artifacts),
        ("100644", "outputs.yaml", put("blob", listing.encode())),
    ]
    tree = tree_of(sorted(entries, key=lambda entry: entry[1]))
    body = git(".", "cat-file", "commit", ref).partition("\n")[2]
    commit = put("commit", f"tree {tree}\n{body}\n".encode())
    git(".", "update-ref", ref, commit)


@pytest.fixture
def clone():
    """Return a function that forges a run with an artifact and gives a clone that has fetched it."""

    def make(path, link=None, code="run.log({'a': 1})"):
        os.chdir(repo(path="hub"))
        python(
            f"import gittrack, os\nrun = gittrack.init(config={{'lr': 1}})\n{code}\nrun.finish()"
        )
        run_cli("recover")
        forge(path, link)
        git(".", "clone", "-q", ".", "../clone")
        git("../clone", "fetch", "-q", "origin", "refs/runs/*:refs/runs/*")
        os.chdir("../clone")
        return files()

    return make


def files():
    """Return every path in the clone and beside it, with its content; objects and gittrack's own aside."""
    top = Path("..").resolve()
    return {
        str(path.relative_to(top)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in top.rglob("*")
        if (path.is_symlink() or path.is_file())
        and not {"objects", "gittrack", "worktrees", "logs"} & set(path.relative_to(top).parts)
    }


@pytest.mark.parametrize("path", PATHS)
def test_get_writes_nothing(clone, path):
    before = clone(path)
    for wanted in ("artifacts", f"artifacts/{path}", path, path.split("/")[0]):
        done = run_cli("get", "@", wanted)
        assert done.code == 1, done.out
        assert done.err.count("error: ") == 1
        assert "Traceback" not in done.err
    assert run_cli("get", "@", "artifacts", "-o", "new", "--force").code == 1
    with pytest.raises(gittrack.TrackError):
        gittrack.get("@").artifact(path)
    assert files() == before
    git(".", "checkout", "-q", "-b", "x")
    assert not os.path.exists("CANARY")


@pytest.mark.parametrize(
    "link", ["/etc/passwd", ".git/config", "../.GIT/hooks", ".git", "a/../../../../x"]
)
def test_no_link_is_made_into_git_or_out_of_the_folder(clone, link):
    before = clone("d/link", link)
    done = run_cli("get", "@", "artifacts")
    assert (
        done.code,
        "the link 'artifacts/d/link' in the run would leave its folder" in done.err,
    ) == (
        1,
        True,
    )
    assert files() == before


@pytest.mark.parametrize("path", PATHS)
def test_doctor_names_the_run(clone, path):
    clone(path)
    done = run_cli("doctor")
    assert done.code == 1
    assert gittrack.get("@").ref in done.out
    assert f"git track rm {gittrack.get('@').id}" in done.out
    assert "all is well" not in done.out


def test_doctor_names_a_link_that_leads_out(clone):
    clone("d/link", "../../x")
    assert "outputs.yaml has the link 'd/link' to '../../x'" in run_cli("doctor").out


def test_doctor_has_no_word_against_plain_runs(project):
    os.makedirs("out/.github")
    Path("out/.github/a").write_text("a")
    os.symlink(".github/a", "out/link")
    python("import gittrack\nwith gittrack.init() as run: run.log_artifact('out')")
    done = run_cli("doctor")
    assert (done.code, "all is well" in done.out) == (0, True)
    assert run_cli("get", "@", "artifacts", "-o", "new/").code == 0
    assert os.readlink("new/artifacts/out/link") == ".github/a"


def test_model_get_writes_nothing(clone):
    before = clone("../.git/hooks/post-checkout")
    look("model", "register", "m", "@")
    done = run_cli("model", "get", "m")
    assert (done.code, "Traceback" in done.err) == (1, False)
    new = {path for path in files() if path not in before and "refs/" not in path}
    assert not new & set(PATHS)
    assert not any("post-checkout" in path and "sample" not in path for path in files())


def test_a_run_that_is_continued_writes_nothing(clone):
    before = clone("../../../hooks/post-checkout", code="import sys; os._exit(1)")
    with pytest.raises(gittrack.TrackError, match="leads out of its folder"):
        gittrack.init(resume=gittrack.get("@").id)
    assert files() == before
    assert not list(Path(".git/gittrack").glob("live/*"))


def test_a_rerun_gets_no_artifacts_of_a_forged_run_before(clone):
    before = clone("../.git/hooks/post-checkout")
    found = gittrack.get("@")
    code = f"""
from gittrack import git
from gittrack.read.runs import listing, reader
from gittrack.reproduce import resume_artifacts
from pathlib import Path
repo = git.find()
(raw,) = [raw for raw in listing.list_runs(repo) if raw.id == {found.id!r}]
resume_artifacts.bring(repo, raw, Path("resume"))
"""
    done = python(code)
    assert "the path '../.git/hooks/post-checkout' in the run leads out of its folder" in done.err
    assert files() == before


def test_in_a_bare_repository_a_folder_must_be_named(clone):
    clone("hooks/post-update")
    git(".", "clone", "-q", "--bare", ".", "../bare.git")
    git("../bare.git", "fetch", "-q", "../clone", "refs/runs/*:refs/runs/*")
    done = run_cli("get", "@", "hooks", cwd="../bare.git")
    assert (done.code, done.err) == (
        *(1,),
        "error: the current folder belongs to git itself\nhint: name another one: -o DEST\n",
    )
    assert not os.path.exists("../bare.git/hooks/post-update")
    assert run_cli("get", "@", "hooks", "-o", "../out/", cwd="../bare.git").code == 0


def test_a_worktree_gets_no_link_through_a_link(clone):
    """Recorded data is linked into a rerun's worktree, and never by way of a link in its code."""
    from gittrack.reproduce import shared_files

    clone("a")
    os.makedirs("data")
    Path("data/x").write_text("x")
    os.makedirs("../code/real")
    os.makedirs("../elsewhere")
    os.symlink("../elsewhere", "../code/data")
    for path in ("data/x", "../clone/data/x", "data/../.git/x"):
        trees = shared_files.TreePair(os.getcwd(), *[os.path.abspath("../code")] * 2)
        with pytest.raises(gittrack.TrackError, match="leads out of its code"):
            shared_files.bring(trees, path)
    assert os.listdir("../elsewhere") == []


NAMES = [".git", ".GIT", ".gIt", "git~1", "GIT~1"]
IGNORED = "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u206a\u206f\ufeff\u00ad\ufe0f\U000e0001"


@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(IGNORED)), max_size=4),
    st.text(" .", max_size=3),
    st.sampled_from(["", ":", "::$INDEX_ALLOCATION", ":stream", "\\x", "/x"]),
    st.sampled_from(["", "a/", "a\\", "a/b/"]),
)
def test_every_spelling_of_git_is_refused(name, ignored, end, stream, before):
    for at, character in ignored:
        name = name[:at] + character + name[at:]
    path = before + name + end + stream
    assert paths.fault(path) == "names .git"
    assert paths.link_fault("link", path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/a",
        "\\a",
        "C:\\a",
        "c:/a",
        "..",
        "a/..",
        "../a",
        "a/../b",
        "a\\..",
        "a//b",
        "a/",
        "./a",
        *("a/./b", "a\0b", "\ud800"),
    ],
)
def test_paths_that_lead_elsewhere(path):
    assert paths.fault(path)


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "a/b.txt",
        ".github/a",
        ".gitignore",
        "git",
        "a.git",
        "...",
        "a..b/c",
        "a:b",
        "git~2",
        "\udcff",
    ],
)
def test_plain_paths(path):
    assert paths.fault(path) is None


@pytest.mark.parametrize(
    ("path", "target", "good"),
    [
        *(("a/b", "../c", True), ("a/b", "c/../d", True), ("a", "b/", True), ("a/b", "..", True)),
        *(("a", "../c", False), ("a/b", "../../c", False), ("a", "/x", False), ("a", "", False)),
        *(("a", ".git", False), ("a", "x/.git/../y", False), ("a", "b\\..\\..\\c", False)),
    ],
)
def test_targets_of_links(path, target, good):
    assert (paths.link_fault(path, target) is None) is good
