"""What the evidence is read from: facts in groups, each known at a time and from a place, or not known.

Counts and days alone. No mark, no place, nobody's name; nothing of covert lists or alerts is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from openanpr.core.role import Role
from openanpr.core.span import Span
from openanpr.policy.sourced import Number
from openanpr.publish.share import ShownShare

FactT = TypeVar("FactT")
FactT_co = TypeVar("FactT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Known(Generic[FactT]):
    """Facts as they were at `as_of`. `source` names where they were looked up, by a word of the catalogue."""

    value: FactT
    as_of: datetime
    source: str


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Nobody can say; `source` names where it would be looked up, `why` the reason, by the catalogue."""

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """The rules in force. `logged_at`: when the audit log says that they came into force, None: it does not.

    `numbers` are all numbers of the profile with their sources, by their dotted names.
    """

    profile: str
    valid_from: date
    digest: str
    logged_at: datetime | None
    numbers: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """Searches asked within the time. `unreferenced` ran although no case system knew the reference.

    `unreachable` ran while none could be asked; `unreasoned` ran without necessity in writing; `overdue`
    authorities by word of mouth are of now.
    """

    asked: int
    ran: int
    refused: int
    authorised: int
    unreferenced: int
    unreachable: int
    unreasoned: int
    overdue: int


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """Reviews within the time. `reviewed` searches have a finding; `wanted` is the share to draw.

    `open` and `overdue` items are of now. `told_reviewed`: what the months that were published within the
    time show of findings on searches; None: none was.
    """

    asked: int
    reviewed: int
    improper: int
    referred: int
    open: int
    overdue: int
    last_round_at: datetime | None
    wanted: Number
    told_reviewed: ShownShare | None = None


@dataclass(frozen=True, slots=True)
class PeopleFacts:
    """People who may act, of now. `untrained` hold a role that does not count for want of training.

    `unfactored` could sign in without a second factor, `clashing` hold roles that must be apart. `holders`
    counts who holds each role in force.
    """

    people: int
    untrained: int
    unfactored: int
    clashing: int
    holders: Mapping[Role, int]
    services: int
    orphaned_services: int


@dataclass(frozen=True, slots=True)
class LogFacts:
    """The audit log. `holds`: its last checkpoint is signed by its key and goes on from an earlier one.

    `refuses` says why it takes nothing more; empty where it does. `lodged` is the last checkpoint that a
    witness signed.
    """

    entries: int
    checkpoint_size: int
    checkpoint_at: datetime
    holds: bool
    grown_from: int
    refuses: str
    lodged: Lodging | None


@dataclass(frozen=True, slots=True)
class Lodging:
    """A checkpoint that witnesses signed: how many entries it has, when, and their names."""

    size: int
    at: datetime
    witnesses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeepingFacts:
    """What is kept and what went. `oldest` is the first day of which reads are counted, None for no reads.

    `certified` days went within the time; of `left` of them something was found afterwards; `returned`
    certified days can be found again now.
    """

    days: Number
    kept_from: date
    oldest: date | None
    certified: int
    left: int
    returned: int
    last_certificate_at: datetime | None
    holds: int
    holds_past_end: int


