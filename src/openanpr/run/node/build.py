"""A node put together from its settings: every part made once and handed to those that need it."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from openanpr.deliver.line import Fresh, Line
from openanpr.deliver.outbox import Outbox
from openanpr.deliver.send import Chance
from openanpr.ingest.clock import RecentClocks
from openanpr.ingest.feed_message import FeedDesk
from openanpr.ingest.feed_message import Rules as MessageRules
from openanpr.ingest.limits import Limits
from openanpr.ingest.picture import PictureStore
from openanpr.ingest.preview import Previews
from openanpr.ingest.tally import Tally
from openanpr.policy.access_rules import shipped_rules
from openanpr.review.numbers import shipped_numbers
from openanpr.run.node.addresses import (
    base_rates,
    forward_code,
    forward_line,
    match_rules,
    picture_limits,
    watched_pattern,
)
from openanpr.run.node.alerting import Alerting, Rules, alerting_of
from openanpr.run.node.answering import Answering, answering_of
from openanpr.run.node.assessing import Assessing, Desks
from openanpr.run.node.audit_log import LogChores, note_policy, verify_openings_outlive_reads
from openanpr.run.node.back_match import BackMatch
from openanpr.run.node.chores import housekeeping
from openanpr.run.node.consumer import Consumer, GroupSize
from openanpr.run.node.decoded import DecodedEntries
from openanpr.run.node.desks import Judging, delivery_desks
from openanpr.run.node.door import PeopleDoor, people_door
from openanpr.run.node.entries_due import EntriesDue
from openanpr.run.node.forgetting import Forgetting
from openanpr.run.node.forward import ForwardedPictures, Forwarding, ForwardReads
from openanpr.run.node.hits import HitRules
from openanpr.run.node.housekeeping import Housekeeping
from openanpr.run.node.list_watch import ListWatch, LookBack
from openanpr.run.node.live_lists import NodeLists
from openanpr.run.node.local_routes import Behind, local_routes
from openanpr.run.node.match_reads import HitFinding, MatchReads
from openanpr.run.node.metrics import metrics_text
from openanpr.run.node.node import Node, Servers
from openanpr.run.node.overseeing import Overseeing
from openanpr.run.node.pages import AlertParts, PageParts, with_pages
from openanpr.run.node.people_desk import people_desk
from openanpr.run.node.people_settings import alert_roles
from openanpr.run.node.profile_rules import ingest_limits, profile_of, retention_rule
from openanpr.run.node.public_forms import busy_pages, forms_app
from openanpr.run.node.public_site import NodePublicSite, public_site_of
from openanpr.run.node.publishing import FIRST_IN_S, NodePublishing, publishing_of
from openanpr.run.node.reviewing import ROSTER, Reviewing
from openanpr.run.node.righting import Righting, righting_of
from openanpr.run.node.searching import Known, search_desk
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.siting import ConfidentialSites, OpenCameras, Siting, siting_of
from openanpr.run.node.store_reads import PutAside, StoreReads
from openanpr.run.node.stores import Stores, open_stores
from openanpr.run.node.telling import Telling
from openanpr.run.node.threads import Rounds
from openanpr.run.node.told_jobs import told_jobs
from openanpr.run.node.trying import Trying
from openanpr.run.node.watched_folder import PictureFolder
from openanpr.run.node.webhooks import WebhookSender
from openanpr.store.journal import LEAST_FREE_BYTES
from openanpr.store.retention import RetentionRule
from openanpr.web.api.cases import case_routes
from openanpr.web.api.machines import MachineRoutes, machine_routes
from openanpr.web.api.own_log import OwnLogRoutes, own_log_routes
from openanpr.web.api.past_decisions import PastRoutes, past_routes
from openanpr.web.api.reviews import ReviewRoutes, review_routes
from openanpr.web.api.route import ApiRoute
from openanpr.web.api.searches import SearchRoutes, search_routes
from openanpr.web.delivery import DeliveryApp, DeliveryDesks, DeliverySettings, delivery_app
from openanpr.web.judging import Judge
from openanpr.web.local.acts import Acting
from openanpr.web.local.app import LocalApp, LocalRoute, local_app, metrics_app
from openanpr.web.local.gate import PeopleGate
from openanpr.web.pages.inside import Inside
from openanpr.web.public.app import public_app
from openanpr.web.public.visits import counted
from openanpr.web.serve import Served, serve_socket, serve_tcp

SOCKET = "node.sock"
_FORWARD = "forward"
_MATCHED = GroupSize(batches=32)
_STORED = GroupSize(batches=128)
_RETURN_S = 10.0
"""Who was there before a restart has so long to come back before the clock of alerts finds nobody there."""

_REVIEW_S = 60.0
"""A start has more urgent things to do than to look at old searches."""


@dataclass(frozen=True, slots=True)
class _Made:
    """The parts of a node that others are made of."""

    settings: NodeSettings
    clock: Callable[[], datetime]
    limits: Limits
    rule: RetentionRule
    stores: Stores
    tally: Tally
    clocks: RecentClocks
    lists: NodeLists
    alerting: Alerting
    finding: HitFinding
    forgetting: Forgetting
    reviews: EntriesDue
    forwarding: Forwarding | None
    decoded: DecodedEntries
    reviewing: Reviewing
    reviewed: ReviewRoutes
    past: PastRoutes
    overseeing: Overseeing
    publishing: NodePublishing
    door: PeopleDoor
    gate: PeopleGate
    log_chores: LogChores
    searching: SearchRoutes
    previews: Previews
    siting: Siting
    righting: Righting
    answering: Answering
    assessing: Assessing
    public_site: NodePublicSite


def build_node(settings: NodeSettings, *, clock: Callable[[], datetime], last: ExitStack) -> Node:
    """Return the node, ready to start; `last` closes its stores when it has stopped.

    Raises ProfileError, SettingsError and what the stores raise: each sentence says what to mend.
    """
    profile = profile_of(settings, on=clock().date())
    rule = retention_rule(profile)
    verify_openings_outlive_reads(settings, rule)
    made = _made(settings, ingest_limits(profile, settings), rule, clock, last)
    log = made.stores.log
    note_policy(log, profile, shipped_rules().version(profile), settings.policy_noted, at=clock())
    keeping = housekeeping(made.stores, settings, made.forgetting, made.reviews, clock)
    keeping.add("erase old openings", timedelta(days=1), made.log_chores.erase)
    keeping.add("count what waits for people", timedelta(minutes=10), made.overseeing.count)
    keeping.add("count cases of the public", timedelta(minutes=10), made.righting.count)
    keeping.add("forget words of cases", timedelta(days=1), made.righting.forget)
    keeping.add("follow disclosures", timedelta(minutes=1), made.answering.follow)
    keeping.add("count unconfirmed challenges", timedelta(minutes=10), made.answering.count)
    keeping.add("forget answers", timedelta(days=1), made.answering.forget)
    keeping.add("forget searches and findings", timedelta(hours=1), made.overseeing.forget)
    desks = _desks(made)
    for name, folder in _watched(made, desks.feeds):
        keeping.add(f"pictures of feed {name}", timedelta(seconds=2), folder.sweep)
    rounds = {one.name: one for one in _rounds(made, keeping)}
    consumers = _consumers(made, rounds)
    telling = _telling(made, profile.label, consumers, tuple(rounds.values()), keeping)
    app = delivery_app(desks, DeliverySettings(names=settings.listen.authorities))
    servers = _servers(made, app, telling)
    return Node(app, servers, consumers, tuple(rounds.values()), made.alerting.desk)


def _made(
    settings: NodeSettings,
    limits: Limits,
    rule: RetentionRule,
    clock: Callable[[], datetime],
    last: ExitStack,
) -> _Made:
    stores = open_stores(settings, rule, clock=clock, last=last)
    stores.lists.discard_unfinished(by="the node", at=clock())
    lists = NodeLists(stores.entries)
    alerting = alerting_of(stores, settings, Rules(settings, lists.standings), clock)
    for sender in alerting.senders:
        last.callback(sender.close)
        sender.collect(clock())  # a new endpoint is told of what comes from now on
    desk = people_desk(stores)
    in_force = shipped_rules(), profile_of(settings, on=clock().date())
    publishing, siting = publishing_of(stores, in_force[1], clock), siting_of(stores, in_force[1], clock)
    known = Known(desk, ConfidentialSites(siting.admitting, desk))
    judge = Judge(*in_force, clock, stores.log)
    searching = SearchRoutes(desk, search_desk(stores, known, settings, in_force, clock, last))
    case_system = searching.desk.parts.world.case_system
    reviewing = Reviewing(stores, desk, case_system, shipped_numbers(), in_force, settings.data / ROSTER)
    reviews = reviewing.desk()
    reviewed = ReviewRoutes(desk, reviews, reviewing.wake)
    past = PastRoutes(desk, judge, stores.searches, stores.log)
    forgetting = Forgetting(stores, rule, lambda: limits)
    parts = stores, settings, in_force, rule, forgetting
    righting = righting_of(stores, settings, in_force[1])
    assessing = Assessing(*parts, Desks(searching.desk, reviews), siting.admitting, desk.training)
    return _Made(
        settings=settings,
        clock=clock,
        limits=limits,
        rule=rule,
        stores=stores,
        tally=Tally(),
        clocks=RecentClocks(),
        lists=lists,
        alerting=alerting,
        finding=_finding(stores, lists, settings, limits),
        forgetting=forgetting,
        reviews=EntriesDue(stores.lists),
        forwarding=_forwarding(settings, stores, clock, last),
        decoded=DecodedEntries(),
        reviewing=reviewing,
        reviewed=reviewed,
        past=past,
        publishing=publishing,
        overseeing=Overseeing(searching.desk, reviews, stores.reviews.items, stores.log),
        door=people_door(desk, settings, _api_routes(searching, reviewed, past, stores), clock, last),
        gate=PeopleGate(desk, judge, clock, alert_roles(settings)),
        log_chores=LogChores(stores.log, timedelta(days=settings.audit.openings_kept_days)),
        searching=searching,
        previews=Previews(time.monotonic),
        siting=siting,
        righting=righting,
        answering=answering_of(stores, searching.desk, righting, settings),
        assessing=assessing,
        public_site=public_site_of(stores, settings, in_force, publishing, assessing.desk(), clock),
    )


def _finding(stores: Stores, lists: NodeLists, settings: NodeSettings, limits: Limits) -> HitFinding:
    late_after = timedelta(seconds=limits.late_after_s)
    return HitFinding(
        lists,
        stores.entries,
        stores.intake.cameras.area,
        match_rules=match_rules(settings),
        hit_rules=HitRules(late_after, base_rates(settings), settings.odds.half_life_days),
    )


def _api_routes(
    searching: SearchRoutes, reviewed: ReviewRoutes, past: PastRoutes, stores: Stores
) -> list[ApiRoute]:
    """Return the routes of the API beside those of people themselves."""
    return [
        *search_routes(searching),
        *case_routes(searching),
        *review_routes(reviewed),
        *past_routes(past),
        *own_log_routes(OwnLogRoutes(past.people, stores.log)),
        *machine_routes(MachineRoutes(stores.lists.standings)),
    ]


def _forwarding(
    settings: NodeSettings, stores: Stores, clock: Callable[[], datetime], last: ExitStack
) -> Forwarding | None:
    line, outbox, key = forward_line(settings), stores.forward, stores.secrets.node_key
    if line is None or outbox is None:
        return None
    fresh = Fresh(clock, lambda: os.urandom(16).hex(), time.monotonic)
    return Forwarding(
        outbox,
        last.enter_context(Line.open(line, key, fresh)),
        settings.forward_enrolled,
        code=lambda: forward_code(settings),
        key=key.public,
        chance=Chance(clock, time.monotonic, random.Random(), uuid4),
    )


def _rounds(made: _Made, keeping: Housekeeping) -> Iterator[Rounds]:
    stores, clock = made.stores, made.clock
    back_match = BackMatch(stores.engine, made.finding, made.alerting.raising, stores.log)
    look_back = LookBack(
        made.settings.looked_back, made.lists, stores.entries, back_match, stores.journal, clock=clock
    )
    looking = Rounds("look back", look_back.turn)
    yield looking
    yield Rounds("follow lists", ListWatch(made.lists, looking.soon).turn)
    yield Rounds("sign the audit log", made.log_chores.sign)
    alert_clock = Rounds("alert clock", made.alerting.tick, first_in_s=_RETURN_S)
    made.alerting.desk.ask_the_clock = alert_clock.soon
    yield alert_clock
    yield Rounds("housekeeping", keeping.turn)
    yield Rounds("forget previews", made.previews.forget)
    review = Rounds("review searches", lambda: made.reviewing.turn(clock()), first_in_s=_REVIEW_S)
    made.reviewing.wakes.append(review.soon)
    yield review
    yield Rounds("publish figures", made.publishing.turn, first_in_s=FIRST_IN_S)
    if made.settings.public.port:
        yield Rounds("make the public site", made.public_site.turn)
    for number, sender in enumerate(made.alerting.senders, 1):
        sending = Rounds(f"webhook {number}", partial(_step, sender, clock), cut_short=sender.stop)
        made.alerting.wakes.append(sending.soon)
        yield sending
    if made.forwarding is not None:
        yield Rounds(_FORWARD, made.forwarding.turn)


def _step(sender: WebhookSender, clock: Callable[[], datetime]) -> float:
    return sender.step(clock())


def _consumers(made: _Made, rounds: Mapping[str, Rounds]) -> tuple[Consumer, ...]:
    stores = made.stores
    pictures = _pictures(stores)
    match = MatchReads(made.finding, made.alerting.raising, made.clock)
    store = StoreReads(stores.engine, stores.announced, stores.intake.shelf, pictures, stores.kept_from)
    journal, decoded = stores.journal, made.decoded
    consumers = [
        Consumer(journal, decoded, match, _MATCHED),
        Consumer(journal, decoded, store, _STORED, stores.writing),
        Consumer(journal, decoded, PutAside(stores.intake.quarantine), _MATCHED),
    ]
    if stores.forward is not None:
        consumers.append(
            Consumer(journal, decoded, _forward_reads(made, stores.forward, rounds[_FORWARD].soon), _STORED)
        )
    return tuple(consumers)


def _forward_reads(made: _Made, outbox: Outbox, put: Callable[[], None]) -> ForwardReads:
    return ForwardReads(outbox, put, log=made.stores.log, to=made.settings.forward.url, clock=made.clock)


def _pictures(stores: Stores) -> PictureStore:
    return stores.kept if stores.forward is None else ForwardedPictures(stores.kept, stores.forward)


def _telling(
    made: _Made,
    profile: str,
    consumers: Sequence[Consumer],
    rounds: Sequence[Rounds],
    keeping: Housekeeping,
) -> Telling:
    return Telling(
        settings=made.settings,
        profile=profile,
        started_at=made.clock(),
        clock=made.clock,
        stores=made.stores,
        tally=made.tally,
        consumers=consumers,
        rounds=rounds,
        lists=made.lists,
        desk=made.alerting.desk,
        keeping=keeping,
        forgetting=made.forgetting,
        reviews=made.reviews,
        overseeing=made.overseeing,
        righting=made.righting,
        answering=made.answering,
        sites=made.siting.admitting,
        publishing=made.publishing,
        public_site=made.public_site,
        webhooks=made.alerting.senders,
        forwarding=made.forwarding,
    )


def _desks(made: _Made) -> DeliveryDesks:
    folder = made.settings.journal.path.parent
    judging = Judging(
        made.clocks,
        made.settings,
        limits=lambda: made.limits,
        clock=made.clock,
        ready=lambda: shutil.disk_usage(folder).free >= LEAST_FREE_BYTES,
        previews=made.previews,
        cameras=made.siting.admitting,
    )
    return delivery_desks(made.stores, made.tally, _pictures(made.stores), made.decoded, judging)


def _watched(made: _Made, desk: FeedDesk) -> Iterator[tuple[str, PictureFolder]]:
    said = made.settings.other_makers
    rules = MessageRules(made.limits, picture_limits(made.settings))
    for one in said.folders:
        one.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield (
            one.feed,
            PictureFolder(
                one.folder,
                watched_pattern(one),
                timedelta(seconds=said.quiet_s),
                partial(made.stores.intake.feeds.find, one.feed),
                desk,
                lambda: rules,
            ),
        )


def _behind(made: _Made, telling: Telling) -> Behind:
    return Behind(
        made.stores,
        made.settings,
        made.alerting.desk,
        telling,
        made.forgetting,
        made.rule,
        lambda: made.limits,
        made.clock,
        made.door,
        made.gate,
        made.clocks.seen_at,
        made.previews,
        made.siting,
        made.righting,
        made.publishing,
        made.assessing.desk(),
        made.public_site,
        made.answering,
    )


def local_of(made: _Made, telling: Telling) -> LocalApp:
    """Return the app of the local socket."""
    return _local_app(made, local_routes(_behind(made, telling)))


def people_of(made: _Made, telling: Telling) -> Served | None:
    """Return the listener for people, API and pages, not started yet; None where none is wanted."""
    return _people_door(made, telling, local_routes(_behind(made, telling)))


def _local_app(made: _Made, routes: Sequence[LocalRoute]) -> LocalApp:
    return local_app(routes, Acting(made.stores.log, made.clock), made.gate)


def page_parts(made: _Made, telling: Telling, routes: Sequence[LocalRoute]) -> PageParts:
    """Return what the pages are made of; `routes` are the socket's, which pages ask too."""
    return PageParts(
        settings=made.settings,
        judge=made.gate.judge,
        clock=made.clock,
        signing=made.door.signing,
        inside=Inside(routes, made.gate, Acting(made.stores.log, made.clock)),
        jobs=lambda: told_jobs(telling),
        tries=Trying(),
        alerts=_alert_parts(made),
        own_log=OwnLogRoutes(made.door.desk, made.stores.log),
        reviewed=made.reviewed,
        past=made.past,
        searching=made.searching,
        threads=made.door.threads,
    )


