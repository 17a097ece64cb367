"""reproduce/unrepeatable: commands whose code was not recorded."""

import shlex

import pytest

from gittrack.reproduce.unrepeatable import obstacle


@pytest.mark.parametrize(
    "command",
    [
        *(
            "python",
            "python -",
            "python3.11 -u",
            "python -W ignore -X dev -",
            "/usr/bin/python3 -i",
        ),
        *("env A=1 python -", "nice -n 5 python", "uv run python -", "timeout 5 python3"),
        *("bash", "sh -s one two", "bash -eu", "bash -o pipefail", "node", "julia -", "ipython"),
    ],
)
def test_code_from_standard_input(command):
    found = obstacle(shlex.split(command))
    assert found.reason == "its code came from standard input, which was not recorded"
    assert found.remedy.startswith("save it in a file, commit it, and record that: ")


@pytest.mark.parametrize(
    "command",
    [
        "python -m ipykernel_launcher -f /run/kernel-1.json",
        "/v/bin/python -Xfrozen_modules=off -m ipykernel -f x",
        "python3 /v/lib/ipykernel_launcher.py -f x",
        "python3 -m colab_kernel_launcher -f x",
        "python /opt/pycharm/pydevconsole.py --mode=client",
        "python -m spyder_kernels.console",
    ],
)
def test_notebooks_and_consoles(command):
    found = obstacle(shlex.split(command))
    assert found.reason == "it ran in a notebook or console: its cells are not a command"
    assert "jupyter nbconvert --to script" in found.remedy


@pytest.mark.parametrize("stream", ["/dev/stdin", "/dev/fd/63", "/proc/self/fd/11"])
def test_streams(stream):
    found = obstacle(["python", "train.py", stream])
    assert found.reason == f"its command reads {stream}, whose content was not recorded"


@pytest.mark.parametrize(
    "command",
    [
        *(
            "python train.py -",
            "python -u -W ignore train.py",
            "python -m package.train",
            "python -mx",
        ),
        *("python -c 'print(1)'", "python -uc 1", "python -Wignore t.py", "python -X dev t.py"),
        *("python --version", "python -V", "env A=1 python t.py", "uv run train.py", "pypy3 t.py"),
        *("bash run.sh", "bash -c 'python -'", "sh -ec 'cat'", "bash -o pipefail run.sh"),
        *("bash --norc run.sh", "R -f x.R", "node x.js", "make python", "./train", "echo python"),
        *("jupyter nbconvert --execute x.ipynb", "papermill a.ipynb b.ipynb"),
        *("python -m ipykernels", "true", "python ./-", "python kernel.py"),
    ],
)
def test_commands_that_can_be_run_again(command):
    assert obstacle(shlex.split(command)) is None
