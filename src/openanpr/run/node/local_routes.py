"""What the node's local socket answers, made of its parts."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path

from openanpr.alert.desk import AlertDesk
from openanpr.ingest.limits import Limits
from openanpr.ingest.mend import ReleaseDesk
from openanpr.run.node.alarms import alarms
from openanpr.run.node.audit_log import erase_openings
from openanpr.run.node.chores import WEEDING
from openanpr.run.node.desks import fresh_id
from openanpr.run.node.door import PeopleDoor
from openanpr.run.node.forgetting import Forgetting
from openanpr.run.node.home import SETTINGS_FILE
from openanpr.run.node.metrics import metrics_text
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.standing import standing_record
from openanpr.run.node.stores import Stores
from openanpr.run.node.telling import Telling
from openanpr.store.backup import Parts, backup
from openanpr.store.retention import RetentionRule
from openanpr.voi.stolen import shipped_stolen_policy
from openanpr.web.local.alerts import AlertRoutes, alert_routes
from openanpr.web.local.app import LocalRoute
from openanpr.web.local.audit import AuditRoutes, audit_routes
from openanpr.web.local.devices import DeviceRoutes, device_routes
from openanpr.web.local.gate import PeopleGate
from openanpr.web.local.keeping import KeepingRoutes, keeping_routes
from openanpr.web.local.lists import ListRoutes, list_routes
from openanpr.web.local.node import NodeRoutes, node_routes
from openanpr.web.local.people import PeopleRoutes, people_routes
from openanpr.web.local.quarantine import QuarantineRoutes, quarantine_routes
from openanpr.web.local.service_accounts import service_routes

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


def local_routes(of: Behind) -> list[LocalRoute]:
    """Return every route of the local socket."""
    stores, kept = of.stores, of.stores.intake
    desk = ReleaseDesk(kept.quarantine, kept.senders, kept.cameras, stores.journal)
    people = PeopleRoutes(of.door.desk, of.clock)
    lists = ListRoutes(stores.lists, of.clock, _LONGEST_BY_HAND, shipped_stolen_policy(), WEEDING)
    return [
        of.door.local(),
        *node_routes(NodeRoutes(lambda: _standing(of), lambda: _metrics(of), lambda to: _backup(of, to))),
        *alert_routes(
            AlertRoutes(of.desk, stores.alerts, stores.alerts, stores.engine, stores.pictures, of.clock)
        ),
        *list_routes(lists),
        *device_routes(DeviceRoutes(kept, stores.secrets.hash_key, of.clock, os.urandom, fresh_id)),
        *people_routes(people),
        *service_routes(people),
        *audit_routes(AuditRoutes(stores.log, of.clock, partial(erase_openings, stores.log))),
        *quarantine_routes(QuarantineRoutes(kept.quarantine, desk, of.limits, of.clock)),
        *keeping_routes(
            KeepingRoutes(stores.engine, stores.pictures, of.rule, of.forgetting, of.clock, stores.writing)
        ),
    ]


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
