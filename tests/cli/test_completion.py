"""Completion: what the parsers and the runs say can come next, asked by real shells."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT, Terminal, record, run_cli

import gittrack
from gittrack.cli import main

pytestmark = pytest.mark.usefixtures("project")
GIT_COMPLETION = Path("/usr/share/bash-completion/completions/git")


def offered(*words):
    done = run_cli("__complete", "--", *words)
    assert (done.code, done.err) == (0, "")
    return [line.partition("\t")[0] for line in done.out.splitlines()]


@pytest.fixture
def runs(project):
    record(
        "first", {"val_acc": 1, "loss": 2}, config={"lr": 1, "model": {"hidden": 2}}, tags=["good"]
    )
    record("other", {"val_acc": 1}, experiment="digits")


def test_models_versions_and_stages(runs):
    record("r")
    registry = gittrack.registry()
    for name in ("first", "r"):
        registry.register("resnet18", name)
    registry.promote("resnet18", 1, "canary")
    assert offered("model", "re") == ["register"]
    assert offered("model", "ls", "r") == ["resnet18"]
    assert offered("model", "promote", "res") == ["resnet18@v2", "resnet18@v1", "resnet18@canary"]
    assert offered("model", "promote", "resnet18@v2", "") == ["canary", "production", "staging"]
    assert offered("model", "register", "resnet18", "fi") == ["first"]
    assert "--require" in offered("model", "promote", "--")
    assert "resnet18@canary" in offered("show", "resnet18@")


def test_verbs_and_options():
    assert offered("") == list(main.VERBS)
    assert offered("re") == [
        *("report", "reproduce", "repeat", "remote", "rename", "restore", "recover"),
    ]
    assert {"--sort", "--json", "--where"} <= set(offered("ls", "--"))
    assert offered("plot", "--x", "") == ["step", "time"]
    assert offered("nothing", "x") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("show", "fi"), {"first"}),
        (("diff", "first", "oth"), {"other"}),
        (("ls", "-e", ""), {"default", "digits"}),
        (("ls", "--experiment=d"), {"--experiment=default", "--experiment=digits"}),
        (("top", "va"), {"val_acc"}),
        (("top", "val_acc", "--over", ""), {"lr", "model.hidden"}),
        (("ls", "--sort", "mo"), {"model.hidden"}),
        (("ls", "--columns", "name,lo"), {"name,loss"}),
        (("run", "-S", "m"), {"model.hidden="}),
        (("gc", "--by", "l"), {"loss"}),
        (("tag", "first", "+"), {"+good"}),
        (("tag", "first", "-"), {"-good"}),
        (("cat", "first", "metrics."), {"metrics.csv", "metrics.yaml"}),
        (("run", "-p", ""), {":files"}),
        (("run", "--", "python", ""), {":files"}),
        (("note", "first", ""), set()),
        (("sweep", "s"), {"stop", "show", ":files"}),
        (("sweep", "show", "--f"), {"--fanova"}),
        (("sweep", "resume", "@", "--", "python", ""), {":files"}),
    ],
)
def test_what_can_come_next(runs, words, found):
    assert set(offered(*words)) == found


def test_a_name_that_could_steer_the_terminal_is_not_offered():
    record("evil\x1b[31m", {"m\x07": 1})
    assert not any("\x1b" in word or "\x07" in word for word in offered("show", ""))
    assert offered("top", "") == []


def test_outside_a_repository_nothing_is_said(tmp_path):
    os.chdir(tmp_path.parent)
    assert offered("show", "") == []


def shell(argv, script, monkeypatch):
    """Run a script in a shell in which ``git-track`` is this one."""
    folder = Path("bin").absolute()
    folder.mkdir()
    program = folder / "git-track"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m gittrack "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    done = subprocess.run([*argv, script], capture_output=True, text=True, check=False)
    return done.stdout


TRY = """
try() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMPREPLY=()
    $complete "$1"
    echo "${COMPREPLY[@]}"
}
"""


@pytest.mark.skipif(not GIT_COMPLETION.exists(), reason="git's completion for bash is not here")
def test_bash_through_gits_own_completion(runs, monkeypatch):
    script = f"""
