"""record/machine/numerics: only libraries that are loaded are asked, and a strange one ends nothing."""

from __future__ import annotations

import ctypes
import sys
from types import ModuleType, SimpleNamespace

import pytest

from gittrack.record.machine import numerics


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("libopenblas64_p-r0.so", "openblas"),
        ("libscipy_openblas-68440149.so", "openblas"),
        ("libmkl_rt.so.2", "mkl"),
        ("libblis.so.4", "blis"),
        ("libgomp-a34b3233.so.1", "openmp"),
        ("libiomp5.so", "openmp"),
        ("LibOpenBLAS.dylib", "openblas"),
    ],
)
def test_the_kind_is_in_the_name_of_the_file(name, kind):
    assert numerics._kind(f"/usr/lib/mkl_rt_folder/{name}") == kind


@pytest.mark.parametrize(
    ("values", "value"),
    [([], None), ([4], 4), ([4, 4], 4), ([8, 4, 8], [4, 8]), (["b", "a"], ["a", "b"])],
)
def test_equal_answers_are_one_value(values, value):
    assert numerics._common_value(values) == value


def test_a_library_that_cannot_be_opened_has_no_facts(tmp_path):
    (tmp_path / "libopenblas.so").write_text("replaced by pip")
    assert numerics._query_library(str(tmp_path / "libopenblas.so"), "openblas") == {}
    assert numerics._query_library(str(tmp_path / "missing.so"), "openmp") == {}


class Function:
    """A function of a C library."""

    restype: object = None

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def __call__(self, *args: object) -> object:
        if args and hasattr(args[0], "value") and isinstance(self.answer, bytes):
            args[0].value = self.answer
            return None
        return self.answer


@pytest.mark.parametrize(
    ("kind", "functions", "facts"),
    [
        (
            "openblas",
            {"openblas_get_corename": b"Haswell", "openblas_get_num_threads": 4},
            {"core": "Haswell", "threads": 4},
        ),
        (
            "openblas",
            {"scipy_openblas_get_corename64_": b"Zen", "scipy_openblas_get_num_threads64_": 2},
            {"core": "Zen", "threads": 2},
        ),
        ("openblas", {"openblas_get_num_threads": 0}, {}),
        (
            "mkl",
            {"mkl_get_version_string": b"oneMKL 2024", "MKL_Get_Max_Threads": 8},
            {"core": "oneMKL 2024", "threads": 8},
        ),
        (
            "blis",
            {"bli_arch_query_id": 3, "bli_arch_string": b"zen3", "bli_thread_get_num_threads": 1},
            {"core": "zen3", "threads": 1},
        ),
        ("blis", {}, {}),
        ("openmp", {"omp_get_max_threads": 16}, {"threads": 16}),
        ("openmp", {}, {}),
    ],
)
def test_each_kind_of_library_is_asked_by_its_own_functions(monkeypatch, kind, functions, facts):
    library = SimpleNamespace(**{name: Function(answer) for name, answer in functions.items()})
    monkeypatch.setattr(ctypes, "CDLL", lambda path: library)
    assert numerics._query_library("lib.so", kind) == facts


def test_the_facts_of_all_libraries_are_put_together(monkeypatch):
    answers = {
        "/a/libopenblas.so": {"core": "Haswell", "threads": 4},
        "/b/libscipy_openblas.so": {"core": "Haswell", "threads": 2},
        "/c/libgomp.so": {"threads": 8},
        "/d/libiomp5.so": {},
        "/e/libblis.so": {},
    }
    monkeypatch.setattr(numerics, "_loaded", lambda: list(answers))
    monkeypatch.setattr(numerics, "_query_library", lambda path, kind: answers[path])
    for name in ("_numpy_blas", "_numpy"):
        monkeypatch.setattr(numerics, name, lambda: {"name": "x"})
    monkeypatch.setattr(numerics, "_torch", lambda: {"threads": 3, "deterministic": False})
    assert numerics.capture() == {
        "blas": {"name": "x", "core": "Haswell"},
        "threads": {"openblas": [2, 4], "openmp": 8, "torch": 3},
        "numpy": {"name": "x"},
        "torch": {"deterministic": False},
    }


