"""One object with all that the keeping of lists asks of a store: what `voi/ports.py` names, joined."""

from __future__ import annotations

import sqlalchemy as sa

from openanpr.store.control.circulation import Circulation
from openanpr.store.control.list_holders import ListHolders
from openanpr.store.control.lists import Lists
from openanpr.store.control.proposals import ListProposals


class ListStore:
    """The lists, proposals and circulation of one control database. Safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        lists, proposals, circulation = Lists(engine), ListProposals(engine), Circulation(engine)
        self.define = lists.define
        self.standing = lists.standing
        self.standings = lists.standings
        self.every_standing = lists.every_standing
        self.covert_list = lists.covert_list
        self.ids = lists.ids
        self.was_at = lists.was_at
        self.leap = lists.leap
        self.still_true = lists.still_true
        self.find = lists.find
        self.entries = lists.entries
        self.latest = lists.latest
        self.marked = lists.marked
        self.numbered = lists.numbered
        self.due_for_review = lists.due_for_review
        self.reviews_due = lists.reviews_due
        self.openly = lists.openly
        self.any_to_weed = lists.any_to_weed
        self.tombstones = lists.tombstones
        self.history = lists.history
        self.revision_at = lists.revision_at
        self.forget = lists.forget
        self.note = lists.note
        self.holders = lists.holders
        holders = ListHolders(engine)
        self.served = holders.served
        self.held = holders.held
        self.open = proposals.open
        self.open_weeding = proposals.open_weeding
        self.stage = proposals.stage
        self.settle = proposals.settle
        self.ready = proposals.ready
        self.apply = proposals.apply
        self.refuse = proposals.refuse
        self.proposal = proposals.proposal
        self.waiting = proposals.waiting
        self.quarantine = proposals.quarantine
        self.diff_rows = proposals.diff_rows
        self.discard_unfinished = proposals.discard_unfinished
        self.upserts = circulation.upserts
        self.removals = circulation.removals
