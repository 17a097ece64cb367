"""Tags by model, and which of them have to be looked at to tell what is so now."""

from __future__ import annotations

from gittrack.core.fast_typing import NamedTuple
from gittrack.core.registry import model_state, names
from gittrack.core.registry.model_state import Model
from gittrack.core.registry.names import Mark


class Name(NamedTuple):
    """A tag of the registry whose object was not looked at yet; ``where`` is another clone, or empty."""

    mark: Mark
    tag: str
    oid: str
    where: str = ""


class Shelf:
    """Tags by model; what their names say is looked at when the model is asked for."""

    def __init__(self) -> None:
        self.listed: dict[str, list[tuple[str, str, str]]] = {}  # model -> tag, id, other clone
        self._known: dict[str, list[Name]] = {}
        self._versions: dict[str, tuple[str, ...]] = {}

    def add(self, tag: str, oid: str, where: str = "") -> None:
        """Put a tag on the shelf; one of somebody else's does no harm."""
        if oid:
            self.listed.setdefault(names.model_of(tag), []).append((tag, oid, where))

    def of(self, model: str) -> list[Name]:
        """Return the tags of a model."""
        if model not in self._known:
            marks = ((names.parse_tag(one[0]), one) for one in self.listed.get(model, ()))
            self._known[model] = [Name(mark, *one) for mark, one in marks if mark is not None]
        return self._known[model]

    def versions(self, model: str) -> tuple[str, ...]:
        """Return the versions that tags of a model register by their names, from the lowest."""
        if model not in self._versions:
            tags = self.of(model)
            found = {one.mark.version for one in tags if one.mark.kind == names.REGISTER}
            self._versions[model] = tuple(sorted(found, key=names.order))
        return self._versions[model]

    def models(self) -> list[str]:
        """Return the names of the models that have tags."""
        return sorted(model for model in self.listed if self.of(model))


def counted(model: Model, named: tuple[str, ...]) -> Model:
    """Return a model of an overview with all versions that its tags register, by their names."""
    if not set(named[-1:]) <= set(model.numbers):  # that tag says nothing, so all of them were read
        named = tuple(sorted(model.numbers, key=names.order))
    return model._replace(numbers=named)


def heads(tags: list[Name]) -> list[Name]:
    """Return the tags that say what is so now: the latest version, and of each stage the last event.

    Where the last event of a stage is a demotion, all of them: an earlier one may stand.  All tags too if the
    model was deprecated: any later event takes that back.
    """
    if any(one.mark.kind == names.DEPRECATE for one in tags):
        return tags
    last: dict[str, Name] = {}  # by stage, and by version
    for one in tags:
        key = one.mark.version or one.mark.stage
        if key not in last or model_state.order(one.mark) > model_state.order(last[key].mark):
            last[key] = one
    kept = {one.tag: one for one in last.values() if one.mark.kind != names.REGISTER}
    current = [one for one in last.values() if one.mark.kind == names.REGISTER]
    if current:
        latest = max(current, key=lambda one: names.order(one.mark.version))
        kept[latest.tag] = latest
    demoted = {one.mark.stage for one in kept.values() if one.mark.kind == names.DEMOTE}
    retired = {one.mark.version for one in kept.values() if one.mark.version}
    return [
        one
        for one in tags
        if one.tag in kept or one.mark.stage in demoted or one.mark.version in retired
    ]


def held(model: Model | None, tags: list[Name], named: tuple[str, ...]) -> list[Name]:
    """Return the registrations that are missing in an overview: of versions in stages, by what tags say.

    Tags of another tool do not say which version they are about: then all of them.  So too where the tag of
    the latest is none that says anything.
    """
    registered = [one for one in tags if one.mark.kind in _REGISTRATION]
    if model is None or not set(named[-1:]) <= set(model.numbers):
        return registered
    unknown = [one for one in model.versions if not one.number]
    if not unknown:
        return []
    told = {
        event.text.facts.get("version")
        for event in model.events
        if any(event.text.commit == one.commit for one in unknown)
    }
    chosen = [one for one in registered if one.mark.version in told]
    return chosen if None not in told and chosen else registered


def rest(model: Model | None, tags: list[Name], named: tuple[str, ...]) -> list[Name]:
    """Return all registrations where what the events said of a version in a stage was not so."""
    if model is None or all(one.number for one in model.versions):
        return []
    known = set(named) <= set(model.numbers)
    return [] if known else [one for one in tags if one.mark.kind in _REGISTRATION]


_REGISTRATION = (names.REGISTER, names.DEREGISTER)
