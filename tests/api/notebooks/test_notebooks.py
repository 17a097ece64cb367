"""A notebook: what is shown, which cells are kept, and which run a second init ends."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from helpers import record

import gittrack
from gittrack.api.notebooks import cells, display
from gittrack.record.active import current


class Shell:
    """In the shape of IPython's shell: `run` is a cell."""

    kernel = object()

    def __init__(self):
        self.shown, self.functions, self.magics = {}, [], {}
        self.display_formatter = SimpleNamespace(
            formatters={"text/html": SimpleNamespace(for_type=self.shown.__setitem__)}
        )
        self.history_manager = SimpleNamespace(input_hist_raw=[""])
        self.events = SimpleNamespace(register=self.register, unregister=self.unregister)

    def register(self, event, function):
        assert event == "pre_run_cell"
        self.functions.append(function)

    def unregister(self, event, function):
        self.functions.remove(function)

    def register_magic_function(self, function, kind, name):
        self.magics[name] = function

    def run(self, text, function=lambda: None):
        self.history_manager.input_hist_raw.append(text)
        for listener in list(self.functions):
            listener(SimpleNamespace(raw_cell=text))
        return function()


@pytest.fixture
def shell(project, monkeypatch):
    shell, module = Shell(), ModuleType("IPython")
    module.get_ipython = lambda: shell
    monkeypatch.setitem(sys.modules, "IPython", module)
    return shell


def test_a_live_run_shows_itself_and_its_cells_are_kept(shell):
    shell.run("import gittrack")
    run = shell.run(
        "run = gittrack.init(config={'lr': '<b>'})", lambda: gittrack.init(config={"lr": "<b>"})
    )
    shell.run("API_KEY=hunter2 train()", lambda: [run.log({"loss": 1 / (i + 1)}) for i in range(5)])
    html = shell.shown[gittrack.Run](run)
    assert "<svg" in html
    assert "&lt;b&gt;" in html
    assert f"git track show {run.id[-8:]}" in html
    run.finish()
    shell.run("after()")
    kept = gittrack.get(run.id).artifact(cells.ARTIFACT).read_text()
    assert kept == (
        "# %% [1]\nimport gittrack\n\n# %% [2]\nrun = gittrack.init(config={'lr': '<b>'})\n"
        "\n# %% [3]\nAPI_KEY=*** train()\n"
    )
    assert shell.functions == []


def test_series_and_differences(shell):
    first = record(None, {"loss": 1.0}, {"loss": 0.5}, config={"lr": 1})
    second = record(None, {"loss": float("nan")}, config={"lr": 2})
    assert "2 points, last 0.5" in display.history(gittrack.get(first).history("loss"))
    assert "no points" in display.history(gittrack.get(first).history("loss")._replace(values=()))
    assert "lr" in display.run_diff(gittrack.diff(first, second))
    assert display.live_run(gittrack.init(mode="disabled")) == "<p>this run records nothing</p>"


def test_images_are_data_of_the_page_and_limited_in_size(shell):
    def run(value):
        with gittrack.init() as live:
            images = [gittrack.Image(np.full((2, 2), value, np.uint8))] * 2
            noise = np.random.default_rng(0).integers(0, 255, (600, 600), np.uint8)
            live.log({"<mask>": images, "large": gittrack.Image(noise)})
            live.log({f"tile {number}": gittrack.Image(noise[:9, :9]) for number in range(9)})
            shown = display.live_run(live)
        return gittrack.get(live.id), shown

    (first, live), (second, _) = run(1), run(2)
    for page in (live, first._repr_html_()):
        assert page.count('src="data:image/png;base64,') == 8  # no more, and not the large one
        assert len(page) < 2_000_000
        assert "&lt;mask&gt;" in page
    page = display.run_diff(gittrack.diff(first.id, second.id))
    assert page.count("data:image/png") == 2
    assert page.index("A &lt;mask&gt;") < page.index("B &lt;mask&gt;")


def test_track_prints_what_the_command_line_prints(shell, capsys):
    from gittrack.cli import notebook

    gittrack.load_ipython_extension(shell)
    record("first", {"loss": 1.0})
    capsys.readouterr()
    shell.magics["track"]("ls --columns name,loss")
    shell.magics["track"]("show missing")
    shell.magics["track"]("run -- true")
    out = capsys.readouterr().out
    assert "first" in out
    assert "error: there is no run" in out or "missing" in out
    assert "run needs a terminal; in a notebook: !git track run -- true" in out
    assert notebook.track is shell.magics["track"]


def test_cells_of_a_kernel_have_one_owner_and_tasks_of_the_user_do_not(monkeypatch):
    async def users():
        return current.owner()

    kernel = {}
    exec(
        compile("async def cell(owner): return owner()", "/x/ipykernel/kernelbase.py", "exec"),
        kernel,
    )

    def check():
        assert asyncio.run(kernel["cell"](current.owner)) is current.owner()
        assert asyncio.run(users()) is not current.owner()

    # In a thread of its own: a browser of another test may leave a running loop in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(check).result()
