"""Lists of vehicles of interest over the local socket: defined, imported, changed by hand, approved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.core.voi_entry import Action, EntryKey, Origin, Priority, VoiEntry
from openanpr.core.voi_list import ChangeKind, DiffRow, ListKind, ListStanding, Proposal, VoiList
from openanpr.policy.ask import Act
from openanpr.store.control.compare import Change
from openanpr.store.control.list_store import ListStore
from openanpr.voi.by_hand import (
    Asker,
    HandError,
    approve,
    propose_correction,
    propose_entry,
    propose_removal,
    propose_rollback,
    turn_down,
)
from openanpr.voi.circulate import behind
from openanpr.voi.column_map import FeedProfile, load_profile, shipped_profile
from openanpr.voi.covert_part import PART
from openanpr.voi.fresh import freshness
from openanpr.voi.importing import ImportRequest, import_feed
from openanpr.voi.stolen import StolenPolicy, stolen_standing
from openanpr.voi.weed import WeedRules, weed
from openanpr.web.local.acts import MACHINE_OWNER
from openanpr.web.local.asking import Asked, ByForm, Instant, Number, Said, WhyForm, answered
from openanpr.web.local.list_entries import stones
from openanpr.web.local.list_sight import list_known, lists_known, proposal_known

_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class ListRoutes:
    """What lists over the socket need; `longest` is how far ahead an entry by hand may expire.

    `profiles` are those that the settings name for feeds: shipped ones, and paths.
    """

    store: ListStore
    clock: Callable[[], datetime]
    longest: timedelta
    stolen: StolenPolicy
    weeding: WeedRules
    profiles: tuple[str, ...] = ()


class DefineForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A list and the case for it; `max_age_hours` None for one that is kept by hand.

    `by`: who defines it, where a session proves it.
    """

    name: Said
    owner: Said
    purpose: Said
    legal_basis: Said
    kind: ListKind
    visible_to: list[Said]
    max_age_hours: Annotated[float, Meta(gt=0, le=100_000)] | None = None
    by: Said = MACHINE_OWNER


class ImportForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A file on the node's machine, and what its source says of it.

    `profile` names a shipped one or is the path of another; `list` overrides the list that it fills.
    """

    path: str
    profile: str
    by: Said
    why: Said
    kind: ChangeKind = ChangeKind.FULL
    list: str = ""
    source_at: Instant | None = None
    feed_revision: Number | None = None
    feed_base: Number | None = None
    revive: bool = False


class _EntryForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says of an entry."""

    by: Said
    why: Said
    vrm: str
    action: Action
    reason: str
    owner: str
    weed_on: date
    priority: Priority = Priority.MEDIUM
    make: str = ""
    model: str = ""
    colour: str = ""
    warning_markers: str = ""
    information: str = ""
    force_area: str = ""
    grading: str = ""
    protective_marking: str = ""
    pnc_id: str = ""
    source: str = ""
    review_on: date | None = None
    covert: bool = False
    seen_by: list[str] = []


class EntryForm(_EntryForm, frozen=True, forbid_unknown_fields=True):
    """An entry that a person asks for."""

    revive: bool = False


