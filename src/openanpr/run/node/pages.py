"""The pages of a node, made of its parts: what people see in a browser at the door for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from openanpr.alert.desk import AlertDesk
from openanpr.core.registered_camera import RegisteredCamera
from openanpr.people.desk import Desk
from openanpr.run.node.map_settings import map_source
from openanpr.run.node.settings import NodeSettings
from openanpr.web.api.door import ApiThreads, App, Door
from openanpr.web.api.own_log import OwnLogRoutes
from openanpr.web.api.past_decisions import PastRoutes
from openanpr.web.api.reviews import ReviewRoutes
from openanpr.web.api.searches import SearchRoutes
from openanpr.web.api.signing_in import SignInRoutes
from openanpr.web.judging import Judge
from openanpr.web.pages.account.joining import JoinPages, join_pages
from openanpr.web.pages.account.own import AccountPages, account_pages
from openanpr.web.pages.account.own_log import OwnLogPages, own_log_pages
from openanpr.web.pages.account.signing import SignInPages, sign_in_pages
from openanpr.web.pages.administration.device_acts import device_acts
from openanpr.web.pages.administration.devices import DevicePages, device_pages
from openanpr.web.pages.administration.index import administration_pages
from openanpr.web.pages.administration.jobs import JobPages, NodeTold, job_pages
from openanpr.web.pages.administration.people import PeoplePages, people_pages
from openanpr.web.pages.administration.people_acts import PeopleActs, people_acts
from openanpr.web.pages.administration.profiles import ProfilePages, profile_pages
from openanpr.web.pages.administration.quarantine import QuarantinePages, quarantine_pages
from openanpr.web.pages.administration.retention import RetentionPages, retention_pages
from openanpr.web.pages.alerts.cards import Cameras, Cards, Lists
from openanpr.web.pages.alerts.desk import AlertPages, alert_pages
from openanpr.web.pages.alerts.patrol import PatrolPages, patrol_pages
from openanpr.web.pages.answers.challenges import ChallengePages, challenge_pages
from openanpr.web.pages.answers.disclosures import DisclosurePages, disclosure_pages
from openanpr.web.pages.answers.subject_access import AccessPages, access_pages
from openanpr.web.pages.app import Pages, pages_app
from openanpr.web.pages.assets import Assets
from openanpr.web.pages.camera_tests import CameraTestPages, camera_test_pages
from openanpr.web.pages.cameras import CameraPages, camera_pages
from openanpr.web.pages.ground import LAYER, NIGHT_STYLE, STYLE, GroundFiles, ground_pages
from openanpr.web.pages.inside import Inside
from openanpr.web.pages.lists.changes import ChangePages, change_pages
from openanpr.web.pages.lists.defining import DefiningPages, defining_pages
from openanpr.web.pages.lists.entries import EntryPages, entry_pages
from openanpr.web.pages.lists.importing import ImportPages, Uploads, import_pages
from openanpr.web.pages.lists.overview import ListPages, list_pages
from openanpr.web.pages.look import Look, Site
from openanpr.web.pages.oversight.checkpoints import CheckpointPages, checkpoint_pages
from openanpr.web.pages.oversight.log import LogPages, log_pages
from openanpr.web.pages.oversight.policy import PolicyPages, policy_pages
from openanpr.web.pages.oversight.review import ReviewPages, review_pages
from openanpr.web.pages.previews import PreviewPages, preview_pages
from openanpr.web.pages.publishing.assessment import AssessmentPages, assessment_pages
from openanpr.web.pages.publishing.months import MonthPages, month_pages
from openanpr.web.pages.rights import RightsPages, rights_pages
from openanpr.web.pages.route import PageRoute
from openanpr.web.pages.search.approvals import approval_pages
from openanpr.web.pages.search.ask import SearchPages, search_ask_pages
from openanpr.web.pages.search.cases import case_pages
from openanpr.web.pages.search.found import search_found_pages
from openanpr.web.pages.search.runs import Runs
from openanpr.web.pages.sites.cameras import case_camera_pages
from openanpr.web.pages.sites.lists import list_pages_of_case
from openanpr.web.pages.sites.overview import SitePages, site_pages
from openanpr.web.pages.sites.steps import step_pages
from openanpr.web.pages.sites.writing import WritingPages, writing_pages
from openanpr.web.pages.start import start_pages
from openanpr.web.pages.tried import Tries
from openanpr.web.pages.try_picture import TryPages, try_pages
from openanpr.web.pages.waiting import waiting_for

UPLOADS: Final = "uploads"
"""The folder, in the node's own, of files that a browser sent and that are being read."""


@dataclass(frozen=True, slots=True)
class PageParts:
    """What pages are made of."""

    settings: NodeSettings
    judge: Judge
    clock: Callable[[], datetime]
    signing: SignInRoutes
    inside: Inside
    jobs: Callable[[], NodeTold]
    tries: Tries
    alerts: AlertParts
    own_log: OwnLogRoutes
    reviewed: ReviewRoutes
    past: PastRoutes
    searching: SearchRoutes
    threads: ApiThreads


@dataclass(frozen=True, slots=True)
class AlertParts:
    """What pages of alerts are made of."""

    people: Desk
    desk: AlertDesk
    lists: Lists
    cameras: Cameras
    every_camera: Callable[[], Iterable[RegisteredCamera]]


