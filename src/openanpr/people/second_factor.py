"""The second factor: a code of the app or a recovery code, each taken once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from openanpr.people.desk import Actor, Desk, event, refusals_told, verify_fresh_actor
from openanpr.people.event import Deed, Done, Reason
from openanpr.people.recovery import CODE_BYTES, COUNT, code_digest, codes, looks_like_one
from openanpr.people.session import Way
from openanpr.people.totp import SECRET_BYTES, CodeError, step_of

_NOBODYS: Final = bytes(SECRET_BYTES)


@refusals_told
def new_codes(desk: Desk, by: Actor, *, now: datetime) -> Done[tuple[str, ...]]:
    """Return new recovery codes in place of the old ones, shown once; the second factor must be fresh."""
    who = by.account_id
    verify_fresh_actor(by, Deed.RECOVERY_CODES_MADE, who, now=now)
    made = codes(desk.chance(COUNT * CODE_BYTES))
    told = event(Deed.RECOVERY_CODES_MADE, now, who, who, by.source)
    with desk.log.doing(told):
        desk.store.replace_recovery(who, tuple(code_digest(code, who, desk.keys) for code in made))
    return Done(made, (told,))


class FactorError(Exception):
    """A second factor is wrong, or was used before."""

    def __init__(self, reason: Reason) -> None:
        super().__init__("the second factor is not taken")
        self.reason = reason


def use_code(desk: Desk, account_id: str, code: str, *, now: datetime) -> Way:
    """Use up a code of the person's app, or a recovery code, and return which it was; raises FactorError.

    The store keeps the use before anybody is let in: of two that come at once with one code, one is. Where
    the log takes nothing, none is used up; where it fails a moment later, the code is gone and nobody is in.
    """
    desk.log.verify_able()
    if looks_like_one(code):
        digest = code_digest(code, account_id, desk.keys)
        if not desk.store.use_recovery(account_id, digest, now):
            raise FactorError(Reason.WRONG_SECOND_FACTOR)
        return Way.RECOVERY
    kept = desk.store.credentials(account_id)
    secret = _NOBODYS if kept is None else desk.keys.unseal(kept.app.sealed, owner=account_id)
    last = 0 if kept is None else kept.app.last_step
    try:
        step = step_of(code, secret, last_step=last, now=now)
    except CodeError as fault:
        raise FactorError(Reason.REPLAYED_CODE if fault.replayed else Reason.WRONG_SECOND_FACTOR) from None
    if kept is None:
        raise FactorError(Reason.WRONG_SECOND_FACTOR)
    if not desk.store.use_step(account_id, step):
        raise FactorError(Reason.REPLAYED_CODE)
    return Way.APP
