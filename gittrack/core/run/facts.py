"""The table of the facts of a run.  Everything that lists facts is derived from it.

These are: the checks of stored values, columns, sort keys, names in queries, JSON keys, completion, and the
tables of the documentation.  To add a fact, add a line to `FACTS` and write its value into run.yaml.  A fact
needs an attribute of `RunInfo` only if code works with its value.  A fact that is computed from others has
the storage `COMPUTED`, and a property of `RunInfo`.
"""

from __future__ import annotations

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any, NamedTuple

# The kinds of values: how a fact is checked, shown and compared.
TEXT, RUN_ID, COMMIT_ID, MOMENT = "text", "run id", "commit id", "date"
INTEGER, NUMBER, SECONDS, BYTES, FLAG = "integer", "number", "seconds", "bytes", "true or false"
NAMES, WORDS = "list of names", "list of words"
MAPPING, MAPPINGS = "mapping", "mapping of mappings"
TYPES: Mapping[str, Any] = {
    **dict.fromkeys((TEXT, RUN_ID, COMMIT_ID, MOMENT), str),
    **dict.fromkeys((INTEGER, BYTES), int),
    **dict.fromkeys((NUMBER, SECONDS), (int, float)),
    **dict.fromkeys((NAMES, WORDS), list),
    FLAG: bool,
    **dict.fromkeys((MAPPING, MAPPINGS), dict),
}

# Where the value of a fact is stored.
MESSAGE = "run.yaml and the commit message"
FILE = "a file of its own"
REF = "the ref of the run"
NOTES = "notes about the run"
DECODED = "known when the run is decoded"
COMPUTED = "not stored: a property of `RunInfo` with the name of the fact computes it"

# Params that a launcher sets, and that a script gave other values, or does not have.
UNREAD, ABSENT = "unread_params", "absent_params"


class Fact(NamedTuple):
    """One fact of a run.

    Parameters
    ----------
    name : str
        Its name as a column, a sort key, a name in queries and a JSON key.
    kind : str
        The kind of its values, such as `TEXT`.
    text : str
        One line of documentation.
    heading : str
        The heading of its column (default: the name in capitals).
    keys : tuple of str
        Its keys in run.yaml, of which the first one that is present counts (default: its name).
    alias : str
        The dotted path of an attribute of `RunInfo`, for a second name of another fact.
    storage : str
        Where its value is stored.
    listed : bool
        Whether it is a column, a sort key and a name in queries.
    json : bool
        Whether it is a key in ``--json`` and a column of `git track export`.
    compared : bool
        Whether `git track diff` compares it.  Facts that differ between any two runs are not compared.
    """

    name: str
    kind: str
    text: str
    heading: str = ""
    keys: tuple[str, ...] = ()
    alias: str = ""
    storage: str = MESSAGE
    listed: bool = True
    json: bool = True
    compared: bool = False


