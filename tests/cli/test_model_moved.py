"""A version tag that was moved, remade or deleted by hand: told where that can be proved, and only there."""

import json
import subprocess

import pytest
from helpers import git, look, model, record, repo, run_cli

import gittrack

WELL = "3 runs, 0 going on\nall is well\n"


@pytest.fixture
def runs(project):
    """Three runs by name; r1 is v1 and in production, r2 is v2."""
    ids = {f"r{number}": record(f"r{number}") for number in (1, 2, 3)}
    for name in ("r1", "r2"):
        model("register", "m", name)
    model("promote", "m@1", "production")
    assert doctor() == WELL
    return ids


def commit(name):
    return gittrack.get(name).info.commit


def doctor():
    """What it says; its exit status must say the same."""
    done = look("doctor")
    assert (done.code, done.err) == (int("all is well" not in done.out), ""), done
    return done.out


def text_of(tag):
    return git(".", "for-each-ref", "--format=%(contents)", f"refs/tags/{tag}")


WAYS = {
    "lightweight": lambda to: ("-f", "m@v1.0.0", to),
    "annotated": lambda to: ("-f", "-a", "-m", "x", "m@v1.0.0", to),
    "with a copied message": lambda to: ("-f", "-a", "-m", text_of("m@v1.0.0"), "m@v1.0.0", to),
    "to the tag of another version": lambda to: ("-f", "m@v1.0.0", "m@v2.0.0"),
    "to a tag of that tag": lambda to: ("-f", "-a", "-m", "x", "m@v1.0.0", "m@v2.0.0"),
}


@pytest.mark.parametrize("way", WAYS)
def test_doctor_tells_which_tag_where_it_is_and_what_it_was_made_for(runs, way):
    before = git(".", "rev-parse", "m@v1.0.0")
    git(".", "tag", *WAYS[way](commit("r3")))
    now = git(".", "rev-parse", "--short=12", "m@v1.0.0^{}")
    proof = "its message" if "message" in way else "m#production#1"
    for _ in range(2):  # repairing stage refs must not lose the only ref to the tag as it was
        assert doctor() == (
            "3 runs, 0 going on\n"
            f"moved: the tag m@v1.0.0 names the commit {now}\n"
            f"  it was made for the run {runs['r1']} at {commit('r1')[:12]}, as {proof} says\n"
            f"  put it back: git update-ref refs/tags/m@v1.0.0 {before}\n"
        )
    git(".", "update-ref", "refs/tags/m@v1.0.0", before)
    assert doctor() == WELL


@pytest.mark.parametrize("way", [way for way in WAYS if "message" not in way])
def test_looking_tells_it_too(runs, way):
    git(".", "tag", *WAYS[way](commit("r3")))
    for words in (("ls",), ("ls", "m"), ("show", "m@2"), ("history", "m")):
        assert "moved: the tag m@v1.0.0 names the commit " in model(*words), words
    [told] = json.loads(model("ls", "--json"))[0]["moved"]
    assert (told["tag"], told["proof"]) == ("m@v1.0.0", "m#production#1")
    assert told["made_for"] == {"run": runs["r1"], "commit": commit("r1")}


def test_a_copied_message_is_told_where_the_version_is_shown(runs):
    git(".", "tag", *WAYS["with a copied message"](commit("r3")))
    assert "moved: the tag m@v1.0.0" in model("show", "m@1")
    assert json.loads(model("show", "m@1", "--json"))["moved"][0]["proof"] is None
    assert "moved:" not in model("show", "m@2")


def test_a_version_that_never_was_in_a_stage_has_its_message_only(runs):
    git(".", "tag", "-f", "-a", "-m", text_of("m@v2.0.0"), "m@v2.0.0", commit("r3"))
    assert doctor().endswith(
        f"  it was made for the run {runs['r2']} at {commit('r2')[:12]}, as its message says\n"
        "  put it back: git tag -d m@v2.0.0, then fetch it from where it was pushed to, "
        f"or git track model register m {runs['r2']} --version 2\n"
    )
    git(".", "tag", "-d", "m@v2.0.0")
    model("register", "m", runs["r2"], "--version", "2")
    assert doctor() == WELL


def test_what_was_moved_does_not_go_to_production(runs):
    git(".", "tag", "-f", "-a", "-m", text_of("m@v2.0.0"), "m@v2.0.0", commit("r3"))
    assert "m v2 cannot go to production: its tag was moved to another commit" in model(
        "promote", "m@2", "production", code=1
    )
    model("promote", "m@2", "staging")
    model("promote", "m@2", "production", "--force")
    assert json.loads(model("history", "m", "--json"))[-1]["forced"] == [
        "its tag was moved to another commit"
    ]


def test_a_tag_that_was_deleted_while_its_version_is_in_a_stage(runs):
    before = git(".", "rev-parse", "m@v1.0.0")
    git(".", "tag", "-d", "m@v1.0.0")
    assert "gone: the tag m@v1.0.0 does not exist, and its version is in a stage" in model("ls")
    model("promote", "m@2", "staging")  # moves stage refs, of which one is all that has the tag
    assert f"put it back: git update-ref refs/tags/m@v1.0.0 {before}\n" in doctor()
    git(".", "update-ref", "refs/tags/m@v1.0.0", before)
    assert doctor() == WELL


def test_what_rm_and_register_do_is_no_damage(runs):
    model("promote", "m@2", "production")
    model("rm", "m@1", "--force")  # archived: no event tells of its end
    assert doctor() == WELL
    model("register", "m", "r3", "--version", "1")
    assert doctor() == WELL
    model("promote", "m@1", "production")
    model("rm", "m@1", "--force")  # taken out of its stage
    assert doctor() == WELL
    model("deprecate", "m@2")
    model("register", "m", "r2")
    assert doctor() == WELL


