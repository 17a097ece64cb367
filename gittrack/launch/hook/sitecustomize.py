"""What each Python that a recorded command starts does first: it seeds, and reports what it loaded.

The launcher puts this folder on PYTHONPATH.  Each part is a function in `_PARTS`; an error in a part never
ends or changes the program.  A ``sitecustomize`` of the user's own runs afterwards, as usual.
Standard library only, nothing newer than Python 3.8, and no import that a bare Python has not made yet.
"""
# mypy: ignore-errors
# ruff: noqa: UP031, PLC0415
# No annotations: each program would wait for the import of typing, and Python 3.8 cannot read all of them.

import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_REPORTS, _SEED = "GITTRACK_HOOK_REPORTS", "GITTRACK_SEED"
_WORKERS, _PARAMS_OPENED = "unseeded-workers", "params-opened"
_MOST_REPORTS, _MOST_FILES, _MOST_OPENED = 100, 5000, 1000
_seeded = {}  # library -> True, in the order in which they were seeded
_at_start = frozenset(sys.modules)  # of the interpreter, and what .pth files import
_after_import = {}  # module -> function that is called with it once it was imported


class _Finder:
    """Calls the functions of `_after_import` as soon as the program has imported their modules."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Return the spec that the other finders have, with a loader that calls the function afterwards."""
        if name not in _after_import:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find and finder is not _Finder else None
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, _after_import[name])
                return spec
        return None


class _Loader:
    """A loader that calls a function with the module after it was loaded."""

    def __init__(self, inner, function):
        self.inner, self.function = inner, function

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def create_module(self, spec):
        """Return the module that the inner loader makes."""
        return self.inner.create_module(spec)

    def exec_module(self, module):
        """Load the module, put its own loader back, then call the function."""
        module.__spec__.loader = module.__loader__ = self.inner
        self.inner.exec_module(module)
        _quietly(lambda: self.function(module))


def _quietly(function):
    try:
        function()
    except Exception:
        if os.environ.get("GITTRACK_HOOK_DEBUG"):
            raise


# --- Seeds --------------------------------------------------------------------------------------


def _seeds():
    text = os.environ.get(_SEED, "")
    if not text.isdecimal():
        return
    if _is_worker():
        _note_worker()
        return
    seed = int(text)
    forks = _ForkPath()
    _after_import["random"] = lambda module: _seed_random(module, seed, forks)
    _after_import["numpy.random"] = lambda module: _seed_numpy(module, seed, forks)
    _after_import["torch"] = lambda module: _seed("torch", module.manual_seed, seed)
    _after_import["tensorflow"] = lambda module: _seed("tensorflow", module.random.set_seed, seed)
    if "random" in sys.modules:
        _after_import["random"](sys.modules["random"])


def _is_worker():
    """Return whether multiprocessing or joblib started this process: equal seeds would make equal draws."""
    words = getattr(sys, "orig_argv", None)
    if words is None:
        try:
            with open("/proc/self/cmdline", "rb") as file:
                words = os.fsdecode(file.read()).split("\0")
        except OSError:
            return False
    marks = ("multiprocessing.spawn", "multiprocessing.forkserver", "loky.backend")
    return any(mark in word for word in words[1:4] for mark in marks)


def _note_worker():
    """Note that a worker was not seeded; pools kill their workers, so it cannot wait for the end."""
    folder = os.environ.get(_REPORTS, "")
    if folder:
        open(os.path.join(folder, _WORKERS), "w").close()


class _ForkPath:
    """Which fork of which fork this process is, so that each forked process draws other numbers."""

    def __init__(self):
        self.count, self.path = 0, ()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before, after_in_child=self._after)

    def _before(self):
        self.count += 1

    def _after(self):
        self.path, self.count = (*self.path, self.count), 0


def _seed(library, function, seed):
    function(seed)
    _seeded[library] = True


def _seed_random(module, seed, forks):
    _seed("random", module.seed, seed)
    if hasattr(os, "register_at_fork"):  # after the handler of `random`, which takes chance
        os.register_at_fork(after_in_child=lambda: module.seed("%s %s" % (seed, forks.path)))


def _seed_numpy(module, seed, forks):
    """Seed the global state, and the entropy of generators that get no seed (default_rng() and others)."""
    draws = {"path": (), "count": 0}

    def entropy(bits):
        import hashlib

        if draws["path"] != forks.path:
            draws.update(path=forks.path, count=0)
        draws["count"] += 1
        text = "%s %s %s" % (seed, forks.path, draws["count"])
        return int.from_bytes(hashlib.sha512(text.encode()).digest(), "big") % (1 << bits)

    if hasattr(module.bit_generator, "randbits"):
        module.bit_generator.randbits = entropy
    _seed("numpy", module.seed, seed % 2**32)


# --- Files that the program opens ---------------------------------------------------------------

_inside, _outside = {}, {}  # paths of opened files below the work tree, and of others
_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")


