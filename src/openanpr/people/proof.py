"""Proving who acts where there are no sessions: on the node's socket, by a name and a code taken once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from openanpr.people.account import login_of
from openanpr.people.desk import Actor, Desk, event, refusals_told, standing_of
from openanpr.people.event import STRANGER, Deed, Done, PeopleRefusedError, Reason
from openanpr.people.second_factor import FactorError, use_code
from openanpr.people.tries import SlowDownError, begin_step, succeeded

SOCKET: Final = "socket"
_NOT_TAKEN: Final = "the name and the code are not taken together: wait for the app's next code"


@refusals_told
def prove(desk: Desk, login: str, code: str, *, now: datetime) -> Done[Actor]:
    """Return who acts on the socket, by a code of their app or a recovery code; raises PeopleRefusedError.

    The machine's owner can read the keys and so forge anything: this keeps honest people apart, and it is
    written down who it was.
    """
    try:
        account = desk.store.by_login(login_of(login))
    except ValueError:
        account = None
    if account is None or not account.able:
        raise _refused(STRANGER, Reason.UNKNOWN_ACCOUNT, now)
    who = account.account_id
    try:
        counted = begin_step(desk, who, now=now)
        way = use_code(desk, who, code, now=now)
    except SlowDownError as fault:
        told = event(Deed.FACTOR_PROVED, now, STRANGER, who, SOCKET, refused=Reason.SLOWED_DOWN)
        sentence = f"too many codes were wrong: wait {fault.wait_s:.0f} seconds"
        raise PeopleRefusedError(sentence, told, wait_s=fault.wait_s) from None
    except FactorError as fault:
        raise _refused(who, fault.reason, now) from None
    roles = standing_of(desk, account, now=now).roles
    told = event(Deed.FACTOR_PROVED, now, who, who, SOCKET, way=way.value)
    desk.log.tell(told)
    succeeded(desk, counted)
    return Done(Actor(who, roles, SOCKET, fresh=True), (told,))


def _refused(subject: str, reason: Reason, now: datetime) -> PeopleRefusedError:
    told = event(Deed.FACTOR_PROVED, now, STRANGER, subject, SOCKET, refused=reason)
    return PeopleRefusedError(_NOT_TAKEN, told)
