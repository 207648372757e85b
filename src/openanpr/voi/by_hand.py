"""Changes that persons make: proposed by one, approved by another, each with a reason and an end."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from openanpr.core.voi_entry import EntryKey, Origin, VoiEntry
from openanpr.core.voi_list import ChangeKind, Draft, Proposal, ProposalState
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.voi.cell import RowFault, parse_vrm
from openanpr.voi.covert_part import covert_part
from openanpr.voi.ports import DecisionStore, HandStore

NO_SUCH_ENTRY = "there is no such entry on the list"


class HandError(Exception):
    """A change by hand that cannot be taken; the text says why and what to do, never with the plate."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a change, when and why."""

    by: str
    at: datetime
    why: str


def propose_entry(
    list_name: str,
    entry: VoiEntry,
    *,
    asker: Asker,
    longest: timedelta,
    store: HandStore,
    revive: bool = False,
) -> Proposal:
    """Return the proposal to put one entry on a list, which waits for another person.

    The entry is marked as put in by hand and must expire within `longest`. A covert one is proposed for the
    part of the list that only those whom it names know of. `revive` says that it may come back though it was
    weeded or taken off before.
    Raises HandError when the entry is not fit to be proposed, LookupError when there is no such list.
    """
    of = store.standing(list_name).of
    checked = _checked(entry, asker=asker, longest=longest)
    if checked.covert:
        list_name = covert_part(list_name, checked.seen_by, by=asker.by, store=store)
    elif of.covert_of:
        msg = f"every entry of this list is covert: put an open one on {of.covert_of}"
        raise HandError(msg)
    draft = Draft(list_name, ChangeKind.HAND, asker.by, asker.at, asker.why, source="by hand", revive=revive)
    return _proposed(draft, [StagedRow(1, RowOrder.PUT_ON, checked)], store)


def propose_removal(list_name: str, key: EntryKey, *, asker: Asker, store: HandStore) -> Proposal:
    """Return the proposal to take an entry off its list, which waits for another person.

    A later file does not bring it back unless that is said.
    Raises HandError when there is no such entry, LookupError when there is no such list.
    """
    draft = Draft(list_name, ChangeKind.HAND, asker.by, asker.at, asker.why, source="by hand")
    return _proposed(draft, [StagedRow(1, RowOrder.TAKE_OFF, _standing_entry(list_name, key, store))], store)


def propose_correction(
    list_name: str,
    key: EntryKey,
    entry: VoiEntry,
    *,
    asker: Asker,
    longest: timedelta,
    store: HandStore,
) -> Proposal:
    """Return the proposal to put `entry` in the place of the one at `key`, waiting for another person.

    A corrected entry of a feed becomes one by hand, and the feed's own does not come back over it. Who may
    know of an entry is not corrected: what they knew they know.
    Raises HandError when there is no such entry or the new one is not fit, LookupError for the list.
    """
    before = _standing_entry(list_name, key, store)
    checked = _checked(entry, asker=asker, longest=longest)
    if frozenset(checked.seen_by) != store.standing(list_name).of.seen_by:
        msg = "who may see an entry is not corrected: take it off, and put another one on"
        raise HandError(msg)
    rows = [StagedRow(2, RowOrder.PUT_ON, checked)]
    if checked.key != before.key:
        rows.insert(0, StagedRow(1, RowOrder.TAKE_OFF, before))
    draft = Draft(list_name, ChangeKind.CORRECTION, asker.by, asker.at, asker.why, source="by hand")
    return _proposed(draft, rows, store)


