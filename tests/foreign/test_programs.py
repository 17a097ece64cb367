"""Programs in the style of public ones, unedited by gittrack: no verdict on them is wrong.

``pytest -m foreign tests/foreign`` runs all of them; the suite runs a sample.  A deterministic program is
never DIFFERENT, and EXACT if it writes an output; one that draws without a seed is never EXACT.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers import git, run_cli

SKLEARN = ("sklearn", "numpy")


class Program(NamedTuple):
    name: str
    needs: tuple
    text: str
    output: str | None = None
    deterministic: bool = True


PROGRAMS = [
    Program("averages", (), "xs = [i / 7 for i in range(50)]\nprint('mean', sum(xs) / 50)\n"),
    Program(
        "perceptron",
        (),
        "import random\nr = random.Random(0)\nw = [0.0, 0.0]\n"
        "for epoch in range(20):\n"
        "    x = [r.gauss(0, 1), r.gauss(0, 1)]\n    e = (x[0] > x[1]) - (w[0] * x[0] + w[1] * x[1] > 0)\n"
        "    w = [a + 0.1 * e * b for a, b in zip(w, x)]\n    print(f'epoch {epoch} w {w}')\n"
        "open('weights.txt', 'w').write(repr(w))\n",
        "weights.txt",
    ),
    Program(
        "timed",
        (),
        "import time\nt = time.time()\nloss = sum(1 / n for n in range(1, 1000))\n"
        "print(f'loss {loss:.6f} time {time.time() - t:.6f}s')\nopen('loss.txt', 'w').write(str(loss))\n",
        "loss.txt",
    ),
    Program(
        "unseeded",
        (),
        "import random\nv = random.SystemRandom().random()\nprint('acc', v)\n"
        "open('acc.txt', 'w').write(str(v))\n",
        "acc.txt",
        False,
    ),
    Program(
        "unseeded that prints",
        (),
        "import random\nprint('acc', random.SystemRandom().random())\n",
        None,
        False,
    ),
    Program(
        "forest",
        SKLEARN,
        "import numpy as np\nfrom sklearn.datasets import load_iris\n"
        "from sklearn.ensemble import RandomForestClassifier\n"
        "x, y = load_iris(return_X_y=True)\nm = RandomForestClassifier(20, random_state=0).fit(x, y)\n"
        "print('importances', m.feature_importances_)\nnp.save('importances.npy', m.feature_importances_)\n",
        "importances.npy",
    ),
    Program(
        "boosting",
        ("xgboost", *SKLEARN),
        "import xgboost\nfrom sklearn.datasets import load_iris\nx, y = load_iris(return_X_y=True)\n"
        "m = xgboost.train({'seed': 1, 'max_depth': 3}, xgboost.DMatrix(x, y), 10)\n"
        "m.save_model('model.json')\n",
        "model.json",
    ),
    Program(
        "leaves",
        ("lightgbm", *SKLEARN),
        "import lightgbm\nfrom sklearn.datasets import load_iris\nx, y = load_iris(return_X_y=True)\n"
        "m = lightgbm.train({'seed': 1, 'verbose': -1, 'metric': {'l2', 'l1'}}, lightgbm.Dataset(x, y), 10)\n"
        "m.save_model('model.txt')\n",
        "model.txt",
    ),
    Program(
        "regression",
        ("statsmodels", "numpy"),
        "import numpy as np, statsmodels.api as sm\nx = np.arange(30.0)\ny = x * 2 + np.sin(x)\n"
        "r = sm.OLS(y, sm.add_constant(x)).fit()\nprint(r.summary())\nnp.save('params.npy', r.params)\n",
        "params.npy",
    ),
    Program(
        "study",
        ("optuna",),
        "import optuna\ns = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=3))\n"
        "s.optimize(lambda t: t.suggest_float('x', -5, 5) ** 2, n_trials=15)\n"
        "open('best.txt', 'w').write(repr(s.best_params))\n",
        "best.txt",
    ),
]


def check(program):
    for name in program.needs:
        pytest.importorskip(name)
    Path("main.py").write_text(program.text)
    Path(".gitignore").write_text(f"{program.output or ''}\n__pycache__\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", program.name)
    output = ("--output", program.output) if program.output else ()
    words = ("--seed", "7", "--threads", "1", *output, "--", sys.executable, "main.py")
    done = run_cli("run", "-n", "a", *words)
    assert done.code == 0, done.err
    done = run_cli("reproduce", "a")
    level = done.out.split()[0]
    if not program.deterministic:
        assert level in ("DIFFERENT", "UNKNOWN"), done.out
    elif program.output:
        assert level == "EXACT", done.out + done.err
    else:
        assert level in ("EXACT", "UNKNOWN"), done.out


@pytest.mark.parametrize("program", PROGRAMS[1:5], ids=lambda program: program.name)
def test_a_sample(project, program):
    check(program)


@pytest.mark.foreign
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_program(project, program):
    check(program)
