"""Programs that nobody wrote for git track, in the style of public ones: no verdict on them is wrong.

``pytest -m foreign tests/foreign`` runs all of them, and skips those whose packages are not installed; the
suite runs a sample.  A deterministic program is EXACT, another one never.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers import git, run_cli

SKLEARN = ("sklearn", "numpy")
IRIS = "from sklearn.datasets import load_iris\nx, y = load_iris(return_X_y=True)\n"
SETTINGS = "from sklearn.model_selection import cross_val_score, GridSearchCV, train_test_split\n"


class Program(NamedTuple):
    """A program, the packages that it needs, what it writes, and the truth about it."""

    name: str
    needs: tuple
    text: str
    output: str | None = None
    deterministic: bool = True


def of_sklearn(name, text, output=None, deterministic=True, needs=()):
    return Program(name, (*SKLEARN, *needs), IRIS + SETTINGS + text, output, deterministic)


STANDARD_LIBRARY = [
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
        deterministic=False,
    ),
    Program(
        "seed from the clock",
        (),
        "import random, time\nrandom.seed(time.time_ns())\nprint('acc', random.random())\n",
        deterministic=False,
    ),
    Program("order of a set", (), "print('labels', set('some words in a sentence'.split()))\n"),
    Program(
        "a global generator", (), "import random\nprint('sample', random.sample(range(99), 9))\n"
    ),
    Program(
        "a child process",
        (),
        "import subprocess, sys\ncode = 'import random; print(\"draw\", random.random())'\n"
        "subprocess.run([sys.executable, '-c', code])\n",
    ),
    Program(
        "workers without a seed",
        (),
        "import multiprocessing, random\ndef draw(_): return random.random()\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(2) as pool: print(pool.map(draw, [1, 2]))\n",
        deterministic=False,
    ),
    Program(
        "two streams",
        (),
        "import sys\nfor n in range(200):\n    print('loss', 1 / (n + 1))\n"
        "    if n % 7 == 0: print('warning: step', n, file=sys.stderr)\n",
    ),
]
PROGRAMS = [
    *STANDARD_LIBRARY,
    of_sklearn(
        "forest",
        "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier\n"
        "m = RandomForestClassifier(20, random_state=0).fit(x, y)\n"
        "print('importances', m.feature_importances_)\nnp.save('importances.npy', m.feature_importances_)\n",
        "importances.npy",
    ),
    of_sklearn(
        "forest that --seed reaches",
        "from sklearn.ensemble import RandomForestClassifier\n"
        "print('scores', cross_val_score(RandomForestClassifier(10), x, y))\n",
    ),
    of_sklearn(
        "grid with times",
        "from sklearn.svm import SVC\nimport pandas as pd\n"
        "g = GridSearchCV(SVC(), {'C': [0.1, 1, 10], 'kernel': ['rbf', 'linear']}, verbose=2).fit(x, y)\n"
        "pd.DataFrame(g.cv_results_).to_csv('grid.csv')\nprint(g.best_params_, g.best_score_)\n",
        "grid.csv",
        needs=("pandas",),
    ),
    of_sklearn(
        "network that prints its loss",
        "from sklearn.neural_network import MLPClassifier\nimport pickle\n"
        "m = MLPClassifier((8,), max_iter=30, random_state=1, verbose=True).fit(x, y)\n"
        "pickle.dump(m, open('model.pkl', 'wb'))\n",
        "model.pkl",
    ),
    of_sklearn(
        "workers of joblib",
        "from joblib import Parallel, delayed\nfrom sklearn.ensemble import RandomForestClassifier\n"
        "fit = lambda n: RandomForestClassifier(3, max_depth=2).fit(x, y).score(x + [n, 0, 0, 0], y)\n"
        "print('scores', Parallel(2)(delayed(fit)(n / 9) for n in range(40)))\n",
        deterministic=False,
        needs=("joblib",),
    ),
    of_sklearn(
        "report and picture",
        "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "from sklearn.metrics import classification_report\n"
        "a, b, c, d = train_test_split(x, y, random_state=0)\n"
        "p = LogisticRegression(max_iter=500).fit(a, c).predict(b)\nprint(classification_report(d, p))\n"
        "plt.plot(p)\nplt.savefig('plot.pdf')\n",
        "plot.pdf",
        needs=("matplotlib",),
    ),
    of_sklearn(
        "boosting",
        "import xgboost\n"
        "m = xgboost.train({'seed': 1, 'max_depth': 3}, xgboost.DMatrix(x, y), 10)\n"
        "m.save_model('model.json')\n",
        "model.json",
        needs=("xgboost",),
    ),
    of_sklearn(
        "boosting with evaluation",
        "import xgboost\na, b, c, d = train_test_split(x, y, random_state=0)\n"
        "m = xgboost.XGBClassifier(n_estimators=8, subsample=0.5).fit(a, c, eval_set=[(b, d)])\n"
        "print('accuracy', m.score(b, d))\n",
        needs=("xgboost",),
    ),
    of_sklearn(
        "leaves",
        "import lightgbm\n"
        "m = lightgbm.train({'seed': 1, 'verbose': -1, 'metric': {'l2', 'l1'}}, lightgbm.Dataset(x, y), 10)\n"
        "m.save_model('model.txt')\n",
        "model.txt",
        needs=("lightgbm",),
    ),
    of_sklearn(
        "leaves with early stopping",
        "import lightgbm as l\n"
        "p = {'objective': 'multiclass', 'num_class': 3, 'bagging_fraction': 0.5, 'bagging_freq': 1}\n"
        "r = l.cv(p, l.Dataset(x, y), 20, callbacks=[l.log_evaluation(1), l.early_stopping(3)])\n"
        "print({k: v[-1] for k, v in r.items()})\n",
        needs=("lightgbm",),
    ),
    Program(
        "regression",
        ("statsmodels", "numpy"),
        "import numpy as np, statsmodels.api as sm\nx = np.arange(30.0)\ny = x * 2 + np.sin(x)\n"
        "r = sm.OLS(y, sm.add_constant(x)).fit()\nprint(r.summary())\nnp.save('params.npy', r.params)\n",
        "params.npy",
    ),
    Program(
        "counts",
        ("statsmodels", "numpy"),
        "import numpy as np, statsmodels.api as sm\nr = np.random.default_rng()\n"
        "x = sm.add_constant(r.normal(size=80))\ny = r.poisson(np.exp(0.3 + 0.5 * x[:, 1]))\n"
        "print(sm.GLM(y, x, family=sm.families.Poisson()).fit().summary())\n",
    ),
    Program(
        "study",
        ("optuna",),
        "import optuna\ns = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=3))\n"
        "s.optimize(lambda t: t.suggest_float('x', -5, 5) ** 2, n_trials=15)\n"
        "open('best.txt', 'w').write(repr(s.best_params))\n",
        "best.txt",
    ),
    Program(
        "study that --seed reaches",
        ("optuna",),
        "import optuna\ns = optuna.create_study(sampler=optuna.samplers.RandomSampler())\n"
        "s.optimize(lambda t: t.suggest_float('x', -5, 5) ** 2, n_trials=9)\nprint('best', s.best_value)\n",
    ),
    Program(
        "training loop",
        ("torch",),
        "import time, torch\nfrom torch import nn\n"
        "m = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))\n"
        "o = torch.optim.Adam(m.parameters())\nx = torch.randn(64, 4)\nfor step in range(20):\n"
        "    t = time.time()\n    loss = ((m(x) - x.sum(1, keepdim=True)) ** 2).mean()\n"
        "    o.zero_grad(); loss.backward(); o.step()\n"
        "    print(f'step {step} | loss {loss.item():.5f} | {(time.time() - t) * 1000:.2f}ms')\n"
        "torch.save(m.state_dict(), 'model.pt')\n",
        "model.pt",
    ),
    Program(
        "shuffled batches",
        ("torch",),
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "d = TensorDataset(torch.arange(20.0))\nfor workers in (0, 1):\n"
        "    for (b,) in DataLoader(d, 4, shuffle=True, num_workers=workers): print('batch', b.tolist())\n",
    ),
    Program(
        "generator without a seed",
        ("torch",),
        "import torch\ng = torch.Generator()\ng.seed()\nprint('draw', torch.rand(3, generator=g))\n",
        deterministic=False,
    ),
]
SAMPLE = ("perceptron", "timed", "unseeded", "workers without a seed")


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
    if program.deterministic:
        assert level == "EXACT", done.out + done.err
    else:
        assert level in ("DIFFERENT", "UNKNOWN"), done.out


@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.name in SAMPLE], ids=lambda p: p.name)
def test_a_sample(project, program):
    check(program)


@pytest.mark.foreign
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_program(project, program):
    check(program)
