"""Lists of vehicles of interest in the audit log: every change before it is written, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from openanpr.audit.acts import ListChange
from openanpr.audit.port import NODE, Log, logged
from openanpr.core.voi_list import Draft, Proposal, ProposalState, VoiList
from openanpr.store.control.compare import Change
from openanpr.store.control.list_store import ListStore

_OWNER = "machine-owner"


def log_lists(store: ListStore, log: Log, clock: Callable[[], datetime]) -> ListStore:
    """Return the store, in which nothing is changed that the log has not: people, feeds and weeding alike.

    A proposal is logged when it is opened, before its rows are there; what it changes when it goes live.
    """
    _log_proposals(store, log)
    _log_decisions(store, log)
    define, still_true = store.define, store.still_true

    def define_logged(one: VoiList, *, by: str = _OWNER) -> None:
        if one.covert_of:
            # Empty until the proposal that comes next, which is logged: a step of its own would tell the
            # public that a list was made of which nobody hears.
            define(one, by=by)
            return
        with logged(log, ListChange(at=clock(), person=by, list_name=one.name, step="defined")):
            define(one, by=by)

    def still_true_logged(list_name: str, *, as_of: datetime, feed_revision: int | None) -> None:
        with logged(log, ListChange(at=clock(), person=NODE, list_name=list_name, step="still-true")):
            still_true(list_name, as_of=as_of, feed_revision=feed_revision)

    store.define, store.still_true = define_logged, still_true_logged
    return store


def _log_proposals(store: ListStore, log: Log) -> None:
    opening, weeding = store.open, store.open_weeding

    def open_logged(draft: Draft) -> int:
        with logged(log, _proposed(draft)):
            return opening(draft)

    def weed_logged(draft: Draft, *, on: date) -> int:
        with logged(log, _proposed(draft)):
            return weeding(draft, on=on)

    store.open, store.open_weeding = open_logged, weed_logged


def _log_decisions(store: ListStore, log: Log) -> None:
    apply, refuse = store.apply, store.refuse

    def apply_logged(number: int, *, by: str, at: datetime, decision: str) -> Proposal:
        found = store.proposal(number)
        with logged(log, _decided(found, "applied", by, at, decision, _mark(store, found))):
            return apply(number, by=by, at=at, decision=decision)

    def refuse_logged(number: int, *, by: str, at: datetime, decision: str) -> Proposal:
        found = store.proposal(number)
        with logged(log, _decided(found, "refused", by, at, decision, None)):
            return refuse(number, by=by, at=at, decision=decision)

    store.apply, store.refuse = apply_logged, refuse_logged


def _proposed(draft: Draft) -> ListChange:
    return ListChange(
        at=draft.at,
        person=draft.by,
        list_name=draft.list_name,
        step=f"{draft.kind.value}-proposed",
        reason=draft.why.strip() or None,
    )


def _decided(
    proposal: Proposal, step: str, by: str, at: datetime, decision: str, mark: str | None
) -> ListChange:
    diff = proposal.diff
    return ListChange(
        at=at,
        person=by,
        list_name=proposal.draft.list_name,
        step=step,
        added=0 if diff is None else diff.added,
        removed=0 if diff is None else diff.removed,
        changed=0 if diff is None else diff.changed,
        plate=mark,
        reason=(decision or proposal.draft.why).strip() or None,
    )


def _mark(store: ListStore, proposal: Proposal) -> str | None:
    """The mark where one entry is changed: of a whole file the list's own history tells."""
    diff = proposal.diff
    if diff is None or proposal.state is not ProposalState.READY:
        return None
    if diff.added + diff.changed + diff.removed != 1:
        return None
    for change in Change:
        for row in store.diff_rows(proposal.number, change, limit=1)[0]:
            found = row.after or row.before
            return None if found is None else found.vrm
    return None
