"""Which act each route of the local socket logs: a route that is not told of here cannot be made.

Most are logged here, from what was asked, just before they are done. Where more is known further in, as which
entries a proposal changes, the act is logged there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import msgspec

from openanpr.audit.acts import Act, Alteration, Consultation, Disclosure, Enrolment, Event, Holding
from openanpr.audit.port import Log, logged
from openanpr.web.acts import NoAct, UnloggedRouteError, Within

if TYPE_CHECKING:
    from openanpr.web.local.asking import Answers, Asked

MACHINE_OWNER: Final = "machine-owner"
"""Who acts where nobody is named: whoever may open the socket."""

_NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Acting:
    """What acts over the socket are logged with."""

    log: Log
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Here:
    """The route logs the event that is made of the question, and then does it."""

    act: Act
    event: Callable[[Asked, Mapping[str, Any], datetime], Event]


Logs: TypeAlias = Here | Within | NoAct


def logs_of(method: str, path: str) -> Logs | None:
    """Return what a route logs, None for one that only tells; raises UnloggedRouteError."""
    found = LOOKS.get(path) if method == "GET" else ACTS.get(path)
    if found is None and method != "GET":
        raise UnloggedRouteError(f"{method} {path} does something: say in web/local/acts.py what it logs")
    return found


def acted(logs: Logs | None, acting: Acting | None, answers: Answers, asked: Asked) -> object:
    """Return what the route answers, its act logged before; raises AuditError, and then nothing was done."""
    if not isinstance(logs, Here):
        return answers(asked)
    if acting is None:
        raise UnloggedRouteError("this app was made without an audit log: nothing is done")
    with logged(acting.log, logs.event(asked, _said(asked), acting.clock())):
        return answers(asked)


def _said(asked: Asked) -> Mapping[str, Any]:
    """What the body says; what cannot be read is refused by the route, and nothing of it is logged."""
    try:
        found = cast("object", msgspec.json.decode(asked.body or b"{}"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ValueError(f"what was asked cannot be read: {fault}") from fault
    if not isinstance(found, dict):
        raise ValueError("what was asked cannot be read: it must be an object")  # noqa: TRY004 - 422, as above
    told = cast("dict[str, Any]", found)
    return told if asked.proved is None else {**told, "by": asked.proved.login}


def _text(said: Mapping[str, Any], name: str, default: str = _NONE) -> str:
    found = said.get(name)
    return found if isinstance(found, str) and found.strip() else default


def _person(said: Mapping[str, Any]) -> str:
    """Who acts, by their own word or as a session proves it."""
    return _text(said, "by", MACHINE_OWNER)


def _enrolment(step: str, *, of: str = "", field: str = "") -> Here:
    """A route about a device, feed or camera, named by a part of the path or by a field."""

    def event(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
        subject = asked.path[of] if of else _text(said, field)
        return Enrolment(at=at, step=step, subject=subject, person=_person(said), reason=_text(said, "why"))

    return Here(Act.ENROLMENT, event)


def _tested(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    """A result of a test, kept with a camera."""
    return Enrolment(
        at=at,
        step="camera-tested",
        subject=asked.path["camera"].replace(".", "/"),
        person=_person(said),
        reason=_text(said, "note"),
    )


def _test_withdrawn(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    """A test of a camera that counts no more."""
    camera = asked.path["camera"].replace(".", "/")
    return Enrolment(
        at=at,
        step="camera-test-withdrawn",
        subject=f"{camera}, test {asked.path['test']}",
        person=_person(said),
        reason=_text(said, "why"),
    )


def _alteration(what: str, *, query: str = "", field: str = "") -> Here:
    def event(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
        subject = asked.query.get(query, "") or _text(said, field)
        return Alteration(at=at, what=what, person=_person(said), subject=subject, reason=_text(said, "why"))

    return Here(Act.ALTERATION, event)


def _backup(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    del asked
    return Disclosure(
        at=at,
        person=_person(said),
        recipient=_text(said, "destination"),
        what="backup",
        purpose="backup",
        reference=_NONE,
        reason="all that the node keeps, to be put back after a loss",
    )


def _sent_again(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    return Disclosure(
        at=at,
        person=_person(said),
        recipient=asked.path["endpoint"],
        what="alert-webhook",
        purpose="alerting",
        reference=asked.path["message_id"],
        reason="sent again by a person",
    )


def _hold(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    del asked
    reads: object = said.get("reads")
    return Holding(
        at=at,
        step="placed",
        hold=_text(said, "hold_id"),
        reads=len(cast("list[object]", reads)) if isinstance(reads, list) else 0,
        until=_day(_text(said, "until")),
        person=_text(said, "owner", MACHINE_OWNER),
        reference=_text(said, "case_ref"),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None  # the route refuses it


def _prove(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    del asked
    read: object = said.get("read")
    named = cast("dict[str, Any]", read) if isinstance(read, dict) else {}
    return Consultation(
        at=at,
        person=_person(said),
        stage="asked",
        kind="origin",
        purpose="proof",
        reference=_text(said, "hold_id"),
        reason="that a device signed this read",
        plate=_text(named, "vrm"),
        place=_text(named, "camera"),
    )


def _shown(kind: str, name: str, *, mark: str = "") -> Here:
    """A look at reads that are there already: of an alert, in quarantine. `mark`: where the path has one."""

    def event(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
        del said
        return Consultation(
            at=at,
            person=asked.query.get("as", "").strip() or MACHINE_OWNER
            if asked.proved is None
            else asked.proved.login,
            stage="shown",
            kind=kind,
            purpose="duty",
            reference=str(asked.path.get(name, "") or asked.query.get(name, "") or _NONE),
            reason="part of handling it",
            plate=asked.path[mark] if mark else None,
        )

    return Here(Act.CONSULTATION, event)


def _sought(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    """A look for a mark on a list."""
    return Consultation(
        at=at,
        person=_person(said),
        stage="shown",
        kind="list-entries",
        purpose="duty",
        reference=asked.path["name"],
        reason="whether the vehicle is on the list",
        plate=_text(said, "vrm"),
    )


def _preview(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    """A look at what a camera sees now, for a minute."""
    camera = asked.path["camera"].replace(".", "/")
    return Consultation(
        at=at,
        person=_person(said),
        stage="shown",
        kind="preview",
        purpose="duty",
        reference=_NONE,
        reason="how the camera sees",
        place=camera,
        cameras=1,
    )


def _recounted(asked: Asked, said: Mapping[str, Any], at: datetime) -> Event:
    """A published month counted anew from log and stores."""
    return Consultation(
        at=at,
        person=_person(said),
        stage="asked",
        kind="figures-recount",
        purpose="verification",
        reference=asked.path["period"],
        reason=_text(said, "why"),
    )


_RIGHTS: Final = Within(Act.RIGHTS, "run.node.logged_rights")
_PUBLISHED: Final = Within(Act.PUBLICATION, "publish.closing")
_PEOPLE: Final = Within(Act.PEOPLE_CHANGE, "people: each act by itself, before the store is written")
_SITE: Final = Within(Act.SITE, "run.node.logged_sites")
_ASSESSMENT: Final = Within(Act.ASSESSMENT, "publish.assessment.desk")
_LIST: Final = Within(Act.LIST_CHANGE, "run.node.logged_lists")

_ANSWER: Final = Within(Act.RIGHTS, "run.node.logged_answers")

ACTS: Mapping[str, Logs] = {
    "/node/backup": Here(Act.DISCLOSURE, _backup),
    "/alerts/{alert_id}/steps": Within(Act.ALERT_HANDLING, "run.node.logged_alerts"),
    "/webhooks/dead/{endpoint}/{message_id}": Here(Act.DISCLOSURE, _sent_again),
    "/lists": _LIST,
    "/lists/{name}/entries": _LIST,
    "/lists/{name}/entries/find": Here(Act.CONSULTATION, _sought),
    "/lists/{name}/corrections": _LIST,
    "/lists/{name}/removals": _LIST,
    "/lists/{name}/rollback": _LIST,
    "/lists/{name}/weeding": _LIST,
    "/imports": _LIST,
    "/proposals/{number:int}/approve": _LIST,
    "/proposals/{number:int}/refuse": _LIST,
    "/devices/codes": _enrolment("code-made", field="name"),
    "/devices/codes/{code}/withdraw": _enrolment("code-withdrawn", of="code"),
    "/devices/{device}/revoke": _enrolment("device-revoked", of="device"),
    "/feeds": _enrolment("feed-added", field="name"),
    "/feeds/{feed_id}/revoke": _enrolment("feed-revoked", of="feed_id"),
    "/cameras": _enrolment("camera-put", field="camera"),
    "/cameras/{camera}/preview": Here(Act.CONSULTATION, _preview),
    "/cameras/retire": _enrolment("camera-retired", field="camera"),
    "/cameras/{camera}/tests": Here(Act.ENROLMENT, _tested),
    "/cameras/{camera}/tests/{test}/withdraw": Here(Act.ENROLMENT, _test_withdrawn),
    "/quarantine/mend": _alteration("quarantine-mend", query="id"),
    "/quarantine/release": _alteration("quarantine-release", query="id"),
    "/quarantine/discard": _alteration("quarantine-discard", query="id"),
    "/sites": _SITE,
    "/sites/begin": _SITE,
    "/sites/{site}/part": _SITE,
    "/sites/{site}/move": _SITE,
    "/sites/{site}/take-down": _SITE,
    "/sites/{site}/case": _SITE,
    "/sites/{site}/check": _SITE,
    "/sites/{site}/submit": _SITE,
    "/sites/{site}/authorise": _SITE,
    "/sites/{site}/send-back": _SITE,
    "/sites/{site}/refuse": _SITE,
    "/sites/{site}/installed": _SITE,
    "/sites/{site}/commission": _SITE,
    "/sites/{site}/dpia-reviewed": _SITE,
    "/sites/{site}/review": _SITE,
    "/sites/{site}/renew": _SITE,
    "/sites/{site}/lapse": _SITE,
    "/sites/{site}/withdraw": _SITE,
    "/rights": _RIGHTS,
    "/rights/{reference}/acknowledge": _RIGHTS,
    "/rights/{reference}/ask-identity": _RIGHTS,
    "/rights/{reference}/identity-proved": _RIGHTS,
    "/rights/{reference}/ask-information": _RIGHTS,
    "/rights/{reference}/information-given": _RIGHTS,
    "/rights/{reference}/note": _RIGHTS,
    "/rights/{reference}/tell": _RIGHTS,
    "/rights/{reference}/extend": _RIGHTS,
    "/rights/{reference}/reply": _RIGHTS,
    "/rights/{reference}/assign": _RIGHTS,
    "/rights/{reference}/exclude": _RIGHTS,
    "/rights/{reference}/move": _RIGHTS,
    "/rights/{reference}/close": _RIGHTS,
    "/retention/run": Within(Act.ERASURE, "run.node.forgetting"),
    "/holds": Here(Act.HOLD, _hold),
    "/origins/prove": Here(Act.CONSULTATION, _prove),
    "/people": _PEOPLE,
    "/people/first-link": _PEOPLE,
    "/people/links/look": NoAct("it shows what a link is for; that one is not good is logged in people"),
    "/people/links/accept": _PEOPLE,
    "/people/sessions/{session}/revoke": _PEOPLE,
    "/people/proposals/{number}/approve": _PEOPLE,
    "/people/proposals/{number}/refuse": _PEOPLE,
    "/people/roles/{number}/withdraw": _PEOPLE,
    "/people/accounts/{login}/link": _PEOPLE,
    "/people/accounts/{login}/roles": _PEOPLE,
    "/people/accounts/{login}/training": _PEOPLE,
    "/people/accounts/{login}/disable": _PEOPLE,
    "/people/accounts/{login}/enable": _PEOPLE,
    "/people/accounts/{login}/renew": _PEOPLE,
    "/people/accounts/{login}/sessions/revoke": _PEOPLE,
    "/services": _PEOPLE,
    "/services/{service}/revoke": _PEOPLE,
    "/assessments": _ASSESSMENT,
    "/assessments/{number:int}/answers": _ASSESSMENT,
    "/assessments/{number:int}/actions": _ASSESSMENT,
    "/assessments/actions/{action}/done": _ASSESSMENT,
    "/assessments/{number:int}/sign": _ASSESSMENT,
    "/assessments/{number:int}/publish": _ASSESSMENT,
    "/audit/export": Within(Act.DISCLOSURE, "web.local.audit"),
    "/audit/cosign": _alteration("checkpoint-cosigned", field="witness"),
    "/audit/disclose": Within(Act.DISCLOSURE, "web.local.audit"),
    "/audit/consistency": NoAct("it proves what anybody can prove from an export of the log"),
    "/audit/find": Within(Act.CONSULTATION, "web.local.audit_proofs"),
    "/figures/publish": _PUBLISHED,
    "/figures/{period}/notes": _PUBLISHED,
    "/public/export": Within(Act.PUBLICATION, "run.node.public_site"),
    "/figures/{period}/recount": Here(Act.CONSULTATION, _recounted),
    "/challenges": _ANSWER,
    "/challenges/{challenge}/look": Within(Act.CONSULTATION, "rights.challenge_desk"),
    "/challenges/{challenge}/answer": _ANSWER,
    "/challenges/{challenge}/explain": _ANSWER,
    "/challenges/{challenge}/close": _ANSWER,
    "/subject-access": _ANSWER,
    "/subject-access/{access}/find": Within(Act.CONSULTATION, "rights.subject_access_desk"),
    "/subject-access/{access}/decide": _ANSWER,
    "/subject-access/{access}/entries": _ANSWER,
    "/subject-access/{access}/confirm": _ANSWER,
    "/subject-access/{access}/send-back": _ANSWER,
    "/subject-access/{access}/pack": _ANSWER,
    "/subject-access/{access}/hand-over": Within(Act.DISCLOSURE, "rights.subject_access_desk"),
    "/disclosures": Within(Act.DISCLOSURE, "rights.disclosure_register"),
    "/audit/erase-openings": Within(Act.ERASURE, "web.local.audit"),
}
"""What each route that does something logs, by its path."""

LOOKS: Mapping[str, Logs] = {
    "/alerts/{alert_id}": _shown("alert", "alert_id"),
    "/alerts/{alert_id}/pictures": _shown("alert-pictures", "alert_id"),
    "/quarantine/item": _shown("quarantined-read", "id"),
    "/lists/{name}/entries": _shown("list-entries", "name"),
    "/lists/{name}/entries/{entry:int}": _shown("list-entry", "name"),
    "/lists/{name}/review": _shown("list-review", "name"),
    "/lists/{name}/tombstones/{vrm}": _shown("list-entries", "name", mark="vrm"),
    "/rights/{reference}": _shown("rights-case", "reference"),
    "/sites/{site}/places": _shown("site-places", "site"),
    "/challenges/{challenge}": _shown("challenge", "challenge"),
    "/subject-access/{access}": _shown("subject-access", "access"),
    "/subject-access/entries": _shown("subject-access-entries", "none"),
    "/subject-access/{access}/items/{number}/pictures": _shown("subject-access-pictures", "access"),
    "/disclosures": _shown("disclosures", "none"),
    "/disclosures/{line}": _shown("disclosures", "line"),
    "/disclosures/export": _shown("disclosures", "none"),
    "/proposals/{number:int}": _shown("list-change", "number"),
}
"""The routes that only tell, and tell of reads or of who is looked for: a look at them is a consultation."""
