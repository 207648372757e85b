"""Every store of a node, opened by its settings and closed again in the right order."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from openanpr.audit.log import AuditLog
from openanpr.audit.port import NODE
from openanpr.deliver.outbox import Outbox
from openanpr.deliver.outbox_file import OutboxKind
from openanpr.publish.ports import Counter
from openanpr.rights.keys import RightsKeys
from openanpr.run.node.addresses import (
    bucket,
    control_url,
    lists_url,
    memory_bytes,
    server_address,
)
from openanpr.run.node.audit_log import open_log
from openanpr.run.node.fault import kind_and_place
from openanpr.run.node.log_change import Places, Why, finish_change, follow_restored_log
from openanpr.run.node.logged_alerts import log_alerts
from openanpr.run.node.logged_lists import log_lists
from openanpr.run.node.profile_rules import profile_of
from openanpr.run.node.rights_rules import rights_numbers
from openanpr.run.node.secrets import NodeSecrets, make_secrets, read_secrets, refuse_open
from openanpr.run.node.settings import Database, NodeSettings
from openanpr.store.announced import Announced
from openanpr.store.backup_files import sync_folder
from openanpr.store.backup_reads import clear_leftovers
from openanpr.store.backup_restore import RESTORED
from openanpr.store.chdb_folder import ChdbFolder
from openanpr.store.clickhouse_server import ClickHouseServer
from openanpr.store.control.alert_store import AlertRecords
from openanpr.store.control.answer_store import AnswerStore
from openanpr.store.control.assessment_counts import AssessmentCounts
from openanpr.store.control.assessments import AssessmentRows
from openanpr.store.control.camera_hits import CameraHits
from openanpr.store.control.engine import DatabaseError, empty_log, open_database
from openanpr.store.control.intake_store import IntakeStore
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.live_entries import LiveEntries
from openanpr.store.control.migrate import migrate
from openanpr.store.control.people_store import PeopleRecords
from openanpr.store.control.publications import PublicationRows
from openanpr.store.control.review_store import ReviewStore
from openanpr.store.control.rights_counts import RightsCounts
from openanpr.store.control.rights_store import RightsStore
from openanpr.store.control.search_cases import CaseRows
from openanpr.store.control.search_records import SearchRows
from openanpr.store.control.shelf import ShelfRoom
from openanpr.store.control.site_store import SiteStore
from openanpr.store.counters import counters
from openanpr.store.engine import ReadEngine
from openanpr.store.file_lock import HeldElsewhereError, hold_lock
from openanpr.store.journal import Journal
from openanpr.store.migrate_reads import migrate_reads, read_migrations
from openanpr.store.nonces import Nonces
from openanpr.store.pictures import PictureError, Pictures
from openanpr.store.pictures_keep import KeptPictures
from openanpr.store.retention import RetentionRule

CONSUMERS = ("match", "store", "quarantine")
FORWARD = "forward"
_SHELF = ShelfRoom(most_pictures=2_000, most_bytes=256 * 2**20)


@dataclass(frozen=True, slots=True)
class Stores:
    """What a node keeps, open.

    `writing` is held by whoever writes to the read store or passes a group of reads: a backup cuts there.
    `kept_from` gives the oldest capture day that is kept now; `empty_logs` overwrites what was erased.
    `publications` is what the public is shown, `counters` count it, by population.
    `forward` is None for a node that does not. `log` takes every act of law before it is done.
    """

    secrets: NodeSecrets
    log: AuditLog
    journal: Journal
    intake: IntakeStore
    alerts: AlertRecords
    people: PeopleRecords
    searches: SearchRows
    cases: CaseRows
    reviews: ReviewStore
    sites: SiteStore
    rights: RightsStore
    answers: AnswerStore
    hits: CameraHits
    publications: PublicationRows
    counters: Mapping[str, Counter]
    answered: RightsCounts
    assessments: AssessmentRows
    counts: AssessmentCounts
    lists: ListStore
    entries: LiveEntries
    nonces: Nonces
    engine: ReadEngine
    pictures: Pictures
    kept: KeptPictures
    announced: Announced
    forward: Outbox | None
    kept_from: Callable[[], date]
    empty_logs: Callable[[], None]
    writing: threading.RLock


def open_stores(
    settings: NodeSettings, rule: RetentionRule, *, clock: Callable[[], datetime], last: ExitStack
) -> Stores:
    """Return the stores, brought to this version's schema; `last` closes them.

    Raises AuditError, JournalError, DatabaseError, MigrationError, StoreError, PictureError, SecretFileError,
    OSError: the sentence of each says what to do.
    """
    data, aim = settings.data, settings.camera_targets
    numbers = rights_numbers(profile_of(settings, on=clock().date()))
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_open(data, "the data folder")  # before anything is put into it, which its owner could then not use
    is_new = not settings.journal.path.exists()
    if is_new:
        make_secrets(settings.secrets, log_name=settings.audit.name)
    _settle_log(settings, clock)
    secrets = read_secrets(settings.secrets)
    log = open_log(settings, secrets.audit_key, begin=is_new)
    last.callback(log.close)  # after all else: what is done until then is logged
    journal = _journal(settings, last)
    control = open_database(control_url(settings))
    last.callback(control.dispose)
    with _in_a_sentence("control database", settings.control_database):
        migrate(control)
    lists = open_database(lists_url(settings))
    last.callback(lists.dispose)
    with _in_a_sentence("database of lists", settings.lists_database):
        migrate(lists)
    _give_no_number_twice(data / RESTORED, ListStore(lists), clock)
    engine = _engine(settings, last)
    migrate_reads(engine, read_migrations())
    pictures = _pictures(settings, last)
    kept_from = _kept_from(rule, clock)

    return Stores(
        secrets=secrets,
        log=log,
        journal=journal,
        intake=IntakeStore.over(control, room=_SHELF),
        alerts=log_alerts(AlertRecords(control), log, clock),
        people=PeopleRecords(control),
        searches=SearchRows(control),
        cases=CaseRows(control),
        reviews=ReviewStore(control, lambda: uuid4().hex),
        sites=SiteStore(control),
        answers=AnswerStore(control, lists),
        rights=RightsStore(control, RightsKeys.derive(secrets.hash_key.key), os.urandom),
        hits=CameraHits(control),
        publications=PublicationRows(control),
        counters=counters(control, lists, engine, numbers, capture=aim.capture, read_exact=aim.read_exact),
        answered=RightsCounts(control, numbers),
        assessments=AssessmentRows(control),
        counts=AssessmentCounts(control),
        lists=log_lists(ListStore(lists), log, clock),
        entries=LiveEntries(lists),
        nonces=last.enter_context(Nonces.open(data / "nonces.db", clock=clock)),
        engine=engine,
        pictures=pictures,
        kept=KeptPictures(pictures, kept_from),
        announced=Announced(engine),
        forward=_forward(settings, last),
        kept_from=kept_from,
        empty_logs=partial(empty_log, control, lists),
        writing=threading.RLock(),
    )


def _journal(settings: NodeSettings, last: ExitStack) -> Journal:
    consumers = (*CONSUMERS, FORWARD) if settings.forward.url else CONSUMERS
    journal = last.enter_context(Journal.open(settings.journal.path, consumers))
    if not settings.forward.url and FORWARD in journal.positions():
        journal.retire(FORWARD)  # forwarding was switched off: the journal need not keep batches for it
    return journal


def _settle_log(settings: NodeSettings, clock: Callable[[], datetime]) -> None:
    """Go on with a change of the log's key that was cut off; after a restore, begin another log."""
    places = Places.of(settings)
    finish_change(places)
    if (settings.data / RESTORED).exists() and places.folder.exists():
        why = Why("restored", NODE, "the node was restored from a backup", clock())
        follow_restored_log(places, settings.audit.name, why)


