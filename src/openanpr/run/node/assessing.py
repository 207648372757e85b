"""The self assessment made of a node's parts: its desk, and who looks up which facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from openanpr.audit.acts import Act
from openanpr.audit.faults import AuditError
from openanpr.audit.lodging import grown, witnessed
from openanpr.core.camera_test import CameraTest, Verdict, against
from openanpr.core.role import Role
from openanpr.core.span import Span
from openanpr.people.duties import conflicts
from openanpr.people.standing import Standing, standing
from openanpr.people.training import TrainingRules
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.profile import Profile
from openanpr.publish.assessment import facts
from openanpr.publish.assessment.desk import AssessmentDesk
from openanpr.publish.assessment.document import CheckpointTold
from openanpr.publish.assessment.facts import Known, NotKnown, Sources
from openanpr.publish.assessment.numbers import AssessmentNumbers, shipped_numbers
from openanpr.publish.assessment.questions import shipped_principles
from openanpr.publish.definitions import ALERTS, FINDINGS, RESULTS, SEARCHES
from openanpr.publish.publication import ReadPublication, read_publication
from openanpr.publish.share import shown_share
from openanpr.publish.site.state import Matter
from openanpr.review.desk import ReviewDesk, figures
from openanpr.review.item import Outcome
from openanpr.run.node.admitting import Admitting
from openanpr.run.node.assessed_sites import site_facts
from openanpr.run.node.forgetting import Forgetting
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.stores import Stores
from openanpr.search.desk import SearchDesk
from openanpr.store.camera_counts import CameraCounts
from openanpr.store.holds import holds
from openanpr.store.read_figures import ReadFigures
from openanpr.store.retention import RetentionRule, certificates
from openanpr.voi.fresh import freshness

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Desks:
    """The desks of searches and of their review, which know what waits too long."""

    searches: SearchDesk
    reviews: ReviewDesk


@dataclass(frozen=True, slots=True)
class Assessing:
    """The parts of a node that facts are looked up in."""

    stores: Stores
    settings: NodeSettings
    in_force: tuple[AccessRules, Profile]
    rule: RetentionRule
    forgetting: Forgetting
    desks: Desks
    admitting: Admitting
    training: TrainingRules
    numbers: AssessmentNumbers = field(default_factory=shipped_numbers)

    def desk(self) -> AssessmentDesk:
        """Return the desk of the self assessment."""
        return AssessmentDesk(
            store=self.stores.assessments,
            sources=self.sources(),
            log=self.stores.log,
            checkpoint=self.checkpoint,
            principles=shipped_principles(),
            numbers=self.numbers,
        )

    def sources(self) -> Sources:
        """Return who looks up which facts; what no part keeps yet is not known."""
        return Sources(
            rules=self.rules,
            searches=self.asked,
            reviews=self.reviewed,
            people=self.people,
            log=self.log,
            keeping=self.keeping,
            lists=self.lists,
            alerts=self.alerts,
            cameras=self.cameras,
            sites=self.sited,
            publication=self.published,
            assessments=self.assessments,
            rights=self.answered,
            guard=self.guard,
        )

    def checkpoint(self) -> CheckpointTold:
        """Sign a checkpoint of the log as it is now, and return it. Raises AuditError."""
        signed = self.stores.log.checkpoint().checkpoint
        return CheckpointTold(signed.origin, signed.size, signed.root.hex())

    def rules(self, over: Span) -> Known[facts.RuleFacts]:
        """Return the rules in force, and since when the log says so."""
        rules, profile = self.in_force
        digest = rules.version(profile).removeprefix("sha256:")
        found = facts.RuleFacts(
            profile.label, profile.valid_from, digest, self._noted(digest), profile.numbers()
        )
        return Known(found, over.until, "profile")

    def _noted(self, digest: str) -> datetime | None:
        try:
            text = self.settings.policy_noted.read_text(encoding="ascii").strip()
            entries = self.stores.log.entries_from(int(text), 1)
        except (OSError, ValueError, AuditError):
            return None
        known = bool(entries) and entries[0].act is Act.POLICY_CHANGE
        return entries[0].at if known and entries[0].public["digest"] == digest else None

    def asked(self, over: Span) -> Known[facts.SearchFacts]:
        """Return what is counted of searches."""
        found = self.stores.counts.searches(over)
        told = facts.SearchFacts(
            found.asked,
            found.ran,
            found.refused,
            found.authorised,
            found.unreferenced,
            found.unreachable,
            found.unreasoned,
            len(self.desks.searches.overdue()),
        )
        return Known(told, over.until, "searches")

    def reviewed(self, over: Span) -> Known[facts.ReviewFacts]:
        """Return what is counted of reviews."""
        found, kept = self.stores.counts.reviews(over), figures(self.desks.reviews, over, now=over.until)
        last = self.stores.reviews.rounds.last_round()
        told = facts.ReviewFacts(
            found.asked,
            found.reviewed,
            kept.findings[Outcome.IMPROPER],
            kept.referred,
            kept.open,
            kept.overdue,
            None if last is None else last.at,
            self.desks.reviews.numbers.share_percent,
            shown_share(self._months(over), part=(FINDINGS, {}), of=(SEARCHES, {})),
        )
        return Known(told, over.until, "reviews")

    def people(self, over: Span) -> Known[facts.PeopleFacts]:
        """Return what is counted of people who hold a role."""
        store, counts, now = self.stores.people, self.stores.counts, over.until
        trainings, grants = counts.trainings(), store.every_grant()
        of: dict[str, list[int]] = {}
        for place, grant in enumerate(grants):
            of.setdefault(grant.account_id, []).append(place)
        accounts = store.every()
        standings = [
            standing(
                account,
                [grants[place] for place in of.get(account.account_id, ())],
                trainings.get(account.account_id, ()),
                self.training,
                now=now,
            )
            for account in accounts
        ]
        given = [one for one in standings if one.roles or one.untrained or one.clashing]
        alone = counts.by_password_alone()
        holders = Counter(role for one in given for role in one.roles)
        able = {account.account_id for account in accounts if account.able}
        live = [one for one in store.every_service() if one.holds(now)]
        told = facts.PeopleFacts(
            people=len(given),
            untrained=sum(bool(one.untrained) for one in given),
            unfactored=sum(one.account.account_id in alone for one in given),
            clashing=sum(_clashes(one) for one in given),
            holders={role: holders[role] for role in Role},
            services=len(live),
            orphaned_services=sum(one.owner not in able for one in live),
        )
        return Known(told, now, "people")

    def log(self, over: Span) -> Known[facts.LogFacts]:
        """Return how the audit log stands, and who signed it last."""
        log = self.stores.log
        stands, how, seen = log.standing(), grown(log), witnessed(log)
        told = facts.LogFacts(
            stands.entries,
            stands.checkpoint_size,
            over.until - timedelta(seconds=stands.checkpoint_age_s),
            how.whole,
            how.from_size,
            stands.refuses,
            None if seen is None else facts.Lodging(seen.size, seen.at, seen.names),
        )
        return Known(told, over.until, "log")

    def keeping(self, over: Span) -> Known[facts.KeepingFacts]:
        """Return what is kept, and what of it went."""
        engine, today = self.stores.engine, over.until.astimezone(UTC).date()
        every = certificates(engine)
        within = [one for one in every if over.since <= one.at < over.until]
        held = holds(engine)
        grace = timedelta(days=self.numbers.retention_run_days.value)
        told = facts.KeepingFacts(
            days=self.in_force[1].retention_days,
            kept_from=self.rule.kept_from(today),
            oldest=ReadFigures(engine).oldest(),
            certified=len({one.day for one in within}),
            left=sum(one.left > 0 for one in within),
            returned=self.forgetting.returned,
            last_certificate_at=max((one.at for one in every), default=None),
            holds=len(held),
            holds_past_end=sum(one.until < today - grace for one in held),
        )
        return Known(told, over.until, "keeping")

    def lists(self, over: Span) -> Known[facts.ListFacts]:
        """Return what is counted of open lists."""
        store, today = self.stores.lists, over.until.astimezone(UTC).date()
        kept = store.standings()
        due = store.reviews_due(on=today - _DAY)
        told = facts.ListFacts(
            lists=len(kept),
            by_hand=sum(one.of.max_age is None for one in kept),
            stale=sum(freshness(one, over.until).stale for one in kept),
            entries=sum(one.entries for one in kept),
            due=sum(due.get(one.of.name, 0) for one in kept),
        )
        return Known(told, over.until, "lists")

    def alerts(self, over: Span) -> Known[facts.AlertFacts]:
        """Return what is counted of open alerts."""
        found = self.stores.counts.alerts(over)
        months, closed = self._months(over), (ALERTS, _result(*(set(RESULTS) - {"not-closed"})))
        told = facts.AlertFacts(
            found.raised,
            found.answered,
            found.closed,
            found.misread,
            found.list_errors,
            shown_share(months, part=(ALERTS, _result("misread")), of=closed),
            shown_share(months, part=(ALERTS, _result("list-error")), of=closed),
        )
        return Known(told, over.until, "alerts")

    def cameras(self, over: Span) -> Known[facts.CameraFacts]:
        """Return what is counted of cameras in use: tests, clocks of the last day, quarantine."""
        intake, now = self.stores.intake, over.until
        used = {one.camera for one in intake.cameras.every() if one.retired is None}
        tests = {camera: test for camera, test in intake.tests.newest().items() if camera in used}
        since = now - timedelta(days=self.numbers.test_days.value)
        fresh = [test for test in tests.values() if test.score.made_at >= since]
        verdicts = Counter(self._against(test) for test in fresh)
        limit = self.in_force[1].ingest.clock_alarm_ms
        offsets = [
            note.offset_ms
            for camera, note in CameraCounts(self.stores.engine).clocks(since=now - _DAY).items()
            if camera in used and note.offset_ms is not None
        ]
        held = self.stores.counts.held()
        told = facts.CameraFacts(
            cameras=len(used),
            tested=len(fresh),
            ever_tested=len(tests),
            newest_test_at=max((test.score.made_at for test in tests.values()), default=None),
            targets=self._targets(),
            reached=verdicts[Verdict.REACHED],
            missed=verdicts[Verdict.MISSED],
            unsure=verdicts[Verdict.OPEN],
            clocked=len(offsets),
            clock_off=sum(abs(offset) > limit.value for offset in offsets),
            clock_limit=limit,
            held=held.waiting,
            held_longest_since=held.oldest_at,
        )
        return Known(told, now, "cameras")

    def _targets(self) -> tuple[facts.Target, ...]:
        said = self.settings.camera_targets
        shares = (("capture", said.capture), ("read-exact", said.read_exact))
        return tuple(facts.Target(name, round(1000 * share)) for name, share in shares if share is not None)

    def _against(self, test: CameraTest) -> Verdict:
        """One verdict for both targets: missed where one was, reached where all were."""
        said, rates = self.settings.camera_targets, test.score.rates
        found = {against(rates.capture, said.capture), against(rates.read_exact, said.read_exact)} - {None}
        if Verdict.MISSED in found:
            return Verdict.MISSED
        return Verdict.REACHED if found == {Verdict.REACHED} else Verdict.OPEN

    def assessments(self, over: Span) -> Known[facts.AssessmentFacts]:
        """Return when an assessment was published last."""
        times = [one.published_at for one in self.stores.assessments.every() if one.published_at is not None]
        return Known(facts.AssessmentFacts(max(times, default=None)), over.until, "assessments")

    def sited(self, over: Span) -> Known[facts.SiteFacts]:
        """Return what is counted of the cases for cameras."""
        found = site_facts(self.admitting, self.stores.sites.every(), over.until)
        return Known(found, over.until, "sites")

    def answered(self, over: Span) -> Known[facts.RightsFacts]:
        """Return what is counted of complaints and requests, and of those past their day."""
        return Known(facts.RightsFacts(*self.stores.answered.within(over)), over.until, "rights")

    def _told_whom(self, now: datetime) -> datetime | None:
        """Return the time of looking, where the public site names whom to turn to with each matter."""
        said = self.settings.public
        named = (getattr(said.contact, one.value) for one in Matter)
        return now if said.port and all(named) else None

    def published(self, over: Span) -> Known[facts.PublicationFacts]:
        """Return when figures were published last, and whether the public site says whom to turn to."""
        kept = [one for one in self.stores.publications.every() if one.proof is not None and one.number == 0]
        counted = [datetime.fromisoformat(read_publication(one.body).counted_at) for one in kept[-1:]]
        return Known(
            facts.PublicationFacts(max(counted, default=None), self._told_whom(over.until)),
            over.until,
            "publication",
        )

    def _months(self, over: Span) -> Sequence[ReadPublication]:
        """What is published of the months that lie within the time."""
        kept = [one for one in self.stores.publications.every() if one.proof is not None and one.number == 0]
        within = [one for one in kept if over.since <= one.period.since and one.period.until <= over.until]
        return [read_publication(one.body) for one in within]

    def guard(self, over: Span) -> Known[facts.GuardFacts] | NotKnown:
        """Return how what listens is guarded, and how what delivers proves itself."""
        settings, intake = self.settings, self.stores.intake
        hosts = [settings.listen.host]
        if settings.people.port:
            hosts.append(settings.people.host)
        beyond = [host for host in hosts if host not in _LOOPBACK]
        told = facts.GuardFacts(
            listeners=len(beyond),
            clear=0 if settings.tls.certificate is not None else len(beyond),
            signing=sum(one.revoked is None for one in intake.devices.every()),
            by_token=sum(one.feed.revoked is None for one in intake.feeds.every()),
        )
        return Known(told, over.until, "guard")


def _result(*words: str) -> Mapping[str, frozenset[str]]:
    """Which cells of alerts ended so."""
    return {"result": frozenset(words)}


def _clashes(one: Standing) -> bool:
    return bool(one.clashing) or bool(conflicts(one.roles))
