"""How the node does right now, gathered from its parts."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from openanpr.alert.desk import AlertDesk
from openanpr.core.voi_list import ListStanding
from openanpr.ingest.tally import Tally
from openanpr.run.node.admitting import Admitting
from openanpr.run.node.answering import Answering
from openanpr.run.node.consumer import Consumer
from openanpr.run.node.entries_due import EntriesDue
from openanpr.run.node.forgetting import Forgetting
from openanpr.run.node.forward import Forwarding
from openanpr.run.node.housekeeping import Housekeeping
from openanpr.run.node.live_lists import NodeLists
from openanpr.run.node.overseeing import Overseeing
from openanpr.run.node.public_site import NodePublicSite
from openanpr.run.node.publishing import NodePublishing
from openanpr.run.node.righting import Righting
from openanpr.run.node.rule_book import rules_for_nothing
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.site_figures import site_figures
from openanpr.run.node.standing import (
    ConsumerStanding,
    ForwardStanding,
    ListFigures,
    NodeStanding,
)
from openanpr.run.node.stores import Stores
from openanpr.run.node.threads import Rounds
from openanpr.run.node.webhooks import WebhookSender
from openanpr.store.journal import LEAST_FREE_BYTES
from openanpr.voi.fresh import freshness


@dataclass(frozen=True, slots=True)
class Telling:
    """The parts that a node is told from."""

    settings: NodeSettings
    profile: str
    started_at: datetime
    clock: Callable[[], datetime]
    stores: Stores
    tally: Tally
    consumers: Sequence[Consumer]
    rounds: Sequence[Rounds]
    lists: NodeLists
    desk: AlertDesk
    keeping: Housekeeping
    forgetting: Forgetting
    reviews: EntriesDue
    overseeing: Overseeing
    righting: Righting
    answering: Answering
    sites: Admitting
    publishing: NodePublishing
    public_site: NodePublicSite
    webhooks: Sequence[WebhookSender]
    forwarding: Forwarding | None

    def standing(self) -> NodeStanding:
        """Return how the node does now."""
        now = self.clock()
        every = self.lists.standings().values()
        standings = [one for one in every if not one.of.covert_of]
        # What is covert is in no figure: the whole less what is told would tell how much of it there is.
        covert = sum(one.entries for one in every if one.of.covert_of)
        waiting = self.stores.journal.waiting()
        held: Counter[str] = Counter()
        for (reason, _device), count in self.stores.intake.quarantine.counts().items():
            held[reason.value] += count
        return NodeStanding(
            at=now,
            started_at=self.started_at,
            profile=self.profile,
            counts=self.tally.snapshot(),
            consumers={one.name: _consumer(one, waiting.get(one.name, 0)) for one in self.consumers},
            quarantine=held,
            lists={one.of.name: _list(one, now) for one in standings},
            listed=len(self.lists) - covert,
            alerts=self.stores.alerts.open_counts(),
            present=self.desk.viewers,
            webhooks_failing=sum(bool(one.standing.failures) for one in self.webhooks),
            dead_letters=self.stores.alerts.dead_count(),
            forward=self._forward(),
            failures=self.keeping.failed | {one.name: one.fault for one in self.rounds if one.failures},
            returned_days=self.forgetting.returned,
            reviews_due=self.reviews.due,
            overdue=self.overseeing.overdue,
            rights=self.righting.waiting,
            unconfirmed_challenges=self.answering.unconfirmed,
            forms=dict(self.righting.forms),
            sites=site_figures(self.sites, now),
            rules_for_nothing=rules_for_nothing(self.settings, (one.of.name for one in standings)),
            damaged_parts=self.forgetting.damaged,
            disk_free_bytes=shutil.disk_usage(self.settings.journal.path.parent).free,
            disk_least_bytes=LEAST_FREE_BYTES,
            log=self.stores.log.standing(),
            late_figures=self.publishing.late,
            public=self.public_site.standing(),
        )

    def _forward(self) -> ForwardStanding | None:
        return None if self.forwarding is None else self.forwarding.standing()


def _consumer(one: Consumer, waiting: int) -> ConsumerStanding:
    going = one.going
    return ConsumerStanding(waiting, going.groups, going.batches, going.failures, going.fault)


def _list(standing: ListStanding, now: datetime) -> ListFigures:
    fresh = freshness(standing, now)
    age_s = None if fresh.age is None else fresh.age.total_seconds()
    return ListFigures(standing.entries, standing.revision, fresh.stale, age_s)
