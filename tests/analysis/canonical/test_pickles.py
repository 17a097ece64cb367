"""Pickles are compared by their objects, and nothing of them is loaded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import pickletools
import zipfile
import zlib

import pytest

from gittrack.analysis.canonical.content import content, digest
from gittrack.analysis.span import Span


class Model:
    """An object with a state."""

    def __init__(self, **state):
        self.__dict__.update(state)


def fresh(text: str) -> str:
    """Return an equal text that is another object."""
    return "".join(list(text))


def model(weight=0.5, name="relu"):
    return Model(weights=[weight, 1.0, -0.0], names={"a": name, "b": (name, {1, 2})}, data=b"\0\1")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_equal_objects_are_equal_however_their_texts_are_shared(protocol):
    shared, apart = model(), model()
    apart.names["b"] = (fresh("relu"), {1, 2})
    files = [pickle.dumps(item, protocol) for item in (shared, apart)]
    assert files[0] != files[1]
    assert digest(files[0]) == digest(files[1])
    assert digest(files[0]) == digest(pickletools.optimize(files[0]))


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("other", [model(0.25), model(0), model(-0.5), model(name="tanh")])
def test_another_weight_is_another_content(protocol, other):
    assert digest(pickle.dumps(model(), protocol)) != digest(pickle.dumps(other, protocol))


def test_what_is_one_object_twice_is_not_two_equal_objects():
    """If one of two equal lists is changed, the other shows whether they are one."""
    weights = [0.5]
    one, two = [weights, weights], [weights, [0.5]]
    assert digest(pickle.dumps(one)) != digest(pickle.dumps(two))
    loop = []
    loop.append(loop)
    assert digest(pickle.dumps(loop)) != digest(pickle.dumps([[]]))


def test_nothing_is_imported_or_called():
    bomb = b"\x80\x02cnowhere.at.all\nrun\nX\x01\x00\x00\x00x\x85R."
    assert digest(bomb) == digest(b"\x80\x02cnowhere.at.all\nrun\nq\x00X\x01\x00\x00\x00x\x85R.")
    assert digest(bomb) != digest(bomb.replace(b"run", b"ran"))


@pytest.mark.parametrize("cut", [1, 2, 5, 9])
def test_a_damaged_pickle_is_compared_by_its_bytes(cut):
    data = pickle.dumps(model())
    assert digest(data[:-cut]) != digest(data)
    assert digest(data[:-cut]) != digest(data[:-cut] + b"!")


def test_a_tuple_in_many_places_does_not_take_forever():
    part = (0.5, 1.5)
    for _ in range(60):
        part = (part, part)
    data = pickle.dumps(part)
    assert digest(data) == digest(data)


@pytest.mark.parametrize(
    "pack",
    [
        lambda data, level: zlib.compress(data, level),
        lambda data, level: gzip.compress(data, level, mtime=level),
        lambda data, level: bz2.compress(data, level),
        lambda data, level: lzma.compress(data, preset=level),
    ],
)
def test_a_packed_pickle_is_compared_without_its_header(pack):
    files = [pack(pickle.dumps(model()), level) for level in (1, 9)]
    assert files[0] != files[1]
    assert digest(files[0]) == digest(files[1]) != digest(pack(pickle.dumps(model(0.25)), 1))
    assert digest(files[0][:-5]) != digest(files[0])


def torch_file(name: str, weights: bytes, year: int = 2026) -> bytes:
    """Return a file as torch.save makes it: its folder is named after the file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for path, data in {
            "data.pkl": pickle.dumps({"layer": ("0", 4)}, 2),
            "data/0": weights,
            "version": b"3\n",
            ".data/serialization_id": name.encode(),
        }.items():
            file.writestr(zipfile.ZipInfo(f"{name}/{path}", (year, 1, 1, 0, 0, 0)), data)
    return target.getvalue()


def test_a_torch_file_is_compared_without_its_own_name():
    first = digest(torch_file("ckpt-1772273422", b"abcd"))
    assert first == digest(torch_file("ckpt-1772279999", b"abcd", 2027))
    assert first != digest(torch_file("ckpt-1772273422", b"abce"))


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("lzma", 3)])
def test_joblib_files(tmp_path, compress):
    joblib = pytest.importorskip("joblib")
    np = pytest.importorskip("numpy")

    def saved(weight, name):
        state = {"w": np.array([weight, 2.0]), "t": np.array(["a", "bc"]), "i": np.arange(3)}
        joblib.dump(
            {**state, "names": ["relu", name]}, tmp_path / "model.joblib", compress=compress
        )
        return (tmp_path / "model.joblib").read_bytes()

    first, other = saved(0.5, "relu"), saved(0.5, fresh("relu"))
    assert first != other
    assert digest(first, "model.joblib") == digest(other, "model.joblib")
    assert digest(first, "model.joblib") != digest(saved(0.25, "relu"), "model.joblib")


def test_a_model_of_scikit_learn_after_it_was_loaded():
    """Loading shares other texts, so the same model is pickled to other bytes."""
    linear = pytest.importorskip("sklearn.linear_model")
    fitted = linear.LogisticRegression().fit([[0.0], [1.0], [2.0]], [0, 1, 1])
    files = [pickle.dumps(fitted), pickle.dumps(pickle.loads(pickle.dumps(fitted)))]
    assert digest(files[0]) == digest(files[1])
    fitted.coef_[0, 0] += 1e-12
    assert digest(pickle.dumps(fitted)) != digest(files[0])


SPAN = Span(1_760_000_000.0, 1_760_000_060.0)


def timed(seconds, **more):
    """Return the content of a pickled search that stores how long it took."""
    state = {"refit_time_": seconds, "best_score_": 0.5, **more}
    return content(pickle.dumps(Model(**state)), "search.pkl", SPAN)


def test_a_time_of_the_run_in_a_state_is_left_out_and_named():
    assert timed(0.5) == timed(1.5)
    assert timed(0.5).left_out == ("refit_time_",)
    assert timed(0.5).digest != timed(0.5, best_score_=0.25).digest
    for other in (1e6, -1.0, 3, "x", None):  # longer than the run, or not a duration
        assert timed(other).left_out == ()
    assert content(pickle.dumps(Model(refit_time_=0.5))).left_out == ()  # the run is not known


@pytest.mark.parametrize("protocol", [4, 5])
def test_an_array_of_times_is_left_out(protocol):
    np = pytest.importorskip("numpy")

    def results(times, scores=(0.5, 0.75)):
        state = {"mean_fit_time": np.array(times), "mean_test_score": np.array(scores)}
        return content(pickle.dumps(state, protocol), "cv.pkl", SPAN)

    assert results([0.5, 1.5]) == results([0.25, 1.25])
    assert results([0.5, 1.5]).left_out == ("mean_fit_time",)
    assert results([0.5, 1.5]).digest != results([0.5, 1.5], (0.5, 0.7)).digest
    assert results([0.5, 1e6]).left_out == ()


def test_a_value_in_many_places_is_not_unpacked_in_each():
    large = bytes(8 << 20)
    data = pickle.dumps({"time": [large] * 20_000}, 4)
    assert content(data, "a.pkl", Span(0.0, 60.0)).left_out == ()