def _alert_parts(made: _Made) -> AlertParts:
    cameras = OpenCameras(made.stores.intake.cameras, made.siting.admitting)
    return AlertParts(made.door.desk, made.alerting.desk, made.lists.standings, cameras.find, cameras.every)


def _people_door(made: _Made, telling: Telling, routes: Sequence[LocalRoute]) -> Served | None:
    parts = page_parts(made, telling, routes)
    return made.door.served(made.settings, lambda api, door: with_pages(api, door, parts))


def _servers(made: _Made, app: DeliveryApp, telling: Telling) -> Servers:
    settings = made.settings
    listen, tls, metrics = settings.listen, settings.tls, settings.metrics
    told = metrics_app(lambda: metrics_text(telling.standing()))
    routes = local_routes(_behind(made, telling))
    return Servers(
        delivery=serve_tcp(app, listen.host, listen.port, tls.certificate, tls.key),
        local=serve_socket(_local_app(made, routes), settings.data / SOCKET),
        metrics=None if metrics.port is None else serve_tcp(told, metrics.host, metrics.port, None, None),
        people=_people_door(made, telling, routes),
        public=_public_door(made),
    )


def _public_door(made: _Made) -> Served | None:
    """The listener of the public: pages from memory, and the two functions of forms where it takes them."""
    said, tls = made.settings.public, made.settings.tls
    if not said.port:
        return None
    site, forms = made.public_site, None
    if said.intake.url:
        site.busy = busy_pages
        forms = forms_app(site, made.righting, said.intake, made.clock)
    app = counted(public_app(site.shown, forms), site.visits)
    return serve_tcp(app, said.host, said.port, tls.certificate, tls.key)
