"""Metrics that measure time or memory, by the whole words of their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.volatile import is_volatile, words


@pytest.mark.parametrize(
    "name",
    [
        *(
            "time",
            "epoch_time",
            "train/time",
            "step-time",
            "epochTime",
            "val.epoch_time",
            "time_ms",
        ),
        *("time_per_epoch", "time/epoch", "seconds", "elapsed", "fit duration", "train_runtime"),
        *("gpu_memory", "memory_mb", "GPUMemoryAllocated", "memory.peak", "Images_per_s", "rss"),
        *("samples_per_second", "TIME", "time2", "total_time_s"),
    ],
)
def test_measures_of_time_and_memory(name):
    assert is_volatile(name)


@pytest.mark.parametrize(
    "name",
    [
        *("sentiment_f1", "timeseries/val_mse", "multimetric_score", "timestep_reward"),
        *("lifetime_value_rmse", "uptime_auc", "centimeters_err", "memorynet_acc", "timesteps"),
        *("time_series_rmse", "memory_bank_acc", "timeSeriesLoss", "time/val_loss", "duration_mae"),
        *("per_sample_loss", "loss", "", "___", "secret_acc", "items_per_set"),
    ],
)
def test_results_whose_names_only_contain_such_words(name):
    assert not is_volatile(name)


def test_words_of_a_name():
    assert words("val/epochTime_GPUMemory-2.f1") == (
        *("val", "epoch", "time", "gpu", "memory", "2", "f", "1"),
    )


def test_the_patterns_of_a_setting():
    assert is_volatile("val/noise_level", ["noise_level"])
    assert not is_volatile("noise_levels", ["noise_level"])
    assert is_volatile("Noise_levels", ["noise*"])
    assert not is_volatile("val/noise", ["noise*"])
    assert not is_volatile("epoch_time", ["nothing", ""])


@given(
    st.from_regex(r"[a-z]{1,12}", fullmatch=True), st.sampled_from(["loss", "acc", "rmse", "f1"])
)
def test_a_result_is_never_left_out_whatever_stands_before_it(word, result):
    assert not is_volatile(f"{word}_{result}")
    assert not is_volatile(f"{word}/{result}")
    assert not is_volatile(f"{word}{result.title()}")
