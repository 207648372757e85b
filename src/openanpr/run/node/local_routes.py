"""What the node's local socket answers, made of its parts."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from openanpr.alert.desk import AlertDesk
from openanpr.core.role import Role
from openanpr.ingest.limits import Limits
from openanpr.ingest.mend import ReleaseDesk
from openanpr.ingest.preview import Previews
from openanpr.people.desk import standing_of
from openanpr.publish.assessment.desk import AssessmentDesk
from openanpr.run.node.alarms import alarms
from openanpr.run.node.answering import Answering
from openanpr.run.node.audit_log import erase_openings
from openanpr.run.node.chores import WEEDING
from openanpr.run.node.desks import fresh_id
from openanpr.run.node.door import PeopleDoor
from openanpr.run.node.forgetting import Forgetting
from openanpr.run.node.home import SETTINGS_FILE
from openanpr.run.node.logged_intake import LoggedJournal
from openanpr.run.node.metrics import metrics_text
from openanpr.run.node.public_site import NodePublicSite
from openanpr.run.node.publishing import NodePublishing
from openanpr.run.node.righting import Righting
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.siting import Siting
from openanpr.run.node.standing import standing_record
from openanpr.run.node.stores import Stores
from openanpr.run.node.telling import Telling
from openanpr.store.backup import Parts, backup
from openanpr.store.camera_counts import CameraCounts
from openanpr.store.retention import RetentionRule
from openanpr.voi.stolen import shipped_stolen_policy
from openanpr.web.local.alerts import AlertRoutes, alert_routes
from openanpr.web.local.app import LocalRoute
from openanpr.web.local.assessments import AssessmentRoutes, assessment_routes
from openanpr.web.local.audit import AuditRoutes, audit_routes
from openanpr.web.local.audit_proofs import ProofRoutes, names_of, proof_routes
from openanpr.web.local.camera_health import HealthRoutes, health_routes
from openanpr.web.local.camera_tests import CameraTestRoutes, camera_test_routes
from openanpr.web.local.challenges import ChallengeRoutes, challenge_routes
from openanpr.web.local.devices import DeviceRoutes, device_routes
from openanpr.web.local.disclosures import DisclosureRoutes, disclosure_routes
from openanpr.web.local.figures import FigureRoutes, figure_routes
from openanpr.web.local.gate import PeopleGate
from openanpr.web.local.hit_pictures import PicturesOfHits
from openanpr.web.local.keeping import KeepingRoutes, keeping_routes
from openanpr.web.local.list_entries import EntryRoutes, entry_routes
from openanpr.web.local.lists import ListRoutes, list_routes
from openanpr.web.local.node import NodeRoutes, node_routes
from openanpr.web.local.people import PeopleRoutes, people_routes
from openanpr.web.local.previews import PreviewRoutes, preview_routes
from openanpr.web.local.public_site import PublicSiteRoutes, public_site_routes
from openanpr.web.local.publishing import PublishingRoutes, publishing_routes
from openanpr.web.local.quarantine import QuarantineRoutes, quarantine_routes
from openanpr.web.local.rights import RightsRoutes, rights_routes
from openanpr.web.local.service_accounts import service_routes
from openanpr.web.local.sites import SiteRoutes, site_routes
from openanpr.web.local.subject_access import AccessRoutes, access_routes
from openanpr.web.local.told_tests import Targets

_LONGEST_BY_HAND = timedelta(days=365)


class NotEmbeddedError(ValueError):
    """A node on servers is backed up by the means of those servers."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What the routes ask."""

    stores: Stores
    settings: NodeSettings
    desk: AlertDesk
    telling: Telling
    forgetting: Forgetting
    rule: RetentionRule
    limits: Callable[[], Limits]
    clock: Callable[[], datetime]
    door: PeopleDoor
    gate: PeopleGate
    seen_at: Callable[[str], datetime | None]
    previews: Previews
    siting: Siting
    righting: Righting
    publishing: NodePublishing
    assessing: AssessmentDesk
    public_site: NodePublicSite
    answering: Answering