def propose_rollback(list_name: str, *, to: int, asker: Asker, store: HandStore) -> Proposal:
    """Return the proposal to undo the imports since revision `to`, which waits for another person.

    What persons put in or took off since stays as it is, and nothing weeded comes back.
    Raises HandError when the list was never at that revision or no longer knows it.
    """
    standing = store.standing(list_name)
    if not max(1, standing.oldest) <= to < standing.revision or not store.was_at(list_name, to):
        msg = (
            f"a rollback leads to an earlier revision that is still known; the list is at {standing.revision}"
        )
        raise HandError(msg)
    draft = Draft(list_name, ChangeKind.ROLLBACK, asker.by, asker.at, asker.why, back_to=to)
    number = store.open(draft)
    store.settle(number, on=asker.at.astimezone(UTC).date())
    return store.ready(number, ("a rollback is always looked at",))


def approve(number: int, *, by: str, at: datetime, store: DecisionStore) -> Proposal:
    """Return the proposal, now the list's next revision.

    Raises HandError when it was proposed by the same person or waits no longer, LookupError when there is
    none of that number.
    """
    proposal = store.proposal(number)
    _may_decide(proposal)
    if same_person(proposal.draft.by, by):
        msg = "whoever proposed a change cannot approve it: ask another person"
        raise HandError(msg)
    return store.apply(number, by=by, at=at, decision="approved")


def turn_down(number: int, *, asker: Asker, store: DecisionStore) -> Proposal:
    """Return the proposal, closed without a change; its proposer may do so too.

    Raises HandError when it waits no longer, LookupError when there is none of that number.
    """
    _may_decide(store.proposal(number))
    return store.refuse(number, by=asker.by, at=asker.at, decision=asker.why)


def same_person(a: str, b: str) -> bool:
    """Return whether two names are one person's, however they are typed."""
    return _bare(a) == _bare(b)


def _bare(name: str) -> str:
    """Return a name without what the eye does not tell apart: case, blanks, ways to write one letter."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", name) if c.isprintable() or c.isspace())
    return " ".join(seen.split()).casefold()


def _proposed(draft: Draft, rows: list[StagedRow], store: HandStore) -> Proposal:
    store.standing(draft.list_name)
    number = store.open(draft)
    store.stage(number, rows, ())
    diff = store.settle(number, on=draft.at.astimezone(UTC).date())
    if diff.refused or diff.empty:
        refused = store.quarantine(number)
        told = refused[0].reason if refused else "the list would stay as it is"
        store.refuse(number, by=draft.by, at=draft.at, decision=told)
        raise HandError(told)
    return store.ready(number, ("by hand",))


def _may_decide(proposal: Proposal) -> None:
    if proposal.state is not ProposalState.READY:
        msg = f"proposal {proposal.number} waits for no decision: it is {proposal.state.value}"
        raise HandError(msg)


def _standing_entry(list_name: str, key: EntryKey, store: HandStore) -> VoiEntry:
    found = store.find(list_name, key)
    if found is None:
        raise HandError(NO_SUCH_ENTRY)
    return found


def _checked(entry: VoiEntry, *, asker: Asker, longest: timedelta) -> VoiEntry:
    on: date = asker.at.astimezone(UTC).date()
    try:
        vrm = parse_vrm(entry.vrm.strip())
    except RowFault as fault:
        raise HandError(str(fault)) from fault
    last = on + longest
    if entry.weed_on is None or not on <= entry.weed_on <= last:
        msg = f"an entry by hand needs a weed date from {on} to {last}"
        raise HandError(msg)
    if not entry.reason.strip() or not entry.owner.strip():
        msg = "an entry by hand needs a reason and an owner"
        raise HandError(msg)
    names = tuple(sorted({name for name in map(str.strip, entry.seen_by) if name}))
    if entry.covert and not names:
        msg = "a covert entry needs at least one name that may see it"
        raise HandError(msg)
    if entry.covert and all(same_person(name, asker.by) for name in names):
        msg = "a covert entry names somebody beside whoever asks for it, or a team: they alone can approve it"
        raise HandError(msg)
    if names and not entry.covert:
        msg = "only a covert entry names who may see it: all others would see this one too"
        raise HandError(msg)
    return entry._replace(vrm=vrm, origin=Origin.HAND, seen_by=names)
