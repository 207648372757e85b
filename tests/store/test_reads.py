"""What is written is found again, whole, once, and only within what was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from openanpr.core.camera import CameraId
from openanpr.core.read_key import ReadKey
from openanpr.core.span import Span
from openanpr.ingest import mend
from openanpr.ingest.arrival import Origin
from openanpr.ingest.keep import batch_key
from openanpr.store.engine import Statement, statement
from openanpr.store.read_columns import to_ms
from openanpr.store.reads_look_back import LookBackError, keys_of_shapes, shapes_like
from openanpr.store.reads_named import TooManyKeysError, whole_read, whole_reads
from openanpr.store.wildcard_form import WildcardError, wildcard_form
from openanpr.wire.forwarded import OriginProof
from tests.ingest.contracts import quarantined
from tests.store.asked import reads_of_cameras, reads_of_vrm
from tests.store.conftest import key_of
from tests.store.reads import AT, CAMERA, LONG_AGO, arrived, full_read, traffic

DAY = Span(AT - timedelta(days=1), AT + timedelta(days=1))
OTHER = CameraId(53, 1, 8)
SOON = AT + timedelta(hours=1)
SUMS = Statement("sums", "SELECT (SELECT sum(n) FROM vrm_month), (SELECT sum(n) FROM camera_hour)")


def sums(engine) -> tuple[int, int]:
    return engine.rows(SUMS, {}, tuple[int, int])[0]


def vrms(found) -> list[str]:
    return [row.key.vrm for row in found.rows]


def test_a_read_comes_back_whole(engine, write) -> None:
    write(full_read())
    assert whole_read(engine, key_of(full_read())) == full_read()


def test_a_read_with_nothing_optional_comes_back_as_it_was(engine, write) -> None:
    bare = arrived(confidence=None, syntax="unknown")
    bare = replace(bare, arrival=replace(bare.arrival, clock_offset_ms=None))
    write(bare)
    assert whole_read(engine, key_of(bare)) == bare


@pytest.mark.parametrize("proof", list(OriginProof))
def test_a_read_that_another_node_handed_on_keeps_where_it_first_came(engine, write, proof) -> None:
    first = Origin("", "feed:yard/7", AT, None, proof)
    handed_on, ours = replace(arrived(), origin=first), arrived("BB11BBB")
    write(handed_on, ours)
    assert whole_reads(engine, [key_of(handed_on), key_of(ours)]) == (handed_on, ours)


def test_the_key_of_a_batch_comes_back_as_ingest_made_it_whoever_sent_it(engine, write) -> None:
    item = quarantined()
    device, feed, released = (arrived(vrm) for vrm in ("AA11AAA", "BB11BBB", "CC11CCC"))
    feed_key = batch_key("feed:device-1", feed.arrival.batch_id)
    feed = replace(feed, arrival=replace(feed.arrival, signed=False, key=feed_key))
    release = replace(released.arrival, key=mend._key(item), released_from=item.item_id)
    released = replace(released, arrival=release)
    write(device, feed, released)
    for read in (device, feed, released):
        assert whole_read(engine, key_of(read)) == read


def test_what_the_sender_said_of_its_sending_is_not_kept(engine, write) -> None:
    read = arrived()
    write(replace(read, arrival=replace(read.arrival, sent_at=AT, clock_lag_ms=55)))
    assert whole_read(engine, key_of(read)) == read


def test_stored_confidence_never_claims_more_than_the_reader_did(engine, write) -> None:
    write(arrived(confidence=0.89999))
    assert reads_of_vrm(engine, "AB12CDE", DAY, limit=1).rows[0].confidence == 0.8999


def test_the_store_names_a_read_by_the_number_that_every_program_gives_it(engine, write) -> None:
    reads = [*traffic(20, seed=5, days=1), full_read()]
    write(*reads)
    found = engine.rows(Statement("ids", "SELECT read_id FROM reads"), {}, tuple[int])
    assert {row[0] for row in found} == {read.record.read_id for read in reads}


def test_the_same_group_sent_again_changes_nothing_not_even_the_sums(engine, write) -> None:
    reads = tuple(traffic(50, seed=3, days=1))
    for _ in range(3):
        write(*reads, group="the same")
    assert sums(engine) == (50, 50)


def test_of_two_copies_the_first_received_stands_before_and_after_a_merge(engine, write) -> None:
    first, second = arrived(frames=3), arrived(frames=9, latency_ms=5000, batch=2)
    write(second)
    write(first)
    assert whole_read(engine, key_of(first)) == first
    engine.run(Statement("merge", "OPTIMIZE TABLE reads FINAL"), {})
    engine.run(Statement("merge", "OPTIMIZE TABLE reads_by_camera FINAL"), {})
    assert whole_read(engine, key_of(first)) == first
    assert len(reads_of_vrm(engine, "AB12CDE", DAY, limit=9).rows) == 1
    assert len(reads_of_cameras(engine, [CAMERA], DAY, limit=9).rows) == 1


def test_a_copy_in_the_same_group_is_counted_once(engine, write) -> None:
    told = write(arrived(), arrived())
    assert (told.stored, told.doubled, told.too_old) == (1, 1, 0)
    assert sums(engine) == (1, 1)


def test_a_read_older_than_the_retention_is_left_out_and_told(engine, write) -> None:
    old = arrived("OLD1ABC", at=AT - timedelta(days=3))
    told = write(arrived(), old, kept_from=AT.date() - timedelta(days=2))
    assert (told.stored, told.too_old) == (1, 1)
    assert whole_read(engine, key_of(old)) is None


def test_a_group_of_nothing_is_no_fault(write) -> None:
    assert write().stored == 0


def test_a_read_that_no_column_can_keep_is_refused_and_nothing_of_its_group_is_stored(engine, write) -> None:
    with pytest.raises(OverflowError):
        write(arrived(), arrived("XY12ABC", frames=2**40))
    with pytest.raises(ValueError, match="64 hex digits"):
        write(arrived(), arrived("XY12ABC", patch="abcd"))
    assert sums(engine) == (0, 0)


def test_thousands_of_shapes_of_the_last_day_are_asked_at_once(engine, write) -> None:
    write(
        arrived("AO10XYZ"),
        arrived("A010XYZ", camera=OTHER, at=AT + timedelta(minutes=1)),
        arrived("AB12CDE", at=AT + timedelta(minutes=2)),
        arrived("AB12CDF"),
        arrived("AB12CDE", at=AT + timedelta(days=2)),
    )
    shapes = [f"ZZ{n:05}" for n in range(9_998)]
    found = keys_of_shapes(engine, [*shapes, "A010XYZ", "AB12CDE"], now=SOON, limit=9)
    assert [key.vrm for key in found.keys] == ["AB12CDE", "A010XYZ", "AO10XYZ"]
    assert not found.more
    assert keys_of_shapes(engine, shapes, now=SOON, limit=9).keys == ()


def test_long_shapes_are_asked_in_parts_and_answered_as_one(engine, write) -> None:
    odd = [f"'\\{n:022}" for n in range(9_000)]
    write(*(arrived(odd[n], at=AT + timedelta(minutes=n // 30)) for n in (0, 8_999, 4_000)))
    later = AT + timedelta(hours=6)
    found = keys_of_shapes(engine, odd, now=later, limit=2)
    assert [key.vrm for key in found.keys] == [odd[8_999], odd[4_000]]
    assert found.more
    assert len(keys_of_shapes(engine, odd, now=later, limit=3).keys) == 3


def test_looking_back_ends_a_day_ago_to_the_moment(engine, write) -> None:
    write(
        arrived(at=SOON - timedelta(days=1)),
        arrived("AB12CDF", at=SOON - timedelta(days=1, milliseconds=1)),
        arrived("AB12CDG", at=SOON + timedelta(minutes=5, milliseconds=-1)),
        arrived("AB12CDH", at=SOON + timedelta(minutes=5)),
    )
    asked = [f"AB12CD{c}" for c in "EFGH"]
    assert [key.vrm for key in keys_of_shapes(engine, asked, now=SOON, limit=9).keys] == [
        "AB12CDG",
        "AB12CDE",
    ]
    assert shapes_like(engine, "*2CD?", now=SOON, limit=9).shapes == {"AB12CDE", "AB12CDG"}


def test_no_statement_of_looking_back_answers_of_more_than_a_day(engine, write) -> None:
    write(arrived())
    for more_ms, found in ((0, 1), (1, 0)):
        values = {
            "since_ms": to_ms(SOON) - 86_400_000 - more_ms,
            "until_ms": to_ms(SOON) + 300_000,
            "limit": 9,
        }
        shapes = engine.rows(statement("look_back_shapes"), {**values, "shapes": ["AB12CDE"]}, list)
        assert len(shapes) == found
        assert len(engine.rows(statement("look_back_like"), {**values, "pattern": "AB12%"}, list)) == found


def test_no_shape_too_many_shapes_and_too_many_keys_are_refused(engine) -> None:
    for shapes in ([], ["AB12CDE"] * 10_001):
        with pytest.raises(LookBackError, match="shapes"):
            keys_of_shapes(engine, shapes, now=SOON, limit=9)
    for limit in (0, 100_001):
        with pytest.raises(LookBackError, match="limit"):
            keys_of_shapes(engine, ["AB12CDE"], now=SOON, limit=limit)
        with pytest.raises(LookBackError, match="limit"):
            shapes_like(engine, "AB12*", now=SOON, limit=limit)
    with pytest.raises(LookBackError, match="zone"):
        keys_of_shapes(engine, ["AB12CDE"], now=SOON.replace(tzinfo=None), limit=9)
    with pytest.raises(TooManyKeysError, match="20000"):
        whole_reads(engine, [ReadKey(CAMERA, AT, "AB12CDE")] * 20_001)


def test_many_reads_come_back_whole_in_the_order_asked_without_those_that_are_not_there(
    engine, write
) -> None:
    reads = [*traffic(300, seed=8, days=3, particulars=True), full_read()]
    write(*reads)
    write(*(later_copy(read) for read in reads[:50]))
    absent = [
        replace(key_of(read), captured_at=read.record.captured_at + timedelta(milliseconds=1))
        for read in reads
    ]
    wanted = reads[::-1]
    found = whole_reads(engine, [key_of(read) for read in wanted] + absent + [key_of(reads[0])])
    assert [key_of(read) for read in found] == [key_of(read) for read in wanted]
    assert [read.arrival for read in found] == [read.arrival for read in wanted]
    assert found[0] == full_read()
    assert whole_reads(engine, []) == ()


def later_copy(read):
    """The same read as it comes once more, later and in another batch."""
    again = replace(read.arrival, received_at=read.arrival.received_at + timedelta(hours=1), device="other")
    return replace(read, arrival=again)


def test_more_reads_than_fit_into_a_question_come_back_whole(engine, write) -> None:
    reads = list(traffic(4_000, seed=9, days=1))
    write(*reads)
    keys = [key_of(read) for read in reads]
    assert [key_of(read) for read in whole_reads(engine, keys)] == keys


def test_a_span_ends_before_its_end_and_answers_come_newest_first(engine, write) -> None:
    write(*(arrived(at=AT + timedelta(minutes=i)) for i in range(4)))
    found = reads_of_vrm(engine, "AB12CDE", Span(AT, AT + timedelta(minutes=3)), limit=9)
    assert [row.key.captured_at - AT for row in found.rows] == [timedelta(minutes=i) for i in (2, 1, 0)]
    assert not found.more


def test_a_limit_says_that_there_is_more(engine, write) -> None:
    write(*(arrived(at=AT + timedelta(minutes=i)) for i in range(4)))
    found = reads_of_vrm(engine, "AB12CDE", DAY, limit=3)
    assert (len(found.rows), found.more) == (3, True)


def test_cameras_are_asked_by_name_over_an_hour(engine, write) -> None:
    write(
        arrived("AA11AAA"),
        arrived("BB11BBB", camera=OTHER, at=AT + timedelta(minutes=5)),
        arrived("CC11CCC", camera=CameraId(52, 1, 7)),
        arrived("DD11DDD", at=AT + timedelta(hours=2)),
    )
    found = reads_of_cameras(engine, [CAMERA, OTHER], Span(AT, AT + timedelta(hours=1)), limit=9)
    assert vrms(found) == ["BB11BBB", "AA11AAA"]


@pytest.mark.parametrize("wildcard", ["", "A?*", "AB*", "AB12%", "ab12*", "AB_1", "A\\B12", "AB12'"])
def test_a_wildcard_that_sweeps_in_all_or_holds_other_signs_is_refused(wildcard) -> None:
    with pytest.raises(WildcardError, match="wildcard"):
        wildcard_form(wildcard)


def test_late_reads_say_so(engine, write) -> None:
    write(arrived(late=True, latency_ms=7_200_000))
    row = reads_of_vrm(engine, "AB12CDE", DAY, limit=1).rows[0]
    assert row.late
    assert row.received_at == AT + timedelta(hours=2)


def test_a_camera_whose_clock_is_ahead_keeps_its_times(engine, write) -> None:
    write(arrived(latency_ms=-90_000))
    row = reads_of_vrm(engine, "AB12CDE", DAY, limit=1).rows[0]
    assert row.received_at == AT - timedelta(seconds=90)


@pytest.mark.parametrize("vrm", ["A'B", "A\\", "A\tB\n", "{x:String}", "' OR 1=1 --", "\u00c4B"])
def test_odd_text_is_only_ever_a_value(engine, write, vrm) -> None:
    write(arrived())
    assert reads_of_vrm(engine, vrm, DAY, limit=9).rows == ()
    assert whole_read(engine, ReadKey(CAMERA, AT, vrm)) is None


def test_the_hours_of_a_camera_tell_how_it_did(engine, write) -> None:
    write(
        arrived(),
        arrived("AA11AAA", confidence=0.5, late=True, latency_ms=1000),
        arrived("BB11BBB", confidence=None),
    )
    found = engine.rows(
        Statement(
            "hours", "SELECT n, late_n, unsure_n, latency_sum_ms, latency_max_ms FROM camera_hour FINAL"
        ),
        {},
        tuple[int, int, int, int, int],
    )
    assert found == [(3, 1, 2, 1800, 1000)]


def test_many_days_come_in_one_group(engine, write) -> None:
    reads = [arrived(at=AT - timedelta(days=i)) for i in range(12)]
    assert write(*reads, kept_from=LONG_AGO).stored == 12
    assert sums(engine) == (12, 12)
    days = engine.rows(Statement("days", "SELECT uniqExact(toDate(captured_at)) FROM reads"), {}, tuple[int])
    assert days == [(12,)]


def test_rows_are_decoded_to_their_types_or_not_at_all(engine) -> None:
    with pytest.raises(msgspec.ValidationError):
        engine.rows(Statement("text", "SELECT 'text'"), {}, tuple[int])
