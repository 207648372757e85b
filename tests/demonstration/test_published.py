"""The county's past in its log: a month that a node publishes by itself, on any day of a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from demonstration.county.asked import Past
from demonstration.county.ground import read_ground
from demonstration.county.logged import days_for_a_month, first_month, write_log
from demonstration.county.published import _NOTE
from demonstration.county.registered import standing_cameras
from openanpr.audit.log import AuditLog
from openanpr.publish.definitions import FINDINGS, SEARCHES
from openanpr.publish.log_reading import counts_in
from openanpr.publish.period import Month
from openanpr.run.node.read_settings import load_settings
from openanpr.run.node.secrets import AUDIT_KEY, read_audit_key

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_on_every_day_there_is_a_whole_month_to_publish_and_little_more_is_invented() -> None:
    for n in range(800):
        now = NOW + timedelta(days=n)
        days = days_for_a_month(now, Past().days)
        month = first_month(now, days)
        assert month is not None
        assert now - days * timedelta(days=1) <= month.since
        assert month.settled(31) <= now
        assert Past().days <= days <= Past().days + 3
    assert first_month(NOW, 20) is None


@pytest.fixture
def log(tmp_path):
    (tmp_path / "node.toml").write_text("", encoding="utf-8")
    tmp_path.chmod(0o700)
    write_log(tmp_path, Month(2026, 9), now=NOW)
    settings = load_settings(tmp_path / "node.toml")
    found = AuditLog.open(settings.audit.folder, read_audit_key(settings.secrets / AUDIT_KEY))
    yield found
    found.close()


def test_the_log_rises_and_its_month_counts_as_a_nodes_would(log) -> None:
    entries = log.entries_from(0, log.size)
    times = [one.at for one in entries]
    assert times == sorted(times)
    assert times[0].date() == date(2026, 9, 1)
    month = Month(2026, 9)
    counts = counts_in(log, month, month.settled(31), (90, 365), size=log.size)
    assert counts is not None
    searches = sum(cell.count for cell in counts[SEARCHES].values())
    assert 200 < searches < 400
    by_decision = {place[2] for place, cell in counts[SEARCHES].items() if cell.count}
    assert {"allowed", "approved", "refused"} <= by_decision
    assert "not-run" not in by_decision
    assert sum(cell.count for cell in counts[FINDINGS].values()) > 4


def test_what_it_regards_is_what_it_says(log) -> None:
    entries = log.entries_from(0, log.size)
    for number, one in enumerate(entries):
        regards = one.public.get("regards")
        if regards is not None:
            assert regards < number
            first = entries[regards]
            assert first.public.get("stage") == "asked" or first.public.get("what") == "reads"


def test_the_note_that_everybody_reads_names_no_place() -> None:
    words = set(_NOTE.lower().replace(".", "").replace(":", "").split())
    for one in standing_cameras(read_ground(), now=NOW):
        assert not {part.lower() for part in one.name.split() if len(part) > 3} & words
