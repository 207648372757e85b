"""A month is counted once, kept, logged and only then shown; its proof holds, and every change breaks it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from openanpr.audit.acts import Act, LogBegin, Publication, Review
from openanpr.audit.entry import canonical
from openanpr.audit.faults import CannotWriteError
from openanpr.audit.note import NoteSigner
from openanpr.publish.closing import NotPublishedError, add_note, due, late, publish
from openanpr.publish.period import Month
from openanpr.publish.population import Cell
from openanpr.publish.ports import Kept
from openanpr.publish.proof import UnprovedError, file_of, parts_of, verify
from openanpr.publish.publication import PublicationError, digest_of, note_body, read_publication
from openanpr.publish.recount import recount
from openanpr.publish.recount_log import Agreement, recount_log
from openanpr.publish.suppress import Shown
from tests.audit.events import SIGNER
from tests.publish.logs import BEGAN, SEPTEMBER, Scribe, month_of_searches, opened
from tests.publish.memory import Given, MemoryPublications, desk_of

MONTH = Month(2026, 9)
DAY = timedelta(days=1)
SETTLED = MONTH.settled(31)
LONG_AGO = BEGAN - 400 * DAY
CRIME_ARRESTS = {("crime", "yes", "arrest"): Cell(61, 100)}


@pytest.fixture
def log(tmp_path):
    with opened(tmp_path / "log") as log:
        yield log


@pytest.fixture
def alerts() -> Given:
    return Given({MONTH: CRIME_ARRESTS})


@pytest.fixture
def desk(log, alerts):
    month_of_searches(log)
    return desk_of(log, alerts=alerts, reads=Given({MONTH: {(): Cell(123_456)}}))


def published(desk) -> bytes:
    kept = publish(desk, MONTH, now=SETTLED)
    assert kept.proof is not None
    return file_of(kept.body, kept.proof)


def test_a_month_is_due_when_it_is_settled_and_no_more_once_it_is_shown(desk) -> None:
    august = Month(2026, 8)
    assert due(desk, august.settled(31) - timedelta(seconds=1), kept_since=LONG_AGO) == ()
    assert due(desk, SETTLED, kept_since=LONG_AGO) == (august, MONTH)
    publish(desk, august, now=SETTLED)
    assert due(desk, SETTLED, kept_since=LONG_AGO) == (MONTH,)
    publish(desk, MONTH, now=SETTLED)
    assert due(desk, SETTLED, kept_since=LONG_AGO) == ()


def test_a_month_of_which_reads_are_gone_already_is_not_due(desk) -> None:
    assert due(desk, SETTLED, kept_since=SEPTEMBER) == (MONTH,)
    assert due(desk, SETTLED, kept_since=SEPTEMBER + DAY) == ()


def test_a_node_whose_log_holds_nothing_has_nothing_due(tmp_path) -> None:
    with opened(tmp_path / "log") as empty:
        assert due(desk_of(empty), SETTLED, kept_since=LONG_AGO) == ()


def test_what_is_not_published_in_time_is_late(desk) -> None:
    week = timedelta(days=desk.numbers.late_days.value)
    assert late(desk, SETTLED, kept_since=LONG_AGO) == 1, "August is"
    publish(desk, Month(2026, 8), now=SETTLED)
    assert late(desk, SETTLED + week, kept_since=LONG_AGO) == 0
    assert late(desk, SETTLED + week + timedelta(seconds=1), kept_since=LONG_AGO) == 1
    publish(desk, MONTH, now=SETTLED + week)
    assert late(desk, SETTLED + week + timedelta(seconds=1), kept_since=LONG_AGO) == 0


def test_a_month_is_not_counted_before_it_is_settled(desk) -> None:
    with pytest.raises(ValueError, match="not settled"):
        publish(desk, MONTH, now=SETTLED - timedelta(seconds=1))
    assert desk.kept.every() == ()


def test_the_document_tells_what_was_counted_and_is_logged_before_it_is_shown(desk, log) -> None:
    size = log.size
    read = read_publication(parts_of(published(desk))[0])
    figures = {one.id: one.value for one in read.figures}
    assert figures["reads"] == Shown(123_456, 123_456)
    assert figures["searches"] == Shown(14, 23), "6, 5, and three cells that are withheld"
    assert figures["searches-approved"] == Shown(5, 5)
    assert figures["searches-refused"] == Shown(1, 4)
    assert figures["deleted-days"] == Shown(30, 30)
    assert figures["findings"] == Shown(8, 11)
    assert figures["hits"] == Shown(100, 104)
    assert (read.under.size, read.origin) == (size, log.key.name)
    (entry,) = log.entries_from(size, 1)
    assert (entry.act, entry.public["digest"], entry.public["period"]) == (
        Act.PUBLICATION,
        read.digest,
        "2026-09",
    )
    assert entry.at == SETTLED


def test_a_month_is_counted_once_whatever_is_asked_later(desk, alerts) -> None:
    first = publish(desk, MONTH, now=SETTLED)
    alerts.counts = {}
    assert publish(desk, MONTH, now=SETTLED + DAY) == first
    assert alerts.asked == 1


class Torn(MemoryPublications):
    """Fails once after the log has its entry, as a kill between the two would."""

    def prove(self, period, number, proof) -> None:
        if not self.kept.get("torn"):
            self.kept["torn"] = True
            raise InterruptedError
        super().prove(period, number, proof)

    def every(self):
        return tuple(one for key, one in self.kept.items() if key != "torn")


def test_a_turn_that_was_cut_short_goes_on_with_the_same_document(log, alerts) -> None:
    month_of_searches(log)
    desk = desk_of(log, Torn(), alerts=alerts)
    with pytest.raises(InterruptedError):
        publish(desk, MONTH, now=SETTLED)
    assert MONTH in due(desk, SETTLED, kept_since=LONG_AGO), "nobody is shown it yet"
    alerts.counts = {}
    kept = publish(desk, MONTH, now=SETTLED + DAY)
    entries = log.entries_from(0, log.size)
    said = [one.public["digest"] for one in entries if one.act is Act.PUBLICATION]
    assert len(said) == 2
    assert len(set(said)) == 1, "the log has committed to one document"
    assert alerts.asked == 1
    verify(file_of(kept.body, kept.proof), log_key=log.key)


def test_where_the_log_takes_nothing_nothing_is_shown(desk, log, monkeypatch) -> None:
    def full(_) -> None:
        raise CannotWriteError("full")

    monkeypatch.setattr(type(log), "append", lambda _, event: full(event))
    with pytest.raises(CannotWriteError):
        publish(desk, MONTH, now=SETTLED)
    assert all(one.proof is None for one in desk.kept.every())


def test_its_proof_holds_with_the_logs_key_alone_and_with_no_other(desk, log) -> None:
    data = published(desk)
    proved = verify(data, log_key=log.key)
    assert proved.signed.checkpoint.origin == log.key.name
    assert proved.read is not None
    other = NoteSigner.generate(SIGNER.name).key
    with pytest.raises(UnprovedError, match="sign"):
        verify(data, log_key=other)


def changed(data: bytes, change) -> bytes:
    told = json.loads(data)
    change(told)
    return canonical(told) + b"\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["document"].update(profile="another of 2021-01-01"),
        lambda told: told["document"].update(more="than was published"),
        lambda told: told["document"].update(origin="another.example/log"),
        lambda told: told["document"].update(counted_at="2026-11-01T00:00:01Z"),
        lambda told: told["document"]["under"].update(root="0" * 64),
        lambda told: told["document"]["facts"].pop(),
        lambda told: told["proof"].update(index=told["proof"]["index"] - 1),
        lambda told: told["proof"].update(path=[]),
        lambda told: told["proof"].update(grown=[]),
        lambda told: told["proof"].update(grown=None),
        lambda told: told["proof"].update(entry=told["proof"]["entry"].replace("2026-09", "2026-08")),
        lambda told: told["proof"].update(checkpoint=told["proof"]["checkpoint"].replace("a", "b", 1)),
        lambda told: told["proof"].pop("entry"),
    ],
)
def test_whatever_is_changed_in_a_file_is_found(desk, log, change) -> None:
    with pytest.raises((UnprovedError, PublicationError)):
        verify(changed(published(desk), change), log_key=log.key)


def test_a_number_changed_with_all_its_figures_is_found_by_the_log(desk, log) -> None:
    def fewer(told) -> None:
        for population in told["document"]["populations"]:
            if population["id"] == "reads":
                population["cells"][0].update(least=99, most=99)
        for one in told["document"]["figures"]:
            if one["id"] == "reads":
                one["value"] = {"least": 99, "most": 99}

    with pytest.raises(UnprovedError, match="does not commit"):
        verify(changed(published(desk), fewer), log_key=log.key)


@pytest.mark.parametrize(
    "event",
    [
        lambda digest: Review(at=SETTLED, step="round", digest=digest),
        lambda digest: Publication(at=SETTLED, what="figures", period="2026-08", digest=digest),
        lambda digest: Publication(at=SETTLED, what="note", period="2026-09", digest=digest),
    ],
)
def test_an_entry_of_another_act_period_or_kind_commits_to_nothing(desk, log, event) -> None:
    """Though it has the digest, and stands in the log."""
    body, proof = parts_of(published(desk))
    opened_ = log.disclose(log.append(event(digest_of(body))).index)
    grown = log.grown(read_publication(body).under.size, log.latest.checkpoint.size)
    other = replace(
        proof, index=opened_.index, entry=opened_.entry, path=opened_.path, grown=grown, note=opened_.note
    )
    with pytest.raises(UnprovedError, match="the entry of the log"):
        verify(file_of(body, other), log_key=log.key)


@pytest.mark.parametrize("data", [b"", b"[]\n", b"{}\n", b'{"document":{},"proof":{}}\n', b"\xff"])
def test_what_is_no_publication_is_said_to_be_none(data, log) -> None:
    with pytest.raises((PublicationError, UnprovedError)):
        verify(data, log_key=log.key)


def test_a_note_is_logged_proved_and_changes_nothing(desk, log) -> None:
    with pytest.raises(NotPublishedError):
        add_note(desk, MONTH, "too early", by="Ann", now=SETTLED)
    first = publish(desk, MONTH, now=SETTLED)
    notes = [add_note(desk, MONTH, text, by="Ann", now=SETTLED + DAY) for text in ("one", "two")]
    assert [one.number for one in notes] == [1, 2]
    assert desk.kept.of(MONTH)[0] == first
    proved = verify(file_of(notes[1].body, notes[1].proof), log_key=log.key)
    assert (proved.note, proved.read) == ("two", None)
    assert "person" in log.entries_from(proved.index, 1)[0].sealed


def test_a_note_that_was_cut_short_or_came_second_is_not_lost(desk, log) -> None:
    publish(desk, MONTH, now=SETTLED)
    desk.kept.keep(Kept(MONTH, 1, note_body(MONTH, 1, "torn", origin=log.key.name, at=SETTLED), None))
    plain = desk.kept.of
    desk.kept.keep(Kept(MONTH, 2, note_body(MONTH, 2, "quicker", origin=log.key.name, at=SETTLED), None))
    older = plain(MONTH)[:2]  # as it was seen before the quicker one came

    class Behind(MemoryPublications):
        def of(self, period):
            return older

    behind = replace(desk, kept=Behind(desk.kept.kept))
    said = add_note(behind, MONTH, "mine", by="Ann", now=SETTLED)
    assert (said.number, verify(file_of(said.body, said.proof), log_key=log.key).note) == (3, "mine")
    torn = plain(MONTH)[1]
    assert torn.proof is not None
    assert verify(file_of(torn.body, torn.proof), log_key=log.key).note == "torn"


def test_counted_anew_from_log_and_store_it_agrees(desk, log) -> None:
    read = read_publication(parts_of(published(desk))[0])
    Scribe(log).search(SEPTEMBER + DAY, "run")  # an entry after the fact, with an old time
    found = {one.population: one.agreement for one in recount(desk, read, kept_since=LONG_AGO)}
    assert found == dict.fromkeys(["reads", "alerts", "searches", "findings", "deletions"], Agreement.AGREES)
    from_log = recount_log(read, log)
    assert {(one.population, one.agreement) for one in from_log} == {
        (name, Agreement.AGREES) for name in ("searches", "findings", "deletions")
    }


def test_what_differs_is_told_cell_by_cell_as_it_is_shown(desk, alerts) -> None:
    read = read_publication(parts_of(published(desk))[0])
    alerts.counts = {MONTH: {**CRIME_ARRESTS, ("mass", "no", "not-closed"): Cell(3, 3)}}
    (found,) = (one for one in recount(desk, read, kept_since=LONG_AGO) if one.population == "alerts")
    assert found.agreement is Agreement.DIFFERS
    assert found.differing == ("mass no not-closed: published 0, now 1 to 4",)


def test_what_is_kept_no_more_is_said_to_be_and_the_log_can_still_be_asked(desk) -> None:
    read = read_publication(parts_of(published(desk))[0])
    found = {one.population: one.agreement for one in recount(desk, read, kept_since=SETTLED)}
    assert found["reads"] is found["alerts"] is Agreement.GONE
    assert found["searches"] is Agreement.AGREES
    without = replace(desk, counters={})
    told = {one.population: one.agreement for one in recount(without, read, kept_since=LONG_AGO)}
    assert told["alerts"] is Agreement.UNKNOWN


def test_another_profile_later_counts_a_month_by_the_bands_that_it_was_published_with(desk) -> None:
    read = read_publication(parts_of(published(desk))[0])
    later = replace(desk, to_days=(30, 60, 730))
    found = {one.population: one.agreement for one in recount(later, read, kept_since=LONG_AGO)}
    assert found["searches"] is Agreement.AGREES


def test_months_before_a_log_that_was_begun_anew_are_published_without_what_the_old_log_had(tmp_path) -> None:
    kept = MemoryPublications()
    with opened(tmp_path / "old") as old:
        month_of_searches(old)
        publish(desk_of(old, kept), Month(2026, 8), now=SETTLED)
    with opened(tmp_path / "new") as new:
        begin = LogBegin(
            at=SEPTEMBER + 50 * DAY, why="restored", size=4, root="0" * 64, last_key="1" * 64, person="a",
            reason="b",
        )  # fmt: skip
        Scribe(new).append(begin)
        desk = desk_of(new, kept, alerts=Given({MONTH: CRIME_ARRESTS}))
        assert due(desk, SETTLED, kept_since=LONG_AGO) == (MONTH,)
        read = read_publication(publish(desk, MONTH, now=SETTLED).body)
        assert read.cubes.keys() == {"alerts"}
        august = read_publication(kept.of(Month(2026, 8))[0].body)
        told = {one.population: one.agreement for one in recount(desk, august, kept_since=LONG_AGO)}
        assert set(told.values()) == {Agreement.GONE}, "the log that had August is not here"
