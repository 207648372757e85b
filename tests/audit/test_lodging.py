"""What a log says of its own checkpoints, quickly: that it grew, and who outside signed which."""

from __future__ import annotations

from datetime import UTC, datetime

from openanpr.audit.checkpoint import cosign
from openanpr.audit.lodging import Witnessed, grown, witnessed
from openanpr.audit.log import AuditLog
from tests.audit.events import SIGNER, WITNESS, consultation, made_log

SEEN_AT = 1_790_000_000


def lodged(log: AuditLog) -> None:
    log.checkpoint()
    line, _ = cosign(log.lodge(0), None, log_key=log.key, witness=WITNESS, at=SEEN_AT)
    log.add_cosignature(str(line), WITNESS.key)


def test_the_last_checkpoint_goes_on_from_an_earlier_one(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    log.checkpoint()
    log.append_all([consultation(n) for n in range(300, 600)])
    size = log.checkpoint().checkpoint.size
    found = grown(log)
    assert (found.size, found.whole) == (size, True)
    assert found.from_size < size
    log.close()


def test_a_history_that_was_forged_does_not_hold(tmp_path) -> None:
    log = made_log(tmp_path / "log", 300)
    log.checkpoint()
    other = AuditLog.open(tmp_path / "other", SIGNER)
    other.append_all([consultation(n + 1) for n in range(40)])
    other.checkpoint()
    forged = (tmp_path / "other" / "checkpoint").read_bytes()
    history = tmp_path / "log" / "checkpoints"
    history.write_bytes(forged + history.read_bytes())
    assert grown(log).whole is False
    log.close()
    other.close()


def test_who_signed_last_and_when_is_told_also_after_further_checkpoints(tmp_path) -> None:
    log = made_log(tmp_path / "log", 5)
    assert witnessed(log) is None
    lodged(log)
    size = log.latest.checkpoint.size
    log.append(consultation(9))
    log.checkpoint()
    assert witnessed(log) == Witnessed(size, datetime.fromtimestamp(SEEN_AT, UTC), (WITNESS.name,))
    log.close()
