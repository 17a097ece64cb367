"""scikit-learn and PyTorch on the CPU, run again: EXACT with as many threads, told apart with others."""

import sys
from pathlib import Path

import pytest
from helpers import git, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")

SKLEARN = """
import os, shutil
import gittrack
shutil.rmtree("weights", ignore_errors=True)
gittrack.seed_everything(3)
import numpy as np
from sklearn.neural_network import MLPClassifier
x = np.random.rand(600, 64)
y = (x @ np.random.rand(64) > 16).astype(int)
with gittrack.init(seed=3) as run:
    model = MLPClassifier((96,), max_iter=4, batch_size=600).fit(x, y)
    for step, loss in enumerate(model.loss_curve_):
        run.log({"loss": loss}, step=step)
    os.mkdir("weights")
    for number, layer in enumerate(model.coefs_):
        layer.tofile(f"weights/{number}")
    np.savez("weights.npz", *model.coefs_)
    run.log_artifact("weights.npz")
    run.log_artifact("weights")
"""
TORCH = """
import os, shutil
import gittrack
shutil.rmtree("weights", ignore_errors=True)
gittrack.seed_everything(3)
import torch
x = torch.rand(4000, 64)
y = (x.sum(1) > 32).float()
from torch import nn
model = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Dropout(0.2), nn.Linear(96, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
with gittrack.init(seed=3) as run:
    for step in range(6):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(x)[:, 0], y)
        loss.backward()
        optimizer.step()
        run.log({"loss": loss.item()}, step=step)
    os.mkdir("weights")
    for name, layer in model.state_dict().items():
        layer.numpy().tofile(f"weights/{name}")
    torch.save(model.state_dict(), "weights.pt")
    run.log_artifact("weights.pt")
    run.log_artifact("weights")
"""


def files(folder):
    return sorted(folder.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(("library", "script"), [("sklearn", SKLEARN), ("torch", TORCH)])
def test_exact_with_as_many_threads(library, script):
    pytest.importorskip(library)
    Path("train.py").write_text(script)
    Path(".gitignore").write_text("weights*\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "train")
    for threads in ("1", "2"):
        command = ["run", "-n", threads, "--seed", "3", "--threads", threads, "--"]
        done = run_cli(*command, sys.executable, "train.py")
        assert (done.code, done.out) == (0, ""), done.err
    done = run_cli("reproduce", "1", env={"OMP_NUM_THREADS": "2"})
    assert done.out.startswith("EXACT"), done.out
    one, two = (gittrack.get(name) for name in "12")
    assert set(one.env["threads"].values()) == {1}
    bits = [[p.read_bytes() for p in files(run.artifact("weights"))] for run in (one, two)]
    verdict = run_cli("verify", "1", "2").out
    assert verdict.startswith("EXACT") == (bits[0] == bits[1])
    assert verdict.startswith("EXACT") or "threads: openmp: 1 -> 2\n" in verdict
