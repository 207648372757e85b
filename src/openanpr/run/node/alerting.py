"""Alerting on a node: the rules by list, the desk, the clock and one sender for each webhook."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from openanpr.alert.alert import Change
from openanpr.alert.bell import Bell
from openanpr.alert.desk import AlertDesk
from openanpr.alert.raising import keyed_ids
from openanpr.alert.rules import RuleBook
from openanpr.core.voi_list import ListStanding, VoiList
from openanpr.run.node.addresses import webhooks
from openanpr.run.node.match_reads import AlertRaising
from openanpr.run.node.rule_book import rule_book
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.stores import Stores
from openanpr.run.node.webhooks import Chance, WebhookSender, WebhookSettings
from openanpr.web.local.hit_pictures import PicturesOfHits
from openanpr.wire.webhook_signer import Ed25519Signer

_LONGEST_LOOK_S = 5.0
_SHORTEST_LOOK_S = 0.5


class Rules:
    """The rules of alerts, made anew when lists came or changed their owner or kind."""

    def __init__(self, settings: NodeSettings, standings: Callable[[], Mapping[int, ListStanding]]) -> None:
        self._settings, self._standings = settings, standings
        self._lock = threading.Lock()
        self._of: dict[int, VoiList] = {}
        self._book = rule_book(settings, {})

    def book(self) -> RuleBook:
        """Return the rules as the lists are now."""
        lists = {list_id: one.of for list_id, one in self._standings().items()}
        with self._lock:
            if lists != self._of:
                self._of, self._book = lists, rule_book(self._settings, lists)
            return self._book


@dataclass(frozen=True, slots=True)
class Alerting:
    """The parts of alerting; `raising` is shared by matching and by looking back.

    `wakes` are called when alerts were raised or grew: whoever sends webhooks puts its waking there.
    """

    desk: AlertDesk
    raising: AlertRaising
    senders: tuple[WebhookSender, ...]
    wakes: list[Callable[[], None]]

    def tick(self) -> float:
        """Let the clock act; return the seconds until it is asked again."""
        now_s = time.monotonic()
        look = self.desk.tick()
        took_s = time.monotonic() - now_s
        if look is None:
            return _LONGEST_LOOK_S
        wait_s = (look - self.desk.now()).total_seconds()
        # Never more than a tenth of the time on it, however many alerts are open.
        return min(max(wait_s, _SHORTEST_LOOK_S, 10 * took_s), _LONGEST_LOOK_S)


def alerting_of(
    stores: Stores, settings: NodeSettings, rules: Rules, clock: Callable[[], datetime]
) -> Alerting:
    """Return the parts of alerting; raises WebhookSettingsError."""
    pictures = PicturesOfHits(stores.engine, stores.pictures)
    desk = AlertDesk(stores.alerts, rules.book, clock, Bell(), pictures)
    chance = Chance(clock, time.monotonic, random.Random())
    own = Ed25519Signer(stores.secrets.node_key.ed25519)
    senders = tuple(
        WebhookSender(
            stores.alerts, rules.book, WebhookSettings(one.endpoint, one.signer or own), chance=chance
        )
        for one in webhooks(settings)
    )

    wakes: list[Callable[[], None]] = [desk.bell.ring]

    def changed(changes: Sequence[Change]) -> None:
        del changes
        for wake in wakes:
            wake()

    raising = AlertRaising(stores.alerts, rules.book, keyed_ids(stores.secrets.alert_ids), changed)
    return Alerting(desk, raising, senders, wakes)
