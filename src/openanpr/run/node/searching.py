"""The desk of searches, made of a node's parts: the one place that hands it the stored reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from openanpr.core.plate import Plate, PlateError
from openanpr.core.purpose import ReferenceState
from openanpr.core.read_key import ReadKey
from openanpr.people.declaring import declared_by
from openanpr.people.desk import Desk, standing_of
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.ask import Person
from openanpr.policy.profile import Profile
from openanpr.run.node.cameras_then import CountedThen
from openanpr.run.node.case_settings import case_address
from openanpr.run.node.desks import fresh_id
from openanpr.run.node.pages import read_layer, time_zone
from openanpr.run.node.settings import Cases, NodeSettings
from openanpr.run.node.stores import Stores
from openanpr.search.case_file import CaseFile
from openanpr.search.case_http import CaseHttp
from openanpr.search.desk import SearchDesk
from openanpr.search.found import WholeRead
from openanpr.search.kept import KeptAnswers
from openanpr.search.parts import Limits, Parts, World
from openanpr.search.ports import (
    CaseSystem,
    ConfidentialCameras,
    HoldOrder,
    InForce,
    NotHeldError,
    ReadsUnreachableError,
)
from openanpr.search.roads import LayerError, Roads, roads_of
from openanpr.store.camera_counts import CameraCounts
from openanpr.store.engine import ReadEngine, StoreError
from openanpr.store.holds import Hold, HoldError, place_hold
from openanpr.store.pictures import PictureError, PictureName, Pictures
from openanpr.store.searched_reads import SearchedReads, held_for_case
from openanpr.web.judging import policy_person


@dataclass(frozen=True, slots=True)
class PeopleNow:
    """Who people are now, as `search.ports.Persons`."""

    desk: Desk
    clock: Callable[[], datetime]

    def person(self, account_id: str) -> Person | None:
        """Return the person with the roles, rank and training of this moment."""
        account = self.desk.store.find(account_id)
        if account is None or not account.able:
            return None
        now = self.clock()
        standing = standing_of(self.desk, account, now=now)
        return policy_person(standing, self.desk.store.trainings_of(account_id), now=now)


@dataclass(frozen=True, slots=True)
class DeclaredMarks:
    """Whose vehicles are declared as whose, as `search.ports.OwnMarks`."""

    desk: Desk

    def concerning(self, account_id: str, marks: Collection[str]) -> frozenset[str]:
        """Return the marks of these that this person or somebody of the same team declared."""
        account = self.desk.store.find(account_id)
        team = None if account is None else account.post
        return frozenset(mark for mark in marks if self._concerns(account_id, team, mark))

    def _concerns(self, account_id: str, team: object, mark: str) -> bool:
        try:
            found = declared_by(self.desk, Plate.parse(mark))
        except PlateError:
            return False
        whose = {one.account_id for one in found}
        if account_id in whose:
            return True
        owners = (self.desk.store.find(one) for one in whose)
        return any(one is not None and one.post == team for one in owners)


class NoCases:
    """No case system: nobody can say that a reference is open, so that no search goes on."""

    def state_of(self, reference: str) -> ReferenceState:
        """Return that it cannot be reached, whatever the reference."""
        del reference
        return ReferenceState.UNREACHABLE


@dataclass(frozen=True, slots=True)
class GivenPictures:
    """Pictures, as `search.ports.Pictures`."""

    kept: Pictures

    def of(self, captured_at: datetime, sha256: str) -> bytes | None:
        """Return the JPEG, None where it is not here; raises ReadsUnreachableError."""
        try:
            return self.kept.get(PictureName(captured_at, sha256))
        except PictureError as fault:
            raise ReadsUnreachableError("the store of pictures does not answer") from fault


@dataclass(frozen=True, slots=True)
class CaseHolds:
    """Copies that cases keep, as `search.ports.Holds`; `writing` is held by who writes to the reads."""

    engine: ReadEngine
    pictures: Pictures
    writing: AbstractContextManager[object]

    def hold(self, order: HoldOrder, keys: Sequence[ReadKey]) -> int:
        """Keep these reads and return how many are kept; raises NotHeldError."""
        wanted = Hold(order.hold_id, order.reference, order.owner, order.until)
        try:
            with self.writing:
                return place_hold(self.engine, self.pictures, wanted, keys, at=order.at).reads
        except (HoldError, StoreError, PictureError) as fault:
            raise NotHeldError("the reads could not be kept: some are stored no more") from fault

    def held(self, hold_id: str) -> tuple[WholeRead, ...]:
        """Return the reads that a hold keeps; raises ReadsUnreachableError."""
        try:
            return held_for_case(self.engine, hold_id)
        except StoreError as fault:
            raise ReadsUnreachableError("the store of reads does not answer") from fault


@dataclass(frozen=True, slots=True)
class Known:
    """Who people are, and which cameras are for some of them alone."""

    people: Desk
    confidential: ConfidentialCameras


def search_desk(
    stores: Stores,
    known: Known,
    settings: NodeSettings,
    in_force: tuple[AccessRules, Profile],
    clock: Callable[[], datetime],
    last: ExitStack,
) -> SearchDesk:
    """Return the desk; what an earlier process left running is marked as broken off. Raises ValueError."""
    world = World(
        reads=SearchedReads(stores.engine, kept_from=stores.kept_from),
        register=stores.intake.cameras,
        cameras_then=CountedThen(CameraCounts(stores.engine), clock, time_zone(settings.pages.time_zone)),
        confidential=known.confidential,
        persons=PeopleNow(known.people, clock),
        own_marks=DeclaredMarks(known.people),
        case_system=_case_system(settings.cases, clock, last),
        pictures=GivenPictures(stores.pictures),
        holds=CaseHolds(stores.engine, stores.pictures, stores.writing),
    )
    rules, profile = in_force
    desk = SearchDesk(
        Parts(
            world=world,
            records=stores.searches,
            cases=stores.cases,
            trail=stores.log,
            book=lambda: InForce(rules, profile),
            clock=clock,
            fresh_id=fresh_id,
            limits=Limits(own_forces=settings.search.own_forces, seconds=settings.search.most_s),
            kept=KeptAnswers(),
            blur_key=os.urandom(32),
            roads=None if settings.pages.layer is None else _roads(settings.pages.layer),
        )
    )
    desk.break_off()
    return desk


def _roads(layer: Path) -> Roads | None:
    """Return the roads of the map layer, None where it draws none; raises ValueError."""
    try:
        roads = roads_of(read_layer(layer))
    except LayerError as fault:
        raise ValueError(f"pages.layer: {layer}: {fault}") from fault
    return roads if roads.stretches else None


def _case_system(said: Cases, clock: Callable[[], datetime], last: ExitStack) -> CaseSystem:
    if said.file is not None:
        return CaseFile(said.file, fresh_for=timedelta(hours=said.fresh_hours), clock=clock)
    if not said.url:
        return NoCases()
    line = CaseHttp(case_address(said))
    last.callback(line.close)
    return line
