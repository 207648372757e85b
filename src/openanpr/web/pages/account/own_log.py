"""What the audit log has of whoever is signed in, in plain words, each entry with its proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from openanpr.audit.acts import Act
from openanpr.web.api.own_log import OwnEntry, OwnLogRoutes, OwnProof, own_log, own_proof
from openanpr.web.api.route import Anybody, File
from openanpr.web.pages.look import words
from openanpr.web.pages.route import Answer, PageRoute, Shown, Visit, page, sent

_SIGN_INS: Final = {
    "signed-in": "You signed in",
    "signed-out": "You signed out",
    "stepped-up": "You gave your second factor once more",
    "factor-proved": "You proved your name by a code",
    "recovery-code-used": "One of your recovery codes was used",
    "session-used": "Your session was used",
    "stolen-session-ended": "Your session was ended: an old token of it was shown",
    "sign-in-begun": "A sign-in was begun",
}
_PEOPLE: Final = {
    "account-made": "an account was made",
    "account-disabled": "an account was disabled",
    "account-enabled": "an account was enabled again",
    "link-made": "a link was made",
    "link-used": "a link was used",
    "sessions-revoked": "sessions were ended",
    "passkey-begun": "adding a passkey was begun",
    "passkey-added": "a passkey was added",
    "passkey-removed": "a passkey was removed",
    "recovery-codes-made": "new recovery codes were made",
    "role-given": "a role was given",
    "role-withdrawn": "a role was withdrawn",
    "training-recorded": "training was recorded",
    "grave-act-proposed": "a grave act was proposed",
    "grave-act-approved": "a grave act was approved",
    "grave-act-refused": "a grave act was refused",
    "mark-declared": "a vehicle was declared",
    "mark-withdrawn": "a declared vehicle was withdrawn",
    "service-made": "a service account was made",
    "service-revoked": "a service account was revoked",
}
_STAGES: Final = {
    "asked": "You asked for stored reads",
    "shown": "You were shown records",
    "own-log": "You looked at what the log has of you",
    "past-decisions": "You looked at past decisions",
}
_DETAILS: Final = (
    ("purpose", "purpose"),
    ("reference", "reference"),
    ("kind", "kind"),
    ("reason", "reason"),
    ("place", "place"),
    ("list_name", "list"),
    ("alert", "alert"),
    ("hold", "hold"),
    ("item", "item of review"),
    ("role", "role"),
    ("means", "by"),
    ("source", "from"),
)
"""What of an entry is told beneath its sentence, and by which word."""

_EMPTY: Final = {"", "none", "done"}


@dataclass(frozen=True, slots=True)
class OwnLogPages:
    """What the pages need."""

    of: OwnLogRoutes


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a page tells it: its sentence, and what else is said of it."""

    entry: OwnEntry
    what: str
    details: tuple[tuple[str, str], ...]


def own_log_pages(pages: OwnLogPages) -> list[PageRoute]:
    """Return the pages of one's own log."""
    me = Anybody.SESSION
    return [
        page("/account/log", me, lambda visit: _log(pages, visit), asks=("before",)),
        page("/account/log/{entry}", me, lambda visit: _proof(pages, visit)),
        sent("/account/log/{entry}/proof", me, lambda visit: _file(pages, visit)),
    ]


def line_of(entry: OwnEntry) -> Line:
    """Return an entry in plain words."""
    public = {name: str(value) for name, value in entry.public.items()}
    parts = [part.partition("=") for part in entry.opened.get("about", "").split()]
    more = {name: value for name, _, value in parts}
    said = {**more, **public, **entry.opened}
    what = _SENTENCES.get(entry.act, _usual)(entry)
    details = tuple((word, said[name]) for name, word in _DETAILS if said.get(name, "") not in _EMPTY)
    return Line(entry, what, details)


def _log(pages: OwnLogPages, visit: Visit) -> Answer:
    found = own_log(pages.of, visit.call)
    values = {
        "lines": [line_of(one) for one in found.entries],
        "before": found.before,
        "first": "before" not in visit.asked.query,
    }
    return Shown("account/log.html", values)


def _proof(pages: OwnLogPages, visit: Visit) -> Answer:
    proof: OwnProof = own_proof(pages.of, visit.call)
    return Shown("account/proof.html", {"line": line_of(proof.entry), "proof": proof})


def _file(pages: OwnLogPages, visit: Visit) -> Answer:
    proof = own_proof(pages.of, visit.call)
    return File(proof.disclosure.encode(), "application/json", f"entry-{proof.entry.entry}.json")


def _sign_in(entry: OwnEntry) -> str:
    outcome = str(entry.public.get("outcome", ""))
    plain = outcome.removesuffix("-refused")
    told = _SIGN_INS.get(plain, words(plain))
    return f"{told}: refused" if outcome.endswith("-refused") else told


def _people(entry: OwnEntry) -> str:
    step = str(entry.public.get("step", ""))
    told = _PEOPLE.get(step, words(step).lower())
    refused = ": refused" if entry.public.get("outcome") == "refused" else ""
    if entry.acted and "subject" in entry.opened:
        whose = "On your own account"
    elif entry.acted:
        whose = "By you, on somebody's account"
    else:
        whose = "On your account, by somebody else"
    return f"{whose}: {told}{refused}"


def _consultation(entry: OwnEntry) -> str:
    stage = str(entry.public.get("stage", ""))
    told = _STAGES.get(stage, f"You consulted records ({words(stage).lower()})")
    reads = entry.public.get("reads")
    return told if reads is None else f"{told}: {reads} {'read' if reads == 1 else 'reads'}"


def _refusal(entry: OwnEntry) -> str:
    return f"You were refused: {words(str(entry.public.get('refused', ''))).lower()}"


def _list_change(entry: OwnEntry) -> str:
    parts = [f"{entry.public.get(name, 0)} {name}" for name in ("added", "changed", "removed")]
    counted = [part for part in parts if not part.startswith("0 ")]
    more = f" ({', '.join(counted)})" if counted else ""
    return f"You changed a list: {words(str(entry.public.get('step', ''))).lower()}{more}"


def _review(entry: OwnEntry) -> str:
    if entry.public.get("step") == "told":
        return "You looked for findings on your own searches"
    return _usual(entry)


def _usual(entry: OwnEntry) -> str:
    step = entry.public.get("step") or entry.public.get("what") or ""
    return _USUAL[entry.act] + (f": {words(str(step)).lower()}" if step else "")


_USUAL: Final = {act: f"You did what the log calls {words(act).lower()}" for act in Act} | {
    Act.ALTERATION: "You changed a record",
    Act.DISCLOSURE: "Something was given out to you, or by you",
    Act.COMBINATION: "You had records brought together",
    Act.ERASURE: "You had something deleted",
    Act.POLICY_CHANGE: "You put other rules in force",
    Act.APPROVAL: "You approved what another asked for",
    Act.ALERT_HANDLING: "You took a step on an alert",
    Act.ENROLMENT: "You changed a device, feed or camera",
    Act.HOLD: "You kept reads beyond their time, or let them go",
    Act.REVIEW: "You took a step of a review",
    Act.SITE: "You took a step on the site of a camera",
    Act.PUBLICATION: "You had something shown to the public",
    Act.ASSESSMENT: "You took a step of the self assessment",
}
_SENTENCES: Final[Mapping[Act, Callable[[OwnEntry], str]]] = {
    Act.SIGN_IN: _sign_in,
    Act.PEOPLE_CHANGE: _people,
    Act.CONSULTATION: _consultation,
    Act.REFUSAL: _refusal,
    Act.LIST_CHANGE: _list_change,
    Act.REVIEW: _review,
}
