"""Values in printed lines: which are taken, under which name and step, and which are not."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.launch.observe.console_lines import PrintedValues, Scraper, compile_pattern, parse


@pytest.mark.parametrize(
    ("text", "step", "values"),
    [
        ("epoch 3 loss: 0.31", 3, {"loss": 0.31}),
        ("val_acc=0.93", None, {"val_acc": 0.93}),
        ("Epoch [3/10], Step [40/600], Loss: 0.2524", 3, {"Loss": 0.2524}),
        ("Epoch 3/10 - train loss: 1e-3 - val loss = .5", 3, {"train_loss": 1e-3, "val_loss": 0.5}),
        (
            "10/10 - 0s 2ms/step - loss: 0.4023 - accuracy: 0.8 - val_loss: nan",
            None,
            {"loss": 0.4023, "accuracy": 0.8, "val_loss": pytest.approx(float("nan"), nan_ok=True)},
        ),
        ("\x1b[32mepoch 1\x1b[0m lr=3e-4 mem: 12", 1, {"lr": 3e-4, "mem": 12.0}),
        ("test accuracy: 93.5%", None, {"test_accuracy": 93.5}),
        ("step: 7 reward=-1.5", 7, {"reward": -1.5}),
        ("step 12,000 loss: 1,234.5", 12000, {"loss": 1234.5}),
        ("epoch 2.5 loss: 2", 2.5, {"loss": 2.0}),
        ("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.0", 1, {"Loss": 2.0}),
        ("I1029 12:00:00 train.py:42] step 3 loss=0.5", 3, {"loss": 0.5}),
        ("1/9 loss: 0.5" + "\b" * 2000 + "9/9 loss: 0.25", None, {"loss": 0.25}),
        # No metrics.
        ("loss: 1.234,5", None, {}),
        ("loss: 1,23", None, {}),
        ("epoch 1 date: 2024-01-02", 1, {}),
        ("accuracy: 3 / 4", None, {}),
        ("gittrack: run 1234abcd finished in 0.3 s  loss=0.5", None, {}),
        ("listening on port: 8080", None, {}),
        ("version = 1.2.3", None, {}),
        ("loss: 0.3s", None, {}),
        ("12:30:45 starting", None, {}),
        ("seed=7", None, {}),
        ("loss: unknown", None, {}),
        ("x" * 3000 + " loss: 1", None, {}),
    ],
)
def test_a_line(text, step, values):
    assert parse(text) == PrintedValues(step, values)


def test_a_line_that_only_names_an_epoch_gives_the_step_of_the_next_lines():
    scraper = Scraper()
    lines = ["Epoch 1/2", "10/10 - loss: 0.5", "Epoch 2/2", "10/10 - loss: 0.25"]
    assert [scraper.line(line) for line in lines][1::2] == [
        PrintedValues(1, {"loss": 0.5}),
        PrintedValues(2, {"loss": 0.25}),
    ]
    assert scraper.counts == {"loss": 2}


def test_a_name_with_two_values_in_one_line_is_not_taken():
    scraper = Scraper()
    line = "epoch 1 loss: 0.5 lr: 1 | valid | loss: 0.75 lr: 1"
    assert scraper.line(line) == PrintedValues(1, {"lr": 1.0}, ("loss",))
    assert scraper.unclear == {"loss": 1}


def test_own_patterns():
    pattern = compile_pattern(r"at (?P<step>\d+): quality (?P<quality>[^;]+)")
    assert parse("at 5: quality 0.5; loss: 3", pattern) == PrintedValues(5, {"quality": 0.5})
    assert parse("at 5: quality high", pattern) == PrintedValues(5, {})
    pattern = compile_pattern(r"(?P<name>\w+) is (?P<value>[\d.]+)")
    assert parse("a is 1, b is 2.5", pattern) == PrintedValues(None, {"a": 1.0, "b": 2.5})


@pytest.mark.parametrize("text", ["loss (", r"loss (\d+)", r"(?P<step>\d+)", r"(?P<name>\w+)"])
def test_a_pattern_that_cannot_be_used(text):
    with pytest.raises(TrackError, match=r"track\.scrape"):
        compile_pattern(text)
