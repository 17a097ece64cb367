"""Ultralytics for the contract: the smallest network without weights, on four images."""

import contextlib
import io
import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

_TEMPORARY = tempfile.TemporaryDirectory(prefix="gittrack-ultralytics-")  # until the process ends
_FOLDER = Path(_TEMPORARY.name)
os.environ.update(YOLO_CONFIG_DIR=str(_FOLDER), YOLO_VERBOSE="false", YOLO_AUTOINSTALL="false")
from ultralytics import YOLO, settings  # noqa: E402 - it reads the environment

from gittrack.integrations.ultralytics import add_to  # noqa: E402

PARAMS = {"imgsz": 32, "optimizer": "SGD", "epochs": 5}
SERIES = "train/box_loss"
MODEL = "model/best.pt"
BEST = {"best_score": 0.0}
RESUMES = False
settings.update({"sync": False})


def data():
    """Return the description of a data set of four images with a white box."""
    for part in ("images", "labels"):
        (_FOLDER / part).mkdir(exist_ok=True)
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[8:24, 8:24] = 255
    for number in range(4):
        Image.fromarray(pixels).save(_FOLDER / f"images/{number}.png")
        (_FOLDER / f"labels/{number}.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    path = _FOLDER / "data.yaml"
    path.write_text(f"path: {_FOLDER}\ntrain: images\nval: images\nnames:\n  0: box\n")
    return path


def train(rounds, fail_at=None, **options):
    def fail(trainer):
        if trainer.epoch == fail_at:
            raise OSError("the disk is gone")

    fixed = {"plots": False, "verbose": False, "amp": False, "workers": 0, "device": "cpu"}
    fixed.update(project=str(_FOLDER / "runs"), batch=4)
    with contextlib.redirect_stdout(io.StringIO()):
        model = YOLO("yolo11n.yaml")
        add_to(model, **options)
        model.add_callback("on_train_epoch_start", fail)
        model.train(data=str(data()), epochs=rounds, imgsz=32, optimizer="SGD", **fixed)