@dataclass(frozen=True, slots=True)
class ListFacts:
    """Open lists, of now; `stale` are older than their owners allow, `due` entries wait for their review."""

    lists: int
    by_hand: int
    stale: int
    entries: int
    due: int


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """Open (not covert) alerts raised within the time; `closed` ones by what came of them.

    `told_...` is what the months that were published within the time show of a share of closed ones; None:
    none was. Shares are judged by that.
    """

    raised: int
    answered: int
    closed: int
    misread: int
    list_errors: int
    told_misread: ShownShare | None = None
    told_list_errors: ShownShare | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a test should reach, in thousandths: of the plates found (`capture`), or of those read right."""

    name: str
    permille: int


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """Cameras in use, of now. `tested` have a test that is not older than the age allowed (`oldest_test`).

    `reached`, `missed` and `unsure` are of tested ones against `targets`, empty where none is set. Of the
    `clocked` cameras, whose clock was measured on the last day, `clock_off` were off by more than the limit.
    `held` reads wait in quarantine.
    """

    cameras: int
    tested: int
    ever_tested: int
    newest_test_at: datetime | None
    targets: tuple[Target, ...]
    reached: int
    missed: int
    unsure: int
    clocked: int
    clock_off: int
    clock_limit: Number
    held: int
    held_longest_since: datetime | None


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """The case for each camera in use. `justified` have one that was authorised and has not lapsed.

    `overdue` reviews are past their day. `assessed` have an impact assessment, `assessments_overdue` of these
    were to be looked at again. `consulted` have views of others on record.
    """

    cameras: int
    justified: int
    overdue: int
    assessed: int
    assessments_overdue: int
    consulted: int
    newest_review_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """What the public can see, and since when: figures, and a page that names whom to turn to."""

    figures_at: datetime | None
    contact_at: datetime | None


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """The assessment that was published last."""

    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class RightsFacts:
    """What people asked within the time: complaints, and requests to see or mend; `late` past their day."""

    complaints: int
    complaints_late: int
    requests: int
    requests_late: int


@dataclass(frozen=True, slots=True)
class GuardFacts:
    """How the node is guarded. `clear`: listeners beyond this machine whose traffic is not encrypted.

    `signing` devices prove each batch by a signature, `by_token` feeds of other makers by a token alone.
    """

    listeners: int
    clear: int
    signing: int
    by_token: int


class Source(Protocol[FactT_co]):
    """Looks up one group of facts."""

    def __call__(self, over: Span, /) -> FactT_co:
        """Return the facts over a stretch of time that ends now, or that they are not known."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """All groups, looked up at one moment: the end of `over`."""

    over: Span
    rules: Known[RuleFacts] | NotKnown
    searches: Known[SearchFacts] | NotKnown
    reviews: Known[ReviewFacts] | NotKnown
    people: Known[PeopleFacts] | NotKnown
    log: Known[LogFacts] | NotKnown
    keeping: Known[KeepingFacts] | NotKnown
    lists: Known[ListFacts] | NotKnown
    alerts: Known[AlertFacts] | NotKnown
    cameras: Known[CameraFacts] | NotKnown
    sites: Known[SiteFacts] | NotKnown
    publication: Known[PublicationFacts] | NotKnown
    assessments: Known[AssessmentFacts] | NotKnown
    rights: Known[RightsFacts] | NotKnown
    guard: Known[GuardFacts] | NotKnown


@dataclass(frozen=True, slots=True)
class Sources:
    """Who looks up which group; what no part of the node keeps yet is `unknown`."""

    rules: Source[Known[RuleFacts] | NotKnown]
    searches: Source[Known[SearchFacts] | NotKnown]
    reviews: Source[Known[ReviewFacts] | NotKnown]
    people: Source[Known[PeopleFacts] | NotKnown]
    log: Source[Known[LogFacts] | NotKnown]
    keeping: Source[Known[KeepingFacts] | NotKnown]
    lists: Source[Known[ListFacts] | NotKnown]
    alerts: Source[Known[AlertFacts] | NotKnown]
    cameras: Source[Known[CameraFacts] | NotKnown]
    sites: Source[Known[SiteFacts] | NotKnown]
    publication: Source[Known[PublicationFacts] | NotKnown]
    assessments: Source[Known[AssessmentFacts] | NotKnown]
    rights: Source[Known[RightsFacts] | NotKnown]
    guard: Source[Known[GuardFacts] | NotKnown]

    def gather(self, over: Span) -> Facts:
        """Return all groups; raises what a store raises: half a picture is none."""
        return Facts(
            over=over,
            rules=self.rules(over),
            searches=self.searches(over),
            reviews=self.reviews(over),
            people=self.people(over),
            log=self.log(over),
            keeping=self.keeping(over),
            lists=self.lists(over),
            alerts=self.alerts(over),
            cameras=self.cameras(over),
            sites=self.sites(over),
            publication=self.publication(over),
            assessments=self.assessments(over),
            rights=self.rights(over),
            guard=self.guard(over),
        )


def unknown(source: str) -> Source[NotKnown]:
    """Return what says that nobody keeps these facts: the evidence is missing then, and never assumed."""

    def not_kept(over: Span, /) -> NotKnown:
        del over
        return NotKnown(source, "not-kept")

    return not_kept