def node_pages(parts: PageParts, look: Look) -> list[PageRoute]:
    """Return every page."""
    alerts = _alert_pages(parts, look)
    zone = time_zone(parts.settings.pages.time_zone)
    searches = SearchPages(parts.searching, zone, Runs(parts.threads))
    return [
        *start_pages(partial(waiting_for, parts.inside)),
        *sign_in_pages(SignInPages(parts.signing)),
        *administration_routes(parts),
        *try_pages(TryPages(parts.tries)),
        *join_pages(JoinPages(parts.signing)),
        *account_pages(AccountPages(parts.signing, parts.reviewed)),
        *own_log_pages(OwnLogPages(parts.own_log)),
        *_list_pages(parts),
        *_oversight_pages(parts),
        *_answer_pages(parts.inside),
        *rights_pages(RightsPages(parts.inside)),
        *preview_pages(PreviewPages(parts.inside)),
        *camera_pages(CameraPages(parts.inside)),
        *camera_test_pages(CameraTestPages(parts.inside)),
        *_site_pages(parts),
        *_published_pages(parts),
        *search_ask_pages(searches),
        *search_found_pages(searches),
        *approval_pages(searches),
        *case_pages(searches),
        *ground_pages(_ground_files(parts.settings)),
        *alert_pages(alerts),
        *patrol_pages(PatrolPages(alerts, parts.alerts.every_camera)),
    ]


def administration_routes(parts: PageParts) -> list[PageRoute]:
    """Return the pages of administration; fixed addresses come before those with an id in them."""
    inside = parts.inside
    return [
        *administration_pages(),
        *people_acts(PeopleActs(inside, home_of(parts.settings))),
        *people_pages(PeoplePages(inside)),
        *device_acts(DevicePages(inside)),
        *device_pages(DevicePages(inside)),
        *profile_pages(ProfilePages(parts.judge.profile)),
        *retention_pages(RetentionPages(inside)),
        *quarantine_pages(QuarantinePages(inside)),
        *job_pages(JobPages(inside, parts.jobs)),
    ]


def home_of(settings: NodeSettings) -> str:
    """Return the address by which people reach the node, as links to it begin."""
    scheme = "http" if settings.tls.key is None else "https"
    return f"{scheme}://{settings.people.authorities[0]}"


def _alert_pages(parts: PageParts, look: Look) -> AlertPages:
    of = parts.alerts
    cards = Cards(of.desk, of.lists, of.cameras, parts.clock)
    return AlertPages(parts.inside, of.people, of.desk, cards, look, parts.clock)


def _list_pages(parts: PageParts) -> list[PageRoute]:
    inside, uploads = parts.inside, Uploads(parts.settings.data / UPLOADS)
    uploads.sweep()
    return [
        *list_pages(ListPages(inside)),
        *defining_pages(DefiningPages(inside)),
        *entry_pages(EntryPages(inside)),
        *import_pages(ImportPages(inside, uploads, time_zone(parts.settings.pages.time_zone))),
        *change_pages(ChangePages(inside)),
    ]


def _site_pages(parts: PageParts) -> list[PageRoute]:
    """Return the pages of sites; fixed addresses come before those with an id in them."""
    looks, writes = SitePages(parts.inside), WritingPages(parts.inside)
    return [
        *site_pages(looks),
        *writing_pages(writes),
        *case_camera_pages(writes),
        *list_pages_of_case(writes),
        *step_pages(looks),
    ]


def _published_pages(parts: PageParts) -> list[PageRoute]:
    """Return the pages of what the public is shown."""
    return [
        *assessment_pages(AssessmentPages(parts.inside)),
        *month_pages(MonthPages(parts.inside)),
    ]


def _oversight_pages(parts: PageParts) -> list[PageRoute]:
    zone = time_zone(parts.settings.pages.time_zone)
    return [
        *review_pages(ReviewPages(parts.reviewed)),
        *log_pages(LogPages(parts.inside, parts.reviewed.people, zone)),
        *checkpoint_pages(CheckpointPages(parts.inside)),
        *policy_pages(PolicyPages(parts.past)),
    ]


def _answer_pages(inside: Inside) -> list[PageRoute]:
    return [
        *access_pages(AccessPages(inside)),
        *challenge_pages(ChallengePages(inside)),
        *disclosure_pages(DisclosurePages(inside)),
    ]


def read_layer(path: Path) -> bytes:
    """Return the ground of maps; raises ValueError with what to mend."""
    try:
        layer = path.read_bytes()
        told = cast("object", json.loads(layer))
    except (OSError, ValueError) as fault:
        raise ValueError(f"pages.layer: {path} cannot be read as GeoJSON: check the file") from fault
    if not isinstance(told, dict) or cast("dict[str, object]", told).get("type") != "FeatureCollection":
        raise ValueError(f"pages.layer: {path} must be a GeoJSON FeatureCollection")
    return layer


def _ground_files(settings: NodeSettings) -> GroundFiles:
    layer, tiles = settings.pages.layer, map_source(settings.pages.map)
    read = b"" if layer is None else read_layer(layer)
    return GroundFiles(read, tiles.day.text, tiles.night.text, tiles.tiles)


def with_pages(api: App, door: Door, parts: PageParts) -> App:
    """Return the API's app with the pages beside it."""
    said, assets = parts.settings.pages, Assets()
    tiles = map_source(said.map)
    style = STYLE if tiles.day.text else tiles.day.address
    site = Site(
        said.name,
        ZoneInfo(said.time_zone),
        layer="" if said.layer is None else LAYER,
        style=style,
        night_style=NIGHT_STYLE if tiles.night.text else tiles.night.address or style,
        map_origins=tiles.origins,
        notice=said.notice,
    )
    look = Look(site, assets, parts.clock)
    return pages_app(node_pages(parts, look), Pages(door, look, parts.judge, assets), api)


def time_zone(name: str) -> ZoneInfo:
    """Return a time zone; raises ValueError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise ValueError(f"pages.time_zone: {name} is no time zone, such as Europe/London") from fault