def _note_opened():
    """Note each file that Python code opens and that is neither installed nor of the system.

    An audit hook (PEP 578) costs 0.5 us for each file.  What a library opens by itself, in C, is not seen.
    """
    if not os.environ.get(_REPORTS) or not hasattr(sys, "addaudithook"):
        return
    params = os.environ.get("GITTRACK_PARAMS", "").rpartition(".")[0] or "\0"  # of .yaml and .json
    system = ("/usr/", "/proc/", "/sys/", "/dev/", "/etc/", "/lib", "/bin/", "/sbin/", "/run/")
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.__file__))
    skipped = (*system, *(prefix + "/" for prefix in prefixes), _FOLDER + "/")
    root = os.environ.get("GITTRACK_ROOT", "") + "/"
    working = [None]  # the working directory, if it is known

    def note(event, arguments):
        if event == "open":
            path = arguments[0]
            if path.__class__ is str and path[-4:] != ".pyc":
                try:
                    if path[:1] != "/":
                        working[0] = working[0] or os.getcwd()
                        path = working[0] + "/" + path
                except OSError:
                    return
                if not path.startswith(skipped):
                    paths = _inside if path.startswith(root) else _outside
                    if len(paths) < _MOST_OPENED:
                        paths[path] = True
                    if path.startswith(params):
                        _quietly(lambda: _note_params(params, path))
        elif event == "os.chdir":
            working[0] = None
        elif event in _STARTS:
            _quietly(lambda: _note_params(params, repr(arguments[:2])))

    sys.addaudithook(note)


def _note_params(params, text):
    """Note at once that the params are opened, or that a program gets their path: a fork does not report."""
    if params in text or "GITTRACK_PARAMS" in text:
        open(os.path.join(os.environ[_REPORTS], _PARAMS_OPENED), "w").close()


# --- The report ---------------------------------------------------------------------------------


def _report():
    folder = os.environ.get(_REPORTS, "")
    if folder:
        import atexit

        start, process = os.getcwd(), os.getpid()
        atexit.register(lambda: _quietly(lambda: _write_report(folder, start, process)))


def _write_report(folder, start, process):
    """Write what this process is and has loaded, as a literal of Python."""
    if os.getpid() != process or len(os.listdir(folder)) >= _MOST_REPORTS:
        return
    files = list(_loaded_files(start))
    report = {
        "executable": sys.executable,
        "version": ".".join(map(str, sys.version_info[:3])),
        "implementation": sys.implementation.name,
        "path": [str(entry) for entry in sys.path],
        "seeded": list(_seeded),
        "modules": len(sys.modules),
        "imported": sorted(_imported_packages()),
        "files": files[:_MOST_FILES],
        "all_files": len(files) <= _MOST_FILES,
        **({"opened": [*_inside, *_outside]} if hasattr(sys, "addaudithook") else {}),
    }
    path = os.path.join(folder, "%d" % process)
    with open(path + ".part", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(repr(report))
    os.replace(path + ".part", path)


def _imported_packages():
    """Return the first names of the modules of installed packages that the program imported."""
    return {
        name.partition(".")[0]
        for name, module in list(sys.modules.items())
        if name not in _at_start
        and "-packages" in (file := getattr(module, "__dict__", {}).get("__file__") or "")
        and not file.startswith(_FOLDER + os.sep)
    }


def _loaded_files(start):
    """Yield the files of modules that are neither Python's own nor installed."""
    library = os.path.dirname(os.__file__) + os.sep
    for module in list(sys.modules.values()):
        path = getattr(module, "__dict__", {}).get("__file__")
        if not isinstance(path, str):
            continue
        path = os.path.join(start, path)
        parts = path.split(os.sep)
        installed = "site-packages" in parts or "dist-packages" in parts
        if not installed and not path.startswith((library, _FOLDER + os.sep)):
            yield path


# --- Automatic recording ------------------------------------------------------------------------


def _auto():
    """Record frameworks and arguments; a worker process does not, because its parent process does."""
    if os.environ.get("GITTRACK_AUTO") and not _is_worker():
        import auto_hook

        for name, function in auto_hook.functions().items():
            if name in sys.modules:  # a .pth file has imported it
                function(sys.modules[name])
            else:
                _after_import[name] = function


# --- Begin --------------------------------------------------------------------------------------

_PARTS = (_seeds, _note_opened, _report, _auto)


def _begin():
    for part in _PARTS:
        _quietly(part)
    if _after_import:
        sys.meta_path.insert(0, _Finder)


_quietly(_begin)
# The program sees the path that it would have without this folder.
sys.path[:] = [entry for entry in sys.path if entry != _FOLDER]
_own = sys.modules.pop("sitecustomize", None)
try:
    import sitecustomize  # noqa: F401 - the one that would have run without this file
except ImportError as _error:
    if _error.name != "sitecustomize":
        raise
    if _own is not None:
        sys.modules["sitecustomize"] = _own
