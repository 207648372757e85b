"""What a node does by the clock, each thing at its own pace."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from openanpr.core.voi_list import ProposalState
from openanpr.run.node.addresses import feed_profiles
from openanpr.run.node.entries_due import EntriesDue
from openanpr.run.node.forgetting import Forgetting
from openanpr.run.node.housekeeping import Housekeeping
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.stores import Stores
from openanpr.voi.inbox import Inbox
from openanpr.voi.stolen import shipped_stolen_policy
from openanpr.voi.weed import WeedRules, weed

WEEDING = WeedRules(most_removed=0.2)
_LOG = logging.getLogger("openanpr.node")
_BY = "the node"


def housekeeping(
    stores: Stores,
    settings: NodeSettings,
    forgetting: Forgetting,
    reviews: EntriesDue,
    clock: Callable[[], datetime],
) -> Housekeeping:
    """Return the chores; each is done at the start too, retention among them."""
    keeping = Housekeeping(clock)
    keeping.add("retention", timedelta(hours=1), forgetting.run_alone)
    keeping.add("look for deleted days", timedelta(days=1), lambda _: forgetting.check())
    keeping.add("trim the journal", timedelta(seconds=30), forgetting.trim)
    keeping.add("trim events", timedelta(hours=6), forgetting.trim_events)
    keeping.add("weed lists", timedelta(hours=1), lambda now: weed_all(stores, now))
    keeping.add("look for reviews", timedelta(hours=1), reviews.count)
    inbox = settings.feeds.inbox
    if settings.feeds.profiles:
        inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        quiet = timedelta(seconds=settings.feeds.quiet_s)
        feeds = Inbox(inbox, feed_profiles(settings), stores.lists, quiet, _BY, shipped_stolen_policy())
        keeping.add("take in feeds", timedelta(seconds=2), lambda now: _take_in(feeds, now))
    return keeping


def weed_all(stores: Stores, now: datetime) -> None:
    """Weed every list; one with more to weed than its share is left to a person, and told of.

    A list with nothing to weed is only looked at: a proposal each hour that does nothing would be kept with
    the others for ever. Raises, once all others are weeded, what kept one from it.
    """
    waiting = {one.draft.list_name for one in stores.lists.waiting() if one.draft.source == "weeding"}
    faults: list[Exception] = []
    for standing in stores.lists.every_standing():
        name = standing.of.name
        if not standing.entries or name in waiting:
            continue
        try:
            if not stores.lists.any_to_weed(name, on=now.astimezone(UTC).date()):
                continue
            done = weed(name, by=_BY, at=now, rules=WEEDING, store=stores.lists)
        except Exception as fault:  # noqa: BLE001 - raised below: one list does not keep the others
            faults.append(fault)
            continue
        if done.state is ProposalState.READY and not standing.of.covert_of:
            _LOG.warning("weeding of a list waits for a person: proposal %d", done.number)
    if faults:
        raise faults[0]


def _take_in(inbox: Inbox, now: datetime) -> None:
    for taken in inbox.sweep(now):
        if taken.imported is None:
            _LOG.warning("a feed's file was refused: see its report in %s", taken.path.parent)
        else:
            _LOG.info("a feed's file was taken in: %s", taken.imported.state.value)
