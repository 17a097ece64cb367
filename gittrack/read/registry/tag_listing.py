"""Registry tags by model, and the choice of those that an overview must read."""

from __future__ import annotations

from gittrack.core.registry import model_state, names
from gittrack.core.registry.model_state import Model
from gittrack.core.registry.names import Mark
from gittrack.core.standard.typing import NamedTuple


class TagName(NamedTuple):
    """A registry tag whose object was not read yet; ``source`` is another clone, empty for this one."""

    mark: Mark
    tag: str
    oid: str
    source: str = ""


class TagListing:
    """Tags by model; their names are parsed when the model is needed."""

    def __init__(self) -> None:
        self.listed: dict[str, list[tuple[str, str, str]]] = {}  # model -> tag, id, other clone
        self._parsed: dict[str, list[TagName]] = {}
        self._versions: dict[str, tuple[str, ...]] = {}

    def add(self, tag: str, oid: str, source: str = "") -> None:
        """Add a tag; a tag that does not belong to the registry is ignored later."""
        if oid:
            self.listed.setdefault(names.model_of(tag), []).append((tag, oid, source))

    def of(self, model: str) -> list[TagName]:
        """Return the tags of a model."""
        if model not in self._parsed:
            marks = ((names.parse_tag(entry[0]), entry) for entry in self.listed.get(model, ()))
            self._parsed[model] = [
                TagName(mark, *entry) for mark, entry in marks if mark is not None
            ]
        return self._parsed[model]

    def versions(self, model: str) -> tuple[str, ...]:
        """Return the versions that tags of a model register, by the names of the tags, from the lowest."""
        if model not in self._versions:
            tags = self.of(model)
            numbers = {entry.mark.version for entry in tags if entry.mark.kind == names.REGISTER}
            self._versions[model] = tuple(sorted(numbers, key=names.order))
        return self._versions[model]

    def models(self) -> list[str]:
        """Return the names of the models that have tags."""
        return sorted(model for model in self.listed if self.of(model))


def with_all_numbers(model: Model, named: tuple[str, ...]) -> Model:
    """Return a model of an overview with every version that the names of its tags register."""
    if not set(named[-1:]) <= set(model.numbers):  # that tag is not an event, so all tags were read
        named = model.numbers
    return model._replace(numbers=named)


def deciding_tags(tags: list[TagName]) -> list[TagName]:
    """Return the tags that decide the current state: the latest version, and the last event of each stage.

    If the last event of a stage is a demotion, all its events, because an earlier holder may take the stage
    again.  If the model was deprecated, all tags, because any later event takes that back.
    """
    if any(entry.mark.kind == names.DEPRECATE for entry in tags):
        return tags
    last: dict[str, TagName] = {}  # by stage, and by version
    for entry in tags:
        key = entry.mark.version or entry.mark.stage
        if key not in last or model_state.order(entry.mark) > model_state.order(last[key].mark):
            last[key] = entry
    decisive = {entry.tag: entry for entry in last.values() if entry.mark.kind != names.REGISTER}
    current = [entry for entry in last.values() if entry.mark.kind == names.REGISTER]
    if current:
        latest = max(current, key=lambda entry: names.order(entry.mark.version))
        decisive[latest.tag] = latest
    demoted = {entry.mark.stage for entry in decisive.values() if entry.mark.kind == names.DEMOTE}
    retired = {entry.mark.version for entry in decisive.values() if entry.mark.version}
    return [
        entry
        for entry in tags
        if entry.tag in decisive or entry.mark.stage in demoted or entry.mark.version in retired
    ]


def registrations_in_stages(
    model: Model | None, tags: list[TagName], named: tuple[str, ...]
) -> list[TagName]:
    """Return the registrations of versions in stages that an overview has not read yet.

    The messages of promotion tags name the versions.  Return all registrations if a message does not name its
    version (tags of another tool), or if the tag of the latest version is not an event.
    """
    registered = [entry for entry in tags if entry.mark.kind in _REGISTRATION]
    if model is None or not set(named[-1:]) <= set(model.numbers):
        return registered
    unknown = {version.commit for version in model.versions if not version.number}
    if not unknown:
        return []
    mentioned = {
        event.text.facts.get("version") for event in model.events if event.text.commit in unknown
    }
    chosen = [entry for entry in registered if entry.mark.version in mentioned]
    return chosen if None not in mentioned and chosen else registered


def remaining_registrations(
    model: Model | None, tags: list[TagName], named: tuple[str, ...]
) -> list[TagName]:
    """Return all registrations if a version in a stage is still unknown, because a message was wrong."""
    if model is None or all(version.number for version in model.versions):
        return []
    complete = set(named) <= set(model.numbers)
    return [] if complete else [entry for entry in tags if entry.mark.kind in _REGISTRATION]


_REGISTRATION = (names.REGISTER, names.DEREGISTER)
