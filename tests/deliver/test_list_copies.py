"""A device's own copies of lists: whole or not at all, in force before they are confirmed."""

from __future__ import annotations

import stat

import pytest

from openanpr.core.voi_list import ChangeKind, Holder
from openanpr.core.voi_staged import RowOrder, StagedRow
from openanpr.deliver.line import LineDownError
from openanpr.deliver.list_copies import ListCopies, NotFetchedError
from openanpr.store.control.engine import open_database
from openanpr.store.control.list_store import ListStore
from openanpr.store.control.migrate import migrate
from tests.store_control.stand import STOLEN, entry, filled, put
from tests.web.scene import Scene, standing


@pytest.fixture
def store(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'control.db'}")
    migrate(engine)
    made = ListStore(engine)
    made.define(
        STOLEN.__class__(
            **{n: getattr(STOLEN, n) for n in STOLEN.__slots__} | {"visible_to": frozenset({"devices"})}
        )
    )
    filled(made, put(*(entry(f"AA{n:02}AAA") for n in range(25))), ChangeKind.FULL)
    yield made
    engine.dispose()


@pytest.fixture
def node(store):
    scene = Scene()
    scene.lists, scene.page_entries = store, 10
    with standing(scene) as made:
        yield made


@pytest.fixture
def copies(node, tmp_path):
    with node.line() as line:
        yield ListCopies(tmp_path / "copies", line)


def confirmed(store) -> list[int | None]:
    return [one.in_force for one in store.held("stolen")]


def test_a_list_comes_page_by_page_is_swapped_whole_and_then_confirmed(copies, store) -> None:
    turned = copies.turn()
    assert turned.in_force == turned.confirmed == {"stolen": 1}
    assert len(copies.copy_of("stolen").entries) == 25
    assert [(one.device, one.given, one.in_force) for one in store.held("stolen")] == [("gate-1", 1, 1)]


def test_what_is_taken_off_is_gone_at_the_next_turn_and_the_rest_is_as_it_was(copies, store) -> None:
    copies.turn()
    filled(store, [StagedRow(1, RowOrder.TAKE_OFF, entry("AA03AAA"))], ChangeKind.HAND)
    copies.turn()
    entries = copies.copy_of("stolen").entries
    assert len(entries) == 24
    assert not [key for key in entries if key.vrm == "AA03AAA"]
    assert confirmed(store) == [2]


def test_a_line_that_breaks_between_pages_leaves_what_was_in_force_and_confirms_nothing_new(
    copies, store, monkeypatch
) -> None:
    copies.turn()
    filled(store, put(*(entry(f"BB{n:02}BBB") for n in range(25))), ChangeKind.FULL)
    real, sent = copies._line.send, []

    def breaks(message):
        sent.append(message)
        if "cursor=" in message.path:
            raise LineDownError
        return real(message)

    monkeypatch.setattr(copies._line, "send", breaks)
    assert copies.turn().in_force == {"stolen": 1}
    assert copies.copy_of("stolen").revision == 1
    assert confirmed(store) == [1]
    monkeypatch.undo()
    assert copies.turn().confirmed == {"stolen": 2}
    assert not [key for key in copies.copy_of("stolen").entries if key.vrm.startswith("AA")]


def test_a_swap_that_cannot_be_written_is_not_confirmed(copies, store, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("openanpr.deliver.list_copies.os.fsync", full)
    with pytest.raises(OSError, match="no room"):
        copies.turn()
    assert confirmed(store) == [None], "given, and not in force"


def test_a_damaged_copy_is_fetched_anew(copies, tmp_path) -> None:
    copies.turn()
    (path,) = (tmp_path / "copies").iterdir()
    path.write_bytes(path.read_bytes()[:200])
    assert copies.copy_of("stolen") is None
    copies.turn()
    assert len(copies.copy_of("stolen").entries) == 25


def test_a_list_that_is_not_for_devices_any_more_is_dropped(copies, store, tmp_path) -> None:
    copies.turn()
    store.define(STOLEN)
    assert copies.turn().in_force == {}
    assert list((tmp_path / "copies").iterdir()) == []


def test_copies_are_for_their_owner_alone(copies, tmp_path) -> None:
    copies.turn()
    (path,) = (tmp_path / "copies").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "stolen" not in path.name


def test_a_node_that_is_away_is_told_and_what_is_in_force_stays(copies, node) -> None:
    copies.turn()
    node.server.stop(1)
    with pytest.raises(NotFetchedError):
        copies.turn()
    assert copies.copy_of("stolen").revision == 1


def test_another_process_goes_on_from_the_copy_on_disk_and_says_it_again(
    node, copies, store, tmp_path
) -> None:
    copies.turn()
    with node.line() as line:
        turned = ListCopies(tmp_path / "copies", line).turn()
    assert turned.confirmed == {"stolen": 1}
    assert store.held("stolen") == (Holder("gate-1", 1, 1, node.now),)