source {GIT_COMPLETION}
source <(git-track completion bash)
{TRY}
complete=__git_wrap__git_main
try git track to
try git track top va
try git -C . track show fi
"""
    assert shell(["bash", "-c"], script, monkeypatch).splitlines() == ["top", "val_acc", "first"]


@pytest.mark.skipif(not GIT_COMPLETION.exists(), reason="git's completion for bash is not here")
def test_bash_breaks_words_at_the_at_sign(runs, monkeypatch):
    gittrack.registry().register("resnet18", "first")
    gittrack.registry().promote("resnet18", 1, "canary")
    script = f"""
source {GIT_COMPLETION}
source <(git-track completion bash)
COMP_WORDS=(git track show resnet18 @ ca) COMP_CWORD=5
COMP_LINE="git track show resnet18@ca" COMP_POINT=${{#COMP_LINE}} COMPREPLY=()
__git_wrap__git_main git
echo "${{COMPREPLY[@]}}"
"""
    assert shell(["bash", "-c"], script, monkeypatch).strip() == "@canary"


def test_bash_alone(runs, monkeypatch):
    script = f"""
source <(git-track completion bash)
{TRY}
complete=_git_track_alone
try git-track to
try git-track run -S l
try git-track ls --sort=va
"""
    found = shell(["bash", "-c"], script, monkeypatch).splitlines()
    assert found == ["top", "lr=", "val_acc"]


def test_bash_quotes_names(project, monkeypatch):
    record("two words; $(rm)")
    script = f"source <(git-track completion bash)\n{TRY}\ncomplete=_git_track_alone\ntry git-track show two"
    assert shell(["bash", "-c"], script, monkeypatch).strip() == r"two\ words\;\ \$\(rm\)"


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not here")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("git track top va", "val_acc"),
        ("git-track show fi", "first"),
        ("git -C . --no-pager track show fi", "first"),
        ("git add track sh", ""),
        ("git tra", "track"),
        ("git track show 'ot", "other"),
    ],
)
def test_fish(runs, monkeypatch, line, found):
    script = f'git-track completion fish | source\ncomplete -C "{line}"'
    told = shell(["fish", "--no-config", "-c"], script, monkeypatch)
    assert [one.partition("\t")[0] for one in told.splitlines() if "train.py" not in one] == (
        [found] if found else []
    )


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not here")
def test_fish_finds_it_where_we_say(runs, sealed, monkeypatch):
    """Of `git track` fish loads what there is for git only."""
    script = (
        "git-track completion fish > $__fish_config_dir/conf.d/git-track.fish\n"
        "fish -c 'complete -C \"git track show fi\"'"
    )
    (sealed / "xdg/fish/conf.d").mkdir(parents=True)
    assert shell(["fish", "-c"], script, monkeypatch).startswith("first\t")


ZSHRC = """
PS1='PROMPT>'
fpath=($ZDOTDIR $fpath)
autoload -Uz compinit; compinit -u -d $ZDOTDIR/dump
show() { print -r -- "BUFFER[$BUFFER]" }
zle -N show
bindkey '^Xs' show
"""


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not here")
@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("git-track sho", "git-track show "),
        ("git track show fi", "git track show first "),
        ("git -C . track show fi", "git -C . track show first "),
        ("git track run -S l", "git track run -S lr="),
        ("git track show 'two w", "git track show 'two words' "),
        ("git track show two\\ w", "git track show two\\ words "),
    ],
)
def test_zsh(runs, sealed, monkeypatch, typed, becomes):
    record("two words")
    (sealed / ".zshrc").write_text(ZSHRC)
    monkeypatch.setenv("ZDOTDIR", str(sealed))
    shell(["sh", "-c"], 'git-track completion zsh > "$ZDOTDIR/_git-track"', monkeypatch)
    terminal = Terminal("zsh", "-i", columns=120, lines=40)
    terminal.until("PROMPT>")
    terminal.type(typed + "\t\x18s")
    terminal.until("]")
    terminal.type("\x15exit\n")
    assert f"BUFFER[{becomes}]" in terminal.end()[0]