def test_tags_of_another_tool_prove_nothing(runs):
    """GTO writes plain messages; lightweight tags say nothing to it or to us."""
    head = git(".", "rev-parse", "HEAD")
    for tag in ("g@v1.0.0", "g#production#1", "g@v2.0.0", "g@v2.0.0!#2"):
        git(".", "tag", "-a", "-m", "Registering artifact g", tag, head)
    git(".", "commit", "-q", "--allow-empty", "-m", "next")
    git(".", "tag", "-f", "-a", "-m", "moved by GTO's user", "g@v1.0.0")
    git(".", "tag", "-a", "-m", "again", "g@v2.0.0#3")
    git(".", "tag", "light@v1.0.0")
    git(".", "tag", "-f", "light@v1.0.0", head)
    git(".", "tag", "renamed@v1.0.0", "m@v1.0.0")
    git(".", "tag", "renamed#production#1", "m#production#1")
    assert "moved" not in doctor()  # which puts the stage refs of others in place
    assert doctor() == WELL


def test_a_version_of_another_tool_that_we_promoted(project):
    first, second = record("a"), record("b")
    git(".", "tag", "-a", "-m", "Registering artifact g", "g@v1.0.0", commit(first))
    model("promote", "g@1", "production")
    git(".", "tag", "-f", "-a", "-m", "Registering artifact g", "g@v1.0.0", commit(second))
    was = commit(first)
    assert f"  it was made for the commit {was[:12]}, as g#production#1 says\n" in doctor()
    assert f"put it back: git tag -f -a -m 'put back' g@v1.0.0 {was}" in model("ls")
    git(".", "tag", "-f", "-a", "-m", "put back", "g@v1.0.0", was)
    assert doctor().endswith("all is well\n")


def test_a_run_under_another_id_than_it_was_recorded_with(runs):
    other = f"{runs['r3'][:-8]}00000000"
    git(".", "update-ref", f"refs/runs/default/{other}", commit("r3"))
    git(".", "update-ref", "-d", f"refs/runs/default/{runs['r3']}")
    model("register", "m", other)
    assert "moved" not in doctor() + model("show", "m@3")


def test_fetched_tags_are_no_moved_ones(runs, tmp_path):
    """Two clones that registered otherwise disagree: that is told once, as a conflict."""
    bob = repo(path=tmp_path / "bob")
    git(bob, "fetch", "-q", "--no-tags", "..", "refs/runs/*:refs/runs/*")
    git(bob, "tag", "-a", "-m", "Registering artifact m", "m@v1.0.0", commit("r3"))
    fetch = ["git", "fetch", "-q", "..", "refs/tags/*:refs/tags/*", "refs/models/*:refs/models/*"]
    subprocess.run(fetch, cwd=bob, check=False, capture_output=True)
    shown = run_cli("model", "ls", cwd=bob).out
    assert "conflict: two commits are m v1" in shown
    assert "moved" not in shown
    assert "its stages speak for theirs: git tag -d m@v1.0.0, and fetch it again" in shown


def test_a_tag_that_was_moved_elsewhere_and_pushed_is_not_to_be_followed(runs, tmp_path):
    bob = repo(path=tmp_path / "bob")
    git(bob, "fetch", "-q", "..", "refs/tags/*:refs/tags/*")
    git(bob, "tag", "-f", "-a", "-m", "x", "m@v1.0.0", commit("r2"))
    fetch = ["git", "fetch", "-q", str(bob), "refs/tags/*:refs/tags/*"]
    subprocess.run(fetch, check=False, capture_output=True)
    assert "its stages speak for ours: git push --force REMOTE refs/tags/m@v1.0.0" in doctor()
    git(".", "fetch", "-q", "-f", str(bob), "refs/tags/*:refs/tags/*")
    assert "moved: the tag m@v1.0.0 names the commit" in doctor()


def test_a_shallow_clone_and_packed_refs_tell_the_same(runs, tmp_path):
    git(".", "gc", "-q", "--prune=now")
    assert doctor() == WELL
    place = tmp_path / "shallow"
    git(".", "clone", "-q", "--depth", "1", f"file://{tmp_path}", str(place))
    git(place, "fetch", "-q", "--depth", "1", "origin", "refs/tags/*:refs/tags/*")
    assert run_cli("doctor", cwd=place).out.endswith("all is well\n")
    git(place, "tag", "-f", "m@v1.0.0", commit("r2"))
    git(place, "gc", "-q", "--prune=now")
    assert "moved: the tag m@v1.0.0" in run_cli("doctor", cwd=place).out


def forge(tag, to, facts):
    """Write a tag as this registry would, with facts of somebody's own."""
    head = f"object {to}\ntype commit\ntag {tag}\ntagger E <e@e> 1700000000 +0000\n\n"
    with open("forged", "w", encoding="utf-8") as file:
        file.write(f"{head}x: y\n\nmodel: m\nby: E\n{facts}")
    git(".", "update-ref", f"refs/tags/{tag}", git(".", "hash-object", "-t", "tag", "-w", "forged"))


def test_what_is_to_be_typed_holds_nothing_that_a_stranger_wrote(runs):
    forge("m@v3.0.0", commit("r3"), 'version: v3.0.0\nrun: "x; rm -rf ~ \\u001b[31m"\n')
    told = doctor()
    assert "made for the run x; rm -rf ~ \\x1b[31m, as its message says" in told
    assert "git track model register m RUN --version 3" in told


def test_an_event_that_lies_about_its_version_misleads_no_overview(runs):
    model("register", "m", "r3")
    forge("m#production#9", commit("r2"), "version: v1.0.0\n")
    assert [line.split()[2] for line in model("ls").splitlines()] == ["PRODUCTION", "v2"]
