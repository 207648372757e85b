"""The public site of a node: made anew when what it shows changed, held in memory, handed over whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final

from openanpr.audit.acts import Publication as PublicationAct
from openanpr.policy.access_rules import AccessRules
from openanpr.policy.profile import Profile
from openanpr.publish.assessment.desk import AssessmentDesk
from openanpr.publish.assessment.page import state_said
from openanpr.publish.assessment.paper import paper
from openanpr.publish.assessment.shown import Shown, in_force
from openanpr.publish.copy.look import Fault, Kind, look
from openanpr.publish.site.forms import posts
from openanpr.publish.site.make import Site, make_site
from openanpr.publish.site.state import AddressSeen, AssessmentShown, LogTold, Matter, PublicState
from openanpr.publish.words import catalogue, shipped_languages
from openanpr.run.node.public_settings import Public
from openanpr.run.node.publishing import NodePublishing
from openanpr.run.node.rule_history import RuleHistory
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.standing import PublicStanding
from openanpr.run.node.stores import Stores
from openanpr.web.local.publishing import SiteStanding
from openanpr.web.public.pressed import Pressed, press
from openanpr.web.public.visits import Visits

_TURN_S: Final = 60.0
_UTC: Final = "%Y-%m-%d"


@dataclass(slots=True)
class NodePublicSite:
    """As `web.local.public_site.PublicSite`, and what the public listener shows; one turn at a time."""

    stores: Stores
    publishing: NodePublishing
    assessing: AssessmentDesk
    profile: Profile
    rules: str
    said: Public
    name: str
    clock: Callable[[], datetime]
    history: RuleHistory
    visits: Visits = field(default_factory=Visits)
    busy: Callable[[PublicState], Mapping[tuple[str, str], bytes]] | None = None
    pressed: Pressed | None = None
    state: PublicState | None = None
    ready: Mapping[tuple[str, str], bytes] = field(default_factory=dict[tuple[str, str], bytes])
    made_at: datetime | None = None
    looked_at: datetime | None = None
    faults: tuple[Fault, ...] = ()
    failed: int = 0
    _site: Site | None = None
    _mark: str = ""
    _standing: SiteStanding | None = None
    _log: LogTold | None = None
    _log_day: str = ""
    _assessed: Mapping[str, AssessmentShown] = field(default_factory=dict[str, AssessmentShown])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self) -> float:
        """Make the pages anew where anything on them changed; return the seconds until it is looked again."""
        try:
            self.site()
        except Exception:  # whatever kept them from being made is counted, and told by the round
            self.failed += 1
            raise
        return _TURN_S

    def standing(self) -> PublicStanding | None:
        """Return how the public listener does; None where there is none."""
        if not self.said.port:
            return None
        found = self.visits.snapshot()
        wrong = sum(one.kind is not Kind.OLD for one in self.faults)
        return PublicStanding(
            self.made_at, self.looked_at, self.failed, wrong, found.requests, found.bands, found.seconds
        )

    def shown(self) -> Pressed | None:
        """Return the answers of the listener; None before the first turn."""
        return self.pressed

    def site(self) -> Site:
        """Return the site as it is shown from now on; raises what the stores raise, then nothing changes."""
        with self._lock:
            now = self.clock()
            state = self._state(now)
            mark = state.mark()
            if self._site is None or mark != self._mark:
                site = make_site(state, [catalogue(language) for language in shipped_languages()])
                posting = {path: state.intake for path in site.files if state.intake and posts(path)}
                pressed = press(site.files, inline={}, posting=posting)
                self.faults = look(site.files, key=self.stores.log.key, now=now).faults
                # What forms are answered with goes by the same state: its days are those of the pages.
                self.ready = {} if self.busy is None else self.busy(state)
                self.state = state
                self.pressed, self._site, self._mark, self.made_at = pressed, site, mark, now
                self._standing = _standing(site, now, self._log_day)
            self.looked_at = now
            return self._site

    def as_made(self) -> SiteStanding | None:
        """Return of the site as it is shown when it was made, and as what; None before the first turn.

        A turn that takes long is not waited for.
        """
        return self._standing

    def handed_over(self, *, by: str, now: datetime) -> Site:
        """Return the site, once the log has that it was handed over, and as what; raises AuditError."""
        site = self.site()
        event = PublicationAct(
            at=now, what="site", period=f"{now.astimezone(UTC):{_UTC}}", digest=site.digest, person=by
        )
        self.stores.log.append(event)
        return site

    def _state(self, now: datetime) -> PublicState:
        contact = {matter: str(getattr(self.said.contact, matter.value)) for matter in Matter}
        log = self._log_told(now)
        return PublicState(
            at=now,
            name=self.name,
            log=log,
            published=tuple(self.publishing.shown()),
            late_months=self.publishing.late,
            assessments=self._assessments(),
            fresh_days=self.assessing.numbers.assessment_days.value,
            profile=self.profile,
            rules=self.rules,
            history=self.history.changes(log.read),
            contact={matter: text for matter, text in contact.items() if text},
            intake=self.said.intake.url,
            copy_days=self.said.copy_days,
            addresses=tuple(
                AddressSeen(one.address, one.looked_at, one.looked_by) for one in self.said.addresses
            ),
        )

    def _log_told(self, now: datetime) -> LogTold:
        """The checkpoint of the day: told by the minute, its size would tell how much is done in each."""
        day = f"{now.astimezone(UTC):{_UTC}}"
        if self._log is None or day != self._log_day:
            signed = self.stores.log.checkpoint()
            self._log, self._log_day = LogTold(str(self.stores.log.key), signed.note.to_bytes()), day
        return self._log

    def _assessments(self) -> Mapping[str, AssessmentShown]:
        found: dict[str, AssessmentShown] = {}
        for language in shipped_languages():
            shown = in_force(self.assessing, catalogue(language))
            if shown is not None:
                found[language] = self._files(language, shown)
        self._assessed = found
        return found

    def _files(self, language: str, shown: Shown) -> AssessmentShown:
        """The files of an assessment; its paper is set anew only where anything on it is another."""
        told, state = shown.document, state_said(shown.version, shown.words)
        before, measured = self._assessed.get(language), datetime.fromisoformat(told.measured_at)
        found = AssessmentShown(measured, told, state, shown.actions, told.to_bytes(), b"")
        if before is not None and before.mark() == found.mark():
            return before
        return replace(found, paper=paper(shown))


def _standing(site: Site, made_at: datetime, log_day: str) -> SiteStanding:
    size = sum(len(body) for body in site.files.values())
    return SiteStanding(made_at, site.digest, len(site.files), size, date.fromisoformat(log_day))


def public_site_of(
    stores: Stores,
    settings: NodeSettings,
    in_force: tuple[AccessRules, Profile],
    publishing: NodePublishing,
    assessing: AssessmentDesk,
    clock: Callable[[], datetime],
) -> NodePublicSite:
    """Return the public site of a node."""
    rules, profile = in_force
    return NodePublicSite(
        stores=stores,
        publishing=publishing,
        assessing=assessing,
        profile=profile,
        rules=rules.version(profile).removeprefix("sha256:"),
        said=settings.public,
        name=settings.public.name or settings.pages.name,
        clock=clock,
        history=RuleHistory(stores.log, settings.rule_history, stores.secrets.hash_key.key),
    )