def local_routes(of: Behind) -> list[LocalRoute]:
    """Return every route of the local socket."""
    stores, kept = of.stores, of.stores.intake
    desk = ReleaseDesk(
        kept.quarantine, kept.senders, of.siting.admitting, LoggedJournal(stores.journal, stores.log)
    )
    people = PeopleRoutes(of.door.desk, of.clock)
    targets = Targets(of.settings.camera_targets.capture, of.settings.camera_targets.read_exact)
    lists = ListRoutes(
        stores.lists, of.clock, _LONGEST_BY_HAND, shipped_stolen_policy(), WEEDING, of.settings.feeds.profiles
    )
    return [
        of.door.local(),
        *node_routes(NodeRoutes(lambda: _standing(of), lambda: _metrics(of), lambda to: _backup(of, to))),
        *alert_routes(
            AlertRoutes(
                of.desk,
                stores.alerts,
                stores.alerts,
                PicturesOfHits(stores.engine, stores.pictures),
                of.clock,
                stores.entries.particulars,
            )
        ),
        *list_routes(lists),
        *entry_routes(EntryRoutes(stores.lists)),
        *device_routes(
            DeviceRoutes(kept, stores.secrets.hash_key, of.clock, os.urandom, fresh_id, of.seen_at)
        ),
        *health_routes(
            HealthRoutes(
                kept,
                CameraCounts(stores.engine),
                of.limits,
                of.clock,
                ZoneInfo(of.settings.pages.time_zone),
                targets,
                of.siting.admitting.confidential,
            )
        ),
        *preview_routes(PreviewRoutes(of.previews, kept.cameras.find)),
        *camera_test_routes(CameraTestRoutes(kept.tests, targets, of.clock, fresh_id)),
        *site_routes(SiteRoutes(of.siting.desk, of.siting.admitting, of.clock)),
        *_answer_routes(of),
        *rights_routes(RightsRoutes(of.righting.desk, of.clock, partial(_post_of, of))),
        *people_routes(people),
        *service_routes(people),
        *audit_routes(AuditRoutes(stores.log, of.clock, partial(erase_openings, stores.log))),
        *proof_routes(ProofRoutes(stores.log, of.clock, partial(names_of, of.door.desk))),
        *figure_routes(FigureRoutes(of.publishing, str(stores.log.key), of.clock)),
        *publishing_routes(PublishingRoutes(of.publishing, of.public_site, of.clock)),
        *public_site_routes(PublicSiteRoutes(of.public_site, of.clock)),
        *assessment_routes(AssessmentRoutes(of.assessing, of.clock)),
        *quarantine_routes(QuarantineRoutes(kept.quarantine, desk, of.limits, of.clock)),
        *keeping_routes(
            KeepingRoutes(stores.engine, stores.pictures, of.rule, of.forgetting, of.clock, stores.writing)
        ),
    ]


def _answer_routes(of: Behind) -> list[LocalRoute]:
    """Return the routes of answers to people."""
    made = of.answering
    return [
        *challenge_routes(ChallengeRoutes(made.challenges, made.cases, of.clock)),
        *access_routes(AccessRoutes(made.access, made.cases, made.pictures, of.clock)),
        *disclosure_routes(DisclosureRoutes(made.register, of.clock)),
    ]


def _post_of(of: Behind, login: str) -> tuple[frozenset[Role], str] | None:
    """Return the roles that somebody holds now, and their team; None for nobody."""
    account = of.door.desk.store.by_login(login)
    if account is None:
        return None
    return standing_of(of.door.desk, account, now=of.clock()).roles, account.post.team


def _standing(of: Behind) -> object:
    standing = of.telling.standing()
    names = "proved" if of.gate.founded else "claimed"
    return {**standing_record(standing), "alarms": alarms(standing), "names": names}


def _metrics(of: Behind) -> bytes:
    return metrics_text(of.telling.standing())


def _backup(of: Behind, destination: Path) -> object:
    settings, data = of.settings, of.settings.data
    on_servers = (
        settings.reads.url,
        settings.control_database.url,
        settings.lists_database.url,
        settings.pictures.bucket,
    )
    if any(on_servers):
        raise NotEmbeddedError("this node keeps things on servers: back those up by their own means")
    file = data / SETTINGS_FILE
    databases = [data / "control.db", data / "lists.db", data / "nonces.db"]
    if settings.forward_outbox.exists():  # also where forwarding was switched off: reads may wait in it
        databases.append(settings.forward_outbox)
    parts = Parts(
        data=data,
        journal=settings.journal.path,
        databases=databases,
        notes=(settings.looked_back, settings.forward_enrolled, settings.policy_noted),
        engine=of.stores.engine,
        reads=settings.reads.folder,
        folders=[settings.pictures.folder, settings.secrets],
        settings=file if file.exists() else None,
        log=of.stores.log,
        still=lambda: of.stores.writing,
    )
    made = backup(parts, destination, now=of.clock, program=version("openanpr"))
    return {
        "destination": str(destination),
        "files": made.files,
        "bytes": made.size,
        "ended_at": made.ended_at,
    }