def test_without_any_library_there_are_no_facts(monkeypatch):
    monkeypatch.setattr(numerics, "_loaded", list)
    for name in list(sys.modules):
        if name.partition(".")[0] in ("numpy", "torch"):
            monkeypatch.delitem(sys.modules, name)
    assert numerics.capture() == {}


def module(monkeypatch, name: str, **values: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(values)
    monkeypatch.setitem(sys.modules, name, made)
    return made


@pytest.mark.parametrize(
    ("config", "blas"),
    [
        (
            {"Build Dependencies": {"blas": {"name": "openblas", "version": "0.3.27", "x": 1}}},
            {"name": "openblas", "version": "0.3.27"},
        ),
        (
            {"Build Dependencies": {"blas": {"name": "accelerate", "version": ""}}},
            {"name": "accelerate"},
        ),
        ({"Build Dependencies": {}}, {}),
        ({}, {}),
        (None, {}),
        ("text", {}),
    ],
)
def test_the_blas_of_numpy_is_read_from_its_configuration(monkeypatch, config, blas):
    module(monkeypatch, "numpy.__config__", CONFIG=config)
    assert numerics._numpy_blas() == blas


@pytest.mark.parametrize("name", ["numpy._core._multiarray_umath", "numpy.core._multiarray_umath"])
def test_the_kernels_that_numpy_uses_are_those_that_are_not_disabled(monkeypatch, name):
    for other in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        monkeypatch.delitem(sys.modules, other, raising=False)
    assert numerics._numpy() == {}
    module(
        monkeypatch,
        name,
        __cpu_features__={"AVX2": True, "AVX512F": False, "SSE": True},
        __cpu_dispatch__=["AVX2", "AVX512F", "NEON"],
    )
    assert numerics._numpy() == {"simd": ["AVX2"]}


class TestTorch:
    def fake(self, monkeypatch, **changes: object) -> None:
        values = {
            "get_num_threads": lambda: 4,
            "are_deterministic_algorithms_enabled": lambda: True,
            "backends": SimpleNamespace(
                cpu=SimpleNamespace(get_cpu_capability=lambda: "AVX2"),
                cudnn=SimpleNamespace(version=lambda: 8902),
            ),
            "version": SimpleNamespace(cuda="12.1"),
            "cuda": SimpleNamespace(is_initialized=lambda: True),
        }
        module(monkeypatch, "torch", **{**values, **changes})

    def test_all_facts(self, monkeypatch):
        self.fake(monkeypatch)
        facts = {"threads": 4, "deterministic": True, "simd": "AVX2"}
        assert numerics._torch() == {**facts, "cuda": "12.1", "cudnn": 8902}

    def test_cuda_that_is_not_used_is_not_started(self, monkeypatch):
        self.fake(monkeypatch, cuda=SimpleNamespace(is_initialized=lambda: False))
        assert set(numerics._torch()) == {"threads", "deterministic", "simd"}

    def test_without_cuda(self, monkeypatch):
        self.fake(monkeypatch, version=SimpleNamespace(cuda=None), cuda=None)
        assert "cuda" not in numerics._torch()

    def test_a_version_with_other_names_costs_only_what_follows(self, monkeypatch):
        self.fake(monkeypatch, backends=SimpleNamespace())
        assert numerics._torch() == {"threads": 4, "deterministic": True}

    def test_a_module_that_is_half_imported_has_no_facts(self, monkeypatch):
        module(monkeypatch, "torch")
        assert numerics._torch() == {}
        monkeypatch.setitem(sys.modules, "torch", None)
        assert numerics._torch() == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the libraries of a process")
def test_the_libraries_that_this_process_has_loaded_are_asked():
    pytest.importorskip("numpy")
    for path in numerics._loaded():
        assert path.startswith("/")
        threads = numerics._query_library(path, numerics._kind(path)).get("threads", 1)
        assert threads >= 1
