"""The words that a sweep file runs: W&B's macros become the fields of `git track run`."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.file import command


def test_a_program_alone_gets_the_arguments_of_wandb():
    assert command.read({"program": "train.py"}) == ("python", "train.py", "{pairs}")


def test_a_file_without_command_and_program_has_no_words():
    assert command.read({"method": "grid"}) == ()


@pytest.mark.parametrize(
    ("macro", "field"),
    [
        ("${interpreter}", "python"),
        ("${args}", "{pairs}"),
        ("${args_no_boolean_flags}", "{flags}"),
        ("${args_no_hyphens}", "{overrides}"),
        ("${args_json}", "{args_json}"),
        ("${args_json_file}", "{args_json_file}"),
    ],
)
def test_macros(macro, field):
    assert command.read({"command": ["run", macro, f"--config={macro}"]}) == (
        "run",
        field,
        f"--config={field}",
    )


def test_env_is_dropped_because_programs_are_found_on_path():
    words = ["${env}", "${interpreter}", "${program}"]
    assert command.read({"command": words, "program": "a.py"}) == ("python", "a.py")


def test_fields_are_kept_and_a_brace_in_the_name_of_the_program_is_text():
    assert command.read({"command": ["./${program}", "{args}"], "program": "a{b}.py"}) == (
        "./a{{b}.py",
        "{args}",
    )


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ({"program": 3}, "program is 3"),
        ({"program": ""}, "program is ''"),
        ({"command": "python train.py"}, "command is not a list of words"),
        ({"command": ["python", 3]}, "command is not a list of words"),
        ({"command": []}, "command is empty"),
        ({"command": ["${program}"]}, "command has ${program}, but the file has no program"),
        ({"command": ["x${env}"]}, "${env} must be a separate word"),
        ({"command": ["${envvar:HOME}"]}, "${envvar:HOME} is not supported"),
        ({"command": ["${arg}"]}, "command has the unknown macro ${arg}"),
    ],
)
def test_mistakes(file, problem):
    with pytest.raises(TrackError) as caught:
        command.read(file)
    assert caught.value.message == problem


def test_a_mistyped_macro_is_answered_with_the_nearest():
    with pytest.raises(TrackError, match=r"did you mean program"):
        command.read({"command": ["${progam}"]})