class CorrectionForm(_EntryForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry that a person asks for in the place of another one, which these three name."""

    of_vrm: str
    of_pnc_id: str = ""
    of_origin: Origin = Origin.FEED


class RemovalForm(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry to take off: its mark, PNC id and who put it in."""

    by: Said
    why: Said
    vrm: str
    pnc_id: str = ""
    origin: Origin = Origin.FEED


class RollbackForm(Struct, frozen=True, forbid_unknown_fields=True):
    """The revision to go back to."""

    by: Said
    why: Said
    to: Number


def list_routes(of: ListRoutes) -> list[Route]:
    """Return the routes of lists."""
    return [
        answered("/lists", lambda asked: _lists(of, asked), guard=Act.SEE_LISTS),
        answered("/lists", lambda asked: _define(of, asked.form(DefineForm)), "POST", guard=Act.CHANGE_LIST),
        answered("/lists/{name}", lambda asked: _told(of, _list(of, asked)), guard=Act.SEE_LISTS),
        answered(
            "/lists/{name}/history",
            lambda asked: of.store.history(_list(of, asked).of.name),
            guard=Act.SEE_LISTS,
        ),
        answered("/lists/{name}/review", lambda asked: _review(of, asked), guard=Act.SEE_LISTS),
        answered("/lists/{name}/holders", lambda asked: _holders(of, _list(of, asked)), guard=Act.SEE_LISTS),
        answered("/lists/{name}/tombstones/{vrm}", lambda asked: _tombstones(of, asked), guard=Act.SEE_LISTS),
        answered("/lists/{name}/entries", lambda asked: _entry(of, asked), "POST", guard=Act.CHANGE_LIST),
        answered(
            "/lists/{name}/corrections", lambda asked: _correction(of, asked), "POST", guard=Act.CHANGE_LIST
        ),
        answered("/lists/{name}/removals", lambda asked: _removal(of, asked), "POST", guard=Act.CHANGE_LIST),
        answered("/lists/{name}/rollback", lambda asked: _rollback(of, asked), "POST", guard=Act.CHANGE_LIST),
        answered("/lists/{name}/weeding", lambda asked: _to_weed(of, asked), guard=Act.CHANGE_LIST),
        answered("/lists/{name}/weeding", lambda asked: _weeding(of, asked), "POST", guard=Act.CHANGE_LIST),
        answered("/imports", lambda asked: _import(of, asked), "POST", guard=Act.CHANGE_LIST),
        answered("/imports/profiles", lambda _: _profiles(of), guard=Act.CHANGE_LIST),
        answered("/proposals", lambda asked: _waiting(of, asked), guard=Act.SEE_LISTS),
        answered(
            "/proposals/{number:int}",
            lambda asked: _whole_proposal(of, asked),
            guard=Act.SEE_LISTS,
        ),
        answered(
            "/proposals/{number:int}/approve",
            lambda asked: _approve(of, asked),
            "POST",
            guard=Act.APPROVE_LIST_CHANGE,
        ),
        answered(
            "/proposals/{number:int}/refuse",
            lambda asked: _refuse(of, asked),
            "POST",
            guard=Act.APPROVE_LIST_CHANGE,
        ),
    ]


def _lists(of: ListRoutes, asked: Asked) -> object:
    ids, due = of.store.ids(), of.store.reviews_due(on=of.clock().date())
    return [
        {"list_id": ids.get(name), "reviews_due": due.get(name, 0), **_told(of, one)}
        for name, one in lists_known(of.store, asked).items()
    ]


def _told(of: ListRoutes, standing: ListStanding) -> dict[str, object]:
    """Return how a list stands; of a covert one also how many of its marks stand on the open list too."""
    one = standing.of
    openly = len(of.store.openly(one.name)) if one.covert_of else 0
    return {**_standing(standing, of.clock()), "openly": openly}


def _list(of: ListRoutes, asked: Asked) -> ListStanding:
    return list_known(of.store, asked.path["name"], asked)


def _waiting(of: ListRoutes, asked: Asked) -> object:
    known = lists_known(of.store, asked)
    return [_proposal(one) for one in of.store.waiting() if one.draft.list_name in known]


def _define(of: ListRoutes, form: DefineForm) -> object:
    if PART in form.name and form.name not in {one.of.name for one in of.store.standings()}:
        raise ValueError(f"the name of a list has no {PART} in it")
    age = None if form.max_age_hours is None else timedelta(hours=form.max_age_hours)
    seen = frozenset(form.visible_to)
    one = VoiList(form.name, form.owner, form.purpose, form.legal_basis, form.kind, age, seen)
    of.store.define(one, by=form.by)
    return _told(of, of.store.standing(form.name))


def _import(of: ListRoutes, asked: Asked) -> object:
    form = asked.form(ImportForm)
    path = Path(form.path)
    if not path.is_absolute() or not path.is_file():
        raise ValueError("give the whole path of a file that the node can read")
    profile = _profile(form.profile)
    if form.list:
        profile = replace(profile, list_name=form.list)
    list_known(of.store, profile.list_name, asked)
    now = of.clock()
    request = ImportRequest(
        form.kind,
        form.by,
        now,
        form.why,
        source_at=form.source_at or now,
        feed_revision=form.feed_revision,
        feed_base=form.feed_base,
        revive=form.revive,
    )
    done = import_feed(path, request, profile=profile, store=of.store, stolen=of.stolen)
    return {
        "state": done.state.value,
        "rows": done.rows,
        "proposal": None if done.proposal is None else _proposal(done.proposal),
    }


def _profiles(of: ListRoutes) -> object:
    """Return the profiles of the settings that are no shipped ones, as an import takes them."""
    own = [Path(name) for name in of.profiles if name.endswith(".toml")]
    return [{"profile": str(path), "name": path.stem} for path in own if path.is_absolute()]


def _profile(name: str) -> FeedProfile:
    path = Path(name)
    if path.suffix != ".toml":
        return shipped_profile(name)
    if not path.is_absolute():
        raise ValueError(
            "give the whole path of a profile that the node can read, or the name of a shipped one"
        )
    return load_profile(path)


def _entry(of: ListRoutes, asked: Asked) -> object:
    form, name = asked.form(EntryForm), _list(of, asked).of.name
    asker = Asker(form.by, of.clock(), form.why)
    named = asked.proved is None or asked.proved.is_named({name.strip() for name in form.seen_by})
    if form.covert and not named:
        raise HandError("whoever asks for a covert entry is among those whom it names: add your name or team")
    return _proposal(
        propose_entry(
            name,
            _asked_for(form, asker.at),
            asker=asker,
            longest=of.longest,
            store=of.store,
            revive=form.revive,
        )
    )


def _correction(of: ListRoutes, asked: Asked) -> object:
    form, name = asked.form(CorrectionForm), _list(of, asked).of.name
    asker = Asker(form.by, of.clock(), form.why)
    return _proposal(
        propose_correction(
            name,
            EntryKey(form.of_vrm, form.of_pnc_id, form.of_origin),
            _asked_for(form, asker.at),
            asker=asker,
            longest=of.longest,
            store=of.store,
        )
    )


def _asked_for(form: _EntryForm, at: datetime) -> VoiEntry:
    return VoiEntry(
        vrm=form.vrm,
        action=form.action,
        priority=form.priority,
        origin=Origin.HAND,
        make=form.make,
        model=form.model,
        colour=form.colour,
        warning_markers=form.warning_markers,
        reason=form.reason,
        information=form.information,
        owner=form.owner,
        force_area=form.force_area,
        grading=form.grading,
        protective_marking=form.protective_marking,
        pnc_id=form.pnc_id,
        source=form.source,
        source_at=at,
        review_on=form.review_on,
        weed_on=form.weed_on,
        covert=form.covert,
        seen_by=tuple(form.seen_by),
    )


def _removal(of: ListRoutes, asked: Asked) -> object:
    form, name = asked.form(RemovalForm), _list(of, asked).of.name
    key = EntryKey(form.vrm, form.pnc_id, form.origin)
    asker = Asker(form.by, of.clock(), form.why)
    return _proposal(propose_removal(name, key, asker=asker, store=of.store))


def _rollback(of: ListRoutes, asked: Asked) -> object:
    form, name = asked.form(RollbackForm), _list(of, asked).of.name
    asker = Asker(form.by, of.clock(), form.why)
    return _proposal(propose_rollback(name, to=form.to, asker=asker, store=of.store))


def _to_weed(of: ListRoutes, asked: Asked) -> object:
    """Return whether there is anything to weed; not how much, which is settled when it is done."""
    today = of.clock().astimezone(UTC).date()
    return {"to_weed": of.store.any_to_weed(asked.path["name"], on=today)}


def _weeding(of: ListRoutes, asked: Asked) -> object:
    by, name = asked.form(ByForm).by, _list(of, asked).of.name
    return _proposal(weed(name, by=by, at=of.clock(), rules=of.weeding, store=of.store))


def _approve(of: ListRoutes, asked: Asked) -> object:
    by, proposal = asked.form(ByForm).by, proposal_known(of.store, asked)
    if asked.proved is not None:
        asked.proved.verify_approves(proposal.draft.by)
    return _proposal(approve(proposal.number, by=by, at=of.clock(), store=of.store))


def _refuse(of: ListRoutes, asked: Asked) -> object:
    form, proposal = asked.form(WhyForm), proposal_known(of.store, asked)
    asker = Asker(form.by, of.clock(), form.why)
    return _proposal(turn_down(proposal.number, asker=asker, store=of.store))


def _whole_proposal(of: ListRoutes, asked: Asked) -> object:
    """Return a proposal with its refused rows and the beginning of its diff, for a person to decide on."""
    proposal = proposal_known(of.store, asked)
    refused = of.store.quarantine(proposal.number, limit=_SHOWN)
    rows: dict[str, list[dict[str, object]]] = {}
    if proposal.state.value == "ready":
        for change in Change:
            found, _ = of.store.diff_rows(proposal.number, change, limit=_SHOWN)
            rows[change.value] = [_diff_row(row) for row in found]
    return {
        **_proposal(proposal),
        "rows": rows,
        "quarantine": [{"line": row.line, "reason": row.reason} for row in refused],
    }


def _diff_row(row: DiffRow) -> dict[str, object]:
    return {
        "before": None if row.before is None else row.before._asdict(),
        "after": None if row.after is None else row.after._asdict(),
    }


def _review(of: ListRoutes, asked: Asked) -> object:
    on = of.clock().date()
    return [
        {"vrm": one.vrm, "owner": one.owner, "review_on": one.review_on, "weed_on": one.weed_on}
        | _reminded(one, on, of.stolen)
        for one in of.store.due_for_review(_list(of, asked).of.name, on=on, limit=_SHOWN)
    ]


def _reminded(entry: VoiEntry, on: date, policy: StolenPolicy) -> dict[str, object]:
    """Return where a stolen report stands in its life; what has no day of entry is none."""
    if entry.entered_on is None:
        return {"reminders": None, "overdue": None}
    standing = stolen_standing(entry.entered_on, entry.confirmed_on, on=on, policy=policy)
    return {"reminders": standing.reminders, "overdue": standing.overdue}


def _holders(of: ListRoutes, standing: ListStanding) -> object:
    name = standing.of.name
    return {
        "revision": standing.revision,
        "behind": behind(name, standing.revision, receipts=of.store),
        "holders": of.store.holders(name),
    }


def _tombstones(of: ListRoutes, asked: Asked) -> object:
    return [
        {**one.key._asdict(), "gone_by": one.gone_by, "revision": one.revision, "at": one.at, "by": one.by}
        | {"why": one.why, "weed_on": one.weed_on, "lifted": one.lifted}
        for one in stones(of.store, asked.path["name"], asked.path["vrm"], asked)
    ]


def _standing(standing: ListStanding, now: datetime) -> dict[str, object]:
    one, fresh = standing.of, freshness(standing, now)
    return {
        "name": one.name,
        "kind": one.kind,
        "owner": one.owner,
        "purpose": one.purpose,
        "legal_basis": one.legal_basis,
        "visible_to": sorted(one.visible_to),
        "covert_of": one.covert_of,
        "seen_by": sorted(one.seen_by),
        "max_age_hours": None if one.max_age is None else one.max_age / timedelta(hours=1),
        "revision": standing.revision,
        "entries": standing.entries,
        "as_of": standing.as_of,
        "feed_revision": standing.feed_revision,
        "stale": fresh.stale,
        "why_stale": fresh.why_stale,
    }


def _proposal(proposal: Proposal) -> dict[str, object]:
    draft, diff = proposal.draft, proposal.diff
    return {
        "number": proposal.number,
        "list": draft.list_name,
        "kind": draft.kind,
        "state": proposal.state,
        "by": draft.by,
        "at": draft.at,
        "why": draft.why,
        "source": draft.source,
        "asks": proposal.asks,
        "diff": diff,
        "decided_by": proposal.decided_by,
        "decision": proposal.decision,
        "revision": proposal.revision,
    }
