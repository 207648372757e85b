"""What stands behind each route that devices use, made of the node's stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from openanpr.ingest.accept import Cameras
from openanpr.ingest.clock import RecentClocks
from openanpr.ingest.enrol import EnrolmentDesk
from openanpr.ingest.feed import FeedIntake
from openanpr.ingest.feed_message import FeedDesk
from openanpr.ingest.limits import Limits
from openanpr.ingest.picture import PictureIntake, PictureStore
from openanpr.ingest.preview import Previews
from openanpr.ingest.prove import Proof
from openanpr.ingest.receive import Fresh, Intake
from openanpr.ingest.rotate import RotationDesk
from openanpr.ingest.tally import Tally
from openanpr.run.node.addresses import camera_zone, picture_limits
from openanpr.run.node.feed_cameras import FeedCamerasByName
from openanpr.run.node.logged_intake import LoggedCodes, LoggedDevices, LoggedJournal
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.stores import Stores
from openanpr.web.delivery import DeliveryDesks
from openanpr.web.device_lists import ListDesk
from openanpr.web.device_previews import PreviewDesk


def fresh_id() -> str:
    """Return an id for a device or feed that tells nothing."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Judging:
    """What deliveries are judged by.

    `ready` says whether the node is well, `previews` who looks, `cameras` what each may deliver.
    """

    clocks: RecentClocks
    settings: NodeSettings
    limits: Callable[[], Limits]
    clock: Callable[[], datetime]
    ready: Callable[[], bool]
    previews: Previews
    cameras: Cameras


def delivery_desks(
    stores: Stores, tally: Tally, pictures: PictureStore, fresh: Fresh, judging: Judging
) -> DeliveryDesks:
    """Return the desks; `pictures` is where they are kept, `fresh` who goes on with accepted reads."""
    kept, hash_key = stores.intake, stores.secrets.hash_key
    proof = Proof(kept.devices, stores.nonces)
    journal = LoggedJournal(stores.journal, stores.log)
    arriving = PictureIntake(proof, stores.announced, pictures, kept.shelf, tally)
    feeds = FeedIntake(kept.feeds, hash_key, judging.cameras, journal, tally)
    return DeliveryDesks(
        batches=Intake(proof, judging.cameras, judging.clocks, journal, tally, fresh),
        pictures=arriving,
        enrolment=EnrolmentDesk(LoggedCodes(kept.codes, stores.log), stores.nonces, hash_key, tally),
        rotation=RotationDesk(proof, LoggedDevices(kept.devices, stores.log, judging.clock), tally),
        feeds=FeedDesk(
            feeds, arriving, FeedCamerasByName(kept.cameras, kept.feeds, camera_zone(judging.settings))
        ),
        lists=ListDesk(proof, stores.lists, tally, stores.log),
        previews=PreviewDesk(proof, judging.previews, tally),
        limits=judging.limits,
        picture_limits=picture_limits(judging.settings),
        clock=judging.clock,
        fresh_device_id=fresh_id,
        ready=judging.ready,
    )
