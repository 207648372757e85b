"""What the audit log has of whoever asks, and of nobody else: each entry, and its proof.

An entry is somebody's where they are the person who acted, or the one whom a change of people is about. What
it says of others (who gave a role, who approved) is not opened for them, and no mark is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from msgspec import Struct

from openanpr.audit.acts import Act, Consultation, Disclosure
from openanpr.audit.commitment import Opening
from openanpr.audit.disclosure import Disclosure as OpenedEntry
from openanpr.audit.disclosure import verify_disclosure
from openanpr.audit.log import AuditLog
from openanpr.audit.naming import Named, entries_naming
from openanpr.people.account import Account
from openanpr.people.desk import Desk
from openanpr.people.event import MACHINE_OWNER, STRANGER
from openanpr.web.api.refusals import ApiError
from openanpr.web.api.route import Anybody, ApiRoute, Call, Nothing, get, post

MOST: Final = 50
_ACTED: Final = frozenset({"plate", "by"})
"""What is not told to whoever acted: marks, and who else had a part in it."""

_ABOUT_ONE: Final = frozenset({"subject", "about"})
"""What is told to whom a change is about; who made it, and from where, is not."""

_NOBODYS: Final = frozenset({MACHINE_OWNER, STRANGER})
_LIST_PAGE: Final = "list-page"


@dataclass(frozen=True, slots=True)
class OwnLogRoutes:
    """What the routes need."""

    people: Desk
    log: AuditLog


class OwnEntry(Struct, frozen=True):
    """One entry of the log. `acted`: whoever asks did it; else it is about them.

    `public` is what anybody may see of it, `opened` what only they are told.
    """

    entry: int
    at: datetime
    act: Act
    acted: bool
    public: dict[str, str | int | tuple[str, ...]]
    opened: dict[str, str]


class OwnLog(Struct, frozen=True):
    """Entries, newest first; `before` is the number to go on with, 0 at the end."""

    entries: list[OwnEntry]
    before: int


class OwnProof(Struct, frozen=True):
    """An entry with its proof: the checkpoint covers `size` entries and is signed by the key `key`.

    `disclosure` is a file for `openanpr.audit.verify --entry`, without what tells of others.
    """

    entry: OwnEntry
    size: int
    key: str
    witnesses: int
    steps: int
    disclosure: str


def own_log_routes(of: OwnLogRoutes) -> list[ApiRoute]:
    """Return the routes of one's own log."""
    me = Anybody.SESSION
    return [
        get(
            "/me/log",
            "What the audit log has of me, newest first",
            me,
            OwnLog,
            lambda call: own_log(of, call),
            asks=("before",),
        ),
        post(
            "/me/log/{entry}/proof",
            "One of these entries with its proof",
            me,
            Nothing,
            OwnProof,
            lambda call, _: own_proof(of, call),
        ),
    ]


def own_log(of: OwnLogRoutes, call: Call) -> OwnLog:
    """Return a page of what the log has of whoever asks; that they looked is logged first.

    Raises AuditError, ApiError for a number that is none.
    """
    before = _number(call.asked.query.get("before", "")) if "before" in call.asked.query else of.log.size
    of.log.append(_looked(call, "own-log", "none"))
    whose = _Whose.of(of.people, call.person.present.standing.account)
    page = entries_naming(of.log, whose.texts, whose.takes, before=before, most=MOST)
    return OwnLog([whose.told(one) for one in page.entries], page.before)


def own_proof(of: OwnLogRoutes, call: Call) -> OwnProof:
    """Return one's own entry with its proof, proved; the disclosure is logged first.

    Raises LookupError, in the same words for an entry that is another's and for one that is not there.
    """
    index = _number(call.asked.path["entry"])
    whose = _Whose.of(of.people, call.person.present.standing.account)
    page = entries_naming(of.log, whose.texts, whose.takes, before=index + 1, most=1)
    if not page.entries or page.entries[0].index != index:
        raise LookupError("there is no such entry of yours, or it cannot be opened any more")
    of.log.append(_handed_out(call, index))
    told = whose.told(page.entries[0])
    whole = of.log.disclose(index)
    mine = tuple(one for one in whole.openings if isinstance(one, Opening) and one.name in told.opened)
    opened: OpenedEntry = replace(whole, openings=mine)
    proved = verify_disclosure(opened, log_key=of.log.key)
    return OwnProof(
        entry=told,
        size=proved.size,
        key=str(of.log.key),
        witnesses=len(whole.note.signatures) - 1,
        steps=len(opened.path),
        disclosure=opened.to_bytes().decode(),
    )


@dataclass(frozen=True, slots=True)
class _Whose:
    """By which names somebody stands in the log: by the account's id, and where they sign in by name by that.

    Before the account was there, the same name was somebody else's word.
    """

    account: Account
    texts: frozenset[str]

    @classmethod
    def of(cls, desk: Desk, account: Account) -> _Whose:
        """Return the names of an account; a sign-in name that means something else in the log is none."""
        login = account.login
        other = login in _NOBODYS or login.startswith("oidc:") or desk.store.find(login) is not None
        names = {account.account_id} if other else {account.account_id, login}
        return cls(account, frozenset(names))

    def takes(self, one: Named) -> bool:
        """Whether an entry is of this person."""
        return self._acted(one) or self._about(one)

    def told(self, one: Named) -> OwnEntry:
        """Return an entry as the person is told of it."""
        acted = self._acted(one)
        opened = {
            name: value
            for name, value in one.values.items()
            if (name not in _ACTED if acted else name in _ABOUT_ONE)
        }
        if acted and one.entry.act is Act.PEOPLE_CHANGE and not self._about(one):
            opened.pop("subject", None)
        return OwnEntry(one.index, one.entry.at, one.entry.act, acted, dict(one.entry.public), opened)

    def _acted(self, one: Named) -> bool:
        person = one.values.get("person", "")
        if person == self.account.account_id:
            return True
        device = one.entry.act is Act.DISCLOSURE and one.entry.public.get("what") == _LIST_PAGE
        return person in self.texts and not device and one.entry.at >= self.account.made_at

    def _about(self, one: Named) -> bool:
        changed = one.entry.act is Act.PEOPLE_CHANGE
        return changed and one.values.get("subject", "") == self.account.account_id


def _looked(call: Call, stage: str, reference: str) -> Consultation:
    return Consultation(
        at=call.now,
        person=call.person.account_id,
        stage=stage,
        kind="log",
        purpose="own-data",
        reference=reference,
        reason="what the log has of the person who asks",
    )


def _handed_out(call: Call, index: int) -> Disclosure:
    return Disclosure(
        at=call.now,
        regards=index,
        person=call.person.account_id,
        recipient=call.person.account_id,
        what="own-log-entry",
        purpose="own-data",
        reference="none",
        reason="an entry of the person who asks, with its proof",
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ApiError(422, "the number of an entry is a whole number", "begin at the newest entries")
    return int(text)