def _give_no_number_twice(restored: Path, lists: ListStore, clock: Callable[[], datetime]) -> None:
    """Have the numbers of revisions leap at the first start after a restore.

    To the seconds of the clock: no list makes a revision a second, so that the numbers of one lost time are
    beyond those of another, also where one backup was restored twice.
    """
    if restored.exists():
        lists.leap(int(clock().timestamp()))
        restored.unlink()
        sync_folder(restored.parent)


def _kept_from(rule: RetentionRule, clock: Callable[[], datetime]) -> Callable[[], date]:
    return lambda: rule.kept_from(clock().date())


@contextmanager
def _in_a_sentence(name: str, database: Database) -> Generator[None]:
    """Raise DatabaseError for whatever the driver of a database raises."""
    try:
        yield
    except DatabaseError:
        raise
    except Exception as fault:  # refuses: the driver's errors are not ours to name here
        said = " ".join(str(getattr(fault, "orig", None) or kind_and_place(fault)).split())
        mend = "its server runs and lets this node in" if database.url else "its disk can be written"
        raise DatabaseError(
            f"the {name} cannot be used ({said}): see that {mend}, or restore a backup"
        ) from fault


def _engine(settings: NodeSettings, last: ExitStack) -> ReadEngine:
    address = server_address(settings)
    if address is not None:
        return last.enter_context(ClickHouseServer.open(address))
    if settings.reads.folder.exists():
        clear_leftovers(settings.reads.folder)
    return last.enter_context(ChdbFolder.open(settings.reads.folder, memory_bytes=memory_bytes(settings)))


def _pictures(settings: NodeSettings, last: ExitStack) -> Pictures:
    said, most, folder = bucket(settings), settings.pictures.most_bytes, settings.pictures.folder
    if said is not None:
        return Pictures.in_bucket(said, most_bytes=most)
    pictures = Pictures.in_folder(folder, most_bytes=most)
    try:
        last.enter_context(hold_lock(folder / "openanpr.lock"))
    except HeldElsewhereError as fault:  # its retention would delete the days of both
        raise PictureError(f"{folder} is open in process {fault.holder}: give each node its own") from None
    return pictures


def _forward(settings: NodeSettings, last: ExitStack) -> Outbox | None:
    if not settings.forward.url:
        return None
    path = settings.forward_outbox
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return last.enter_context(Outbox.open(path, kind=OutboxKind.FORWARDED))