FACTS = (
    Fact("id", RUN_ID, "the id: date, time (UTC) and 8 hex digits"),
    Fact("experiment", TEXT, "the experiment that the run belongs to"),
    Fact(
        "experiment_name", TEXT, "the name of the experiment as given, if it is stored as another"
    ),
    Fact("name", TEXT, "the name"),
    Fact(
        "status",
        TEXT,
        "`running`, `finished`, `failed`, `killed`, `crashed`, `vanished` or `damaged`",
        compared=True,
    ),
    Fact("started", MOMENT, "when the run started, ISO 8601 in UTC"),
    Fact("ended", MOMENT, "when the run ended"),
    Fact("seen", MOMENT, "when a run that goes on on another machine was last seen"),
    Fact(
        "live_interval",
        SECONDS,
        "how often a run that goes on on another machine sends its state",
        json=False,
    ),
    Fact("duration", SECONDS, "how long the run took", "TIME", keys=("duration_s",)),
    Fact(
        "age",
        SECONDS,
        "how long ago the run started",
        keys=("started",),
        alias="started",
        json=False,
    ),
    Fact("params", MAPPING, "the params, nested, as given", storage=FILE, listed=False),
    Fact("metrics", MAPPING, "`{name: {last, min, max, step, count}}`", storage=FILE, listed=False),
    Fact(
        "metric_definitions",
        MAPPINGS,
        "`{metric: {goal: min or max}}`, as the run defined them",
        listed=False,
        json=False,
    ),
    Fact("tags", NAMES, "the tags", compared=True),
    Fact("note", TEXT, "the note", compared=True),
    Fact("group", TEXT, "the group", compared=True),
    Fact("seed", INTEGER, "the seed", compared=True),
    Fact("command", WORDS, "the command line; in a query, one text", compared=True),
    Fact("cwd", TEXT, "the folder of the command, from the root of the repository", compared=True),
    Fact("exit_code", INTEGER, "the exit status of the command", "EXIT", compared=True),
    Fact("signal", TEXT, "the signal that ended the command", compared=True),
    Fact("peak_memory", BYTES, "the most memory that the command used", "MEMORY"),
    Fact("fingerprint", TEXT, "12 hex digits of the config"),
    Fact("recipe", TEXT, "12 hex digits of code, command, config, inputs and seed together"),
    Fact("asked", TEXT, "the recipe at the start of the run, for `--skip-existing`", json=False),
    Fact("parent", TEXT, "the id of the run that this run belongs to", json=False),
    Fact("commit", TEXT, "the run commit", storage=REF),
    Fact("ref", TEXT, "the ref of the run commit", storage=REF),
    Fact(
        "code",
        COMMIT_ID,
        "`code.snapshot`; `code.commit` if there is no snapshot",
        keys=("code.snapshot", "code.commit"),
        alias="code.state",
        json=False,
    ),
    Fact("branch", TEXT, "`code.branch`", keys=("code.branch",), alias="code.branch", json=False),
    Fact("code.commit", COMMIT_ID, "the commit that was checked out"),
    Fact("code.branch", TEXT, "the branch that was checked out"),
    Fact("code.dirty", FLAG, "whether there were uncommitted changes"),
    Fact("code.snapshot", COMMIT_ID, "a commit that holds the uncommitted changes"),
    Fact("code.remote", TEXT, "the URL of the remote"),
    Fact("changed", NAMES, "the code and inputs that changed while the run was going on"),
    Fact(
        UNREAD,
        NAMES,
        "the params that were set for the command and that it did not read",
    ),
    Fact("user", TEXT, "the user who started the run", compared=True),
    Fact("host", TEXT, "the host that the run was on", compared=True),
    Fact(
        "problem", TEXT, "why a run is damaged, or that a newer gittrack wrote it", storage=DECODED
    ),
    Fact("archived", FLAG, "whether listings leave the run out", storage=NOTES),
    Fact("resumed", INTEGER, "how often the run was continued"),
    Fact("reproduces", TEXT, "the id of the run that this run repeats"),
    Fact(
        "evidence_rules",
        INTEGER,
        "of a rerun: the number of the rules for evidence that it was recorded under",
    ),
    Fact("verdict", TEXT, "`verdict.level`", alias="verdict.level", storage=NOTES, json=False),
    Fact(
        "verdict.level",
        TEXT,
        "the best verdict of `git track reproduce`; `OUTDATED` if only an earlier version gave one",
        storage=NOTES,
    ),
    Fact(
        "verdict.evidence",
        NAMES,
        "the evidence that it is based on: `metrics`, `artifacts`, `written` files, the `console`",
        storage=NOTES,
    ),
    Fact("verdict.rerun", TEXT, "the id of its rerun", storage=NOTES),
    Fact("sweep.id", RUN_ID, "the sweep that the run is a trial of"),
    Fact("sweep.trial", TEXT, "the key of the trial in its sweep"),
    Fact("sweep.config", INTEGER, "the number of its configuration"),
    Fact("sweep.rung", INTEGER, "its rung"),
    Fact("sweep.bracket", INTEGER, "its bracket"),
    Fact("sweep.budget", INTEGER, "its budget"),
    Fact("sweep.seed", INTEGER, "its seed"),
    Fact("sweep.after", TEXT, "the trial whose artifacts it started from"),
    Fact("sweep.attempt", INTEGER, "how often the trial was tried, from 1"),
    Fact("sweep.known", INTEGER, "how many trials had ended when it was proposed"),
    Fact(
        "sweep.order",
        INTEGER,
        "its number among the trials that ended; a run without a number does not count",
    ),
    Fact("sweep.interrupted", FLAG, "whether the sweep ended the trial"),
    Fact("sweep.stopped", NUMBER, "the step at which the trial was stopped early"),
    Fact("sweep.why", TEXT, "why the sweep ended the trial"),
    Fact("sweep.continues", RUN_ID, "the run whose artifacts it started from"),
    Fact("sweep.gpus", NUMBER, "how many GPUs it had, as far as that is known"),
)

# Keys of run.yaml or a journal that only gittrack uses: they are not listed and not in JSON.
_INTERNAL = {
    INTEGER: ("format",),
    NUMBER: ("earlier_s",),
    MOMENT: ("resumed_at",),
    COMMIT_ID: ("resumes", "code.tree"),
    TEXT: ("gittrack",),
    FLAG: ("verified",),
    NAMES: ("parents_lost", "output_paths", ABSENT),
    MAPPING: ("code", "sweep"),
}

LISTED: Mapping[str, Fact] = {fact.name: fact for fact in FACTS if fact.listed}
# The keys of run.yaml: {dotted key: kind}.
STORED: Mapping[str, str] = {
    **{key: kind for kind, keys in _INTERNAL.items() for key in keys},
    **{
        key: fact.kind
        for fact in FACTS
        if fact.storage is MESSAGE and not fact.alias
        for key in fact.keys or (fact.name,)
    },
}
_HEX_DIGITS = "0123456789abcdef"


def check(key: str, value: Any) -> None:
    """Raise ValueError if ``value`` is of another type than the fact stored under ``key``.

    None is always valid, and so is every value of a key that this version does not know.
    """
    kind = STORED.get(key)
    if value is None or kind is None:
        return
    expected = TYPES[kind]
    right = isinstance(value, expected) and isinstance(value, bool) == (kind is FLAG)
    if expected is list:
        right = right and all(isinstance(word, str) for word in value)
    elif kind is COMMIT_ID:  # it is passed to git as an argument
        right = right and len(value) in (40, 64) and not value.strip(_HEX_DIGITS)
    elif kind is MAPPINGS:
        right = right and all(isinstance(item, dict) for item in value.values())
    elif kind is SECONDS:
        right = right and 0 <= value < 1e12
    if not right:
        raise ValueError(f"its {key} is {value!r:.40}")
