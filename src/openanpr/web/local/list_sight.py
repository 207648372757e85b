"""Which lists somebody may know of: a covert one is not there for anybody whom it does not name."""

from __future__ import annotations

from collections.abc import Mapping

from openanpr.core.voi_list import ListStanding, Proposal, VoiList
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.lists import no_list
from openanpr.store.control.proposals import no_proposal
from openanpr.web.local.asking import Asked


def lists_known(store: ListStore, asked: Asked) -> Mapping[str, ListStanding]:
    """Return how the lists stand of which whoever asks may know, by name."""
    return {one.of.name: one for one in store.every_standing() if _may(one.of, asked)}


def list_known(store: ListStore, name: str, asked: Asked) -> ListStanding:
    """Return how a list stands; raises LookupError where there is none for whoever asks."""
    found = store.standing(name)
    if not _may(found.of, asked):
        raise no_list(name)
    return found


def proposal_known(store: ListStore, asked: Asked) -> Proposal:
    """Return the proposal that the path names; raises LookupError where there is none for whoever asks."""
    found = store.proposal(int(asked.path["number"]))
    if not _may(store.standing(found.draft.list_name).of, asked):
        raise no_proposal(found.number)
    return found


def _may(one: VoiList, asked: Asked) -> bool:
    return asked.proved is None or asked.proved.may_know_of(one)
