"""Signals about one vehicle: one's own or a colleague's, and the same one again and again. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, product

from openanpr.people.declared import Relation
from openanpr.review.numbers import ReviewNumbers
from openanpr.review.past import Came, PastSearch, reference_key
from openanpr.review.signal import Signal, SignalKind, Strength, story, times


@dataclass(frozen=True, slots=True)
class DeclaredVehicle:
    """A vehicle that a person declared, as the keyed hash of its shape; `team` is that person's."""

    account_id: str
    team: str
    relation: Relation
    shape: bytes = field(repr=False)
    at: datetime
    withdrawn_at: datetime | None = None


def declared_vehicles(
    searches: Iterable[PastSearch], declared: Iterable[DeclaredVehicle]
) -> Iterator[Signal]:
    """Give a signal for each person and declared vehicle that meet: own, household's, or a colleague's.

    Refused searches count, and vehicles declared after the search or withdrawn before it, and say so.
    """
    by_shape: dict[bytes, list[DeclaredVehicle]] = defaultdict(list)
    for one in declared:
        by_shape[one.shape].append(one)
    if not by_shape:
        return
    found: dict[tuple[SignalKind, str, bytes], list[_Met]] = defaultdict(list)
    for search in searches:
        named = search.named
        for shape in dict.fromkeys(chain(named.asked, named.could, named.opened)):
            for vehicle in by_shape.get(shape, ()):
                met = _whose(search, vehicle)
                if met is not None:
                    found[*met, shape].append(_Met(search, vehicle))
    for (kind, about, shape), met in found.items():
        yield _vehicle_signal(kind, about, met, shape)


def repeated(searches: Iterable[PastSearch], numbers: ReviewNumbers) -> Iterator[Signal]:
    """Give a signal for each person and vehicle looked up again and again.

    With nothing kept for a case, or under several references; other repetitions are ordinary work. A search
    that was made for another counts for both. All spellings of a shape are one vehicle.
    """
    groups: dict[tuple[str, bytes], list[PastSearch]] = {}
    several: set[tuple[str, bytes]] = set()
    for one in searches:
        if one.came is Came.RAN:
            for key in product(one.people, one.named.asked):
                there = groups.setdefault(key, [])
                there.append(one)
                if len(there) == 2:
                    several.add(key)
    together: dict[tuple[str, tuple[str, ...]], list[_Repetition]] = defaultdict(list)
    for person, shape in sorted(several):
        found = _found_again(groups[person, shape], numbers)
        if found:
            ids = tuple(one.search_id for one in found)
            together[person, ids].append(_Repetition(shape, found))
    for (person, _), repetitions in together.items():
        yield _repetition_signal(person, repetitions)


@dataclass(frozen=True, slots=True)
class _Repetition:
    """Searches that looked one vehicle up again and again."""

    shape: bytes
    searches: Sequence[PastSearch]


@dataclass(frozen=True, slots=True)
class _Met:
    search: PastSearch
    vehicle: DeclaredVehicle


def _whose(search: PastSearch, vehicle: DeclaredVehicle) -> tuple[SignalKind, str] | None:
    """Whose vehicle it is, and about whom the signal is."""
    if vehicle.account_id in search.people:
        own = vehicle.relation is Relation.OWN
        return (SignalKind.OWN_VEHICLE if own else SignalKind.HOUSEHOLD_VEHICLE), vehicle.account_id
    if vehicle.team == search.team:
        return SignalKind.COLLEAGUES_VEHICLE, search.asked_by
    return None


def _vehicle_signal(kind: SignalKind, about: str, met: Sequence[_Met], shape: bytes) -> Signal:
    whose = {
        SignalKind.OWN_VEHICLE: "a vehicle declared as the person's own",
        SignalKind.HOUSEHOLD_VEHICLE: "a vehicle declared as of the person's household",
        SignalKind.COLLEAGUES_VEHICLE: "a vehicle declared by a colleague of the team",
    }[kind]
    searched = times(len({one.search.search_id for one in met}), "search")
    said = [f"{searched} concerned {whose}"]
    after = sum(one.vehicle.at > one.search.at for one in met)
    before = sum(
        one.vehicle.withdrawn_at is not None and one.vehicle.withdrawn_at <= one.search.at for one in met
    )
    if after:
        said.append(f"{after} before it was declared")
    if before:
        said.append(f"{before} after the declaration was withdrawn")
    if any(shape not in one.search.named.asked for one in met):
        said.append("by a part of its mark, or among the reads that were opened")
    refused = sum(one.search.came is Came.REFUSED for one in met)
    if refused:
        said.append(f"{refused} refused")
    strong = kind is not SignalKind.COLLEAGUES_VEHICLE and before < len(met)
    strength = Strength.STRONG if strong else Strength.MIDDLE
    why = "; ".join(said) + "."
    return story(kind, about, (one.search for one in met), why=why, strength=strength, subject=shape)


def _found_again(looked_up: list[PastSearch], numbers: ReviewNumbers) -> Sequence[PastSearch]:
    """Return the look-ups of one vehicle by one person that show, in their order; none where none do."""
    ordered = sorted(looked_up, key=lambda one: (one.at, one.search_id))
    close = _close_together(ordered, numbers.repeat_least.value, timedelta(days=numbers.repeat_days.value))
    found = ordered if len(ordered) >= numbers.repeat_long.value else close
    kept = any(one.did.kept for one in found)
    return [] if kept and _references(found) == 1 else found


def _repetition_signal(person: str, repetitions: Sequence[_Repetition]) -> Signal:
    """Return one signal for vehicles that the same searches looked up: a list run again is one story."""
    found = repetitions[0].searches
    references = _references(found)
    kept = any(one.did.kept for one in found)
    days = (found[-1].at - found[0].at).days + 1
    what = "one vehicle" if len(repetitions) == 1 else f"{len(repetitions):,} vehicles together"
    why = f"{times(len(found), 'look-up')} of {what} within {times(days, 'day')}"
    why += f", under {times(references, 'reference')}"
    why += "; reads were kept for a case." if kept else "; nothing was kept for a case."
    strength = Strength.WEAK if kept or (references == 1 and len(found) == 2) else Strength.MIDDLE
    if not kept and references > 1 and len(found) > 2:
        strength = Strength.STRONG
    subject = b"".join(sorted(one.shape for one in repetitions))
    return story(SignalKind.REPEATED_LOOK_UPS, person, found, why=why, strength=strength, subject=subject)


def _references(searches: Iterable[PastSearch]) -> int:
    return len({reference_key(one.reference) for one in searches})


def _close_together(ordered: Sequence[PastSearch], least: int, within: timedelta) -> list[PastSearch]:
    """Return those that lie, with at least so many others, within a stretch of time."""
    marked: dict[str, PastSearch] = {}
    for at, (first, last) in enumerate(zip(ordered, ordered[least - 1 :], strict=False)):
        if last.at - first.at <= within:
            marked |= {one.search_id: one for one in ordered[at : at + least]}
    return list(marked.values())
