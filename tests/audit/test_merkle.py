"""Merkle trees: the published vectors first, then what must hold of every tree."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openanpr.audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    consistency_path,
    inclusion_path,
    inclusion_steps,
    leaf_hash,
    node_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from tests.audit.vectors import CONSISTENCY, INCLUSION, LEAVES, ROOTS

HASHES = [leaf_hash(leaf) for leaf in LEAVES]
STRANGE = hashlib.sha256(b"strange").digest()
sizes = st.integers(1, 70)


def of(leaves):
    return lambda low, high: tree_root(leaves[low:high])


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % n) for n in range(size)]


def test_leaves_nodes_and_the_empty_tree_hash_as_published() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert (
        node_hash(b"N123", b"N456").hex()
        == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_as_published_at_once_and_leaf_by_leaf(size) -> None:
    assert tree_root(HASHES[:size]) == ROOTS[size - 1]
    assert Frontier(HASHES[:size]).root() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_published_inclusion_proofs_are_made_and_verified(index, size, path) -> None:
    assert inclusion_path(index, size, of(HASHES)) == path
    verify_inclusion(HASHES[index], index=index, size=size, root=ROOTS[size - 1], path=path)


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_published_consistency_proofs_are_made_and_verified(old, new, path) -> None:
    assert consistency_path(old, new, of(HASHES)) == path
    verify_consistency(
        old_size=old, old_root=ROOTS[old - 1], new_size=new, new_root=ROOTS[new - 1], path=path
    )


def wrong_inclusions(index, size, path, root, leaf):
    """The corruptions that transparency-dev/merkle tries."""
    for wrong in (index - 1, index + 1, index ^ 2):
        yield wrong, size, path, root, leaf
    for wrong in (size * 2, size // 2):
        yield index, wrong, path, root, leaf
    yield index, size, path, root, b"WrongLeaf"
    for wrong in (EMPTY_ROOT, STRANGE, b""):
        yield index, size, path, wrong, leaf
    for added in (b"", root):
        yield index, size, (*path, added), root, leaf
        yield index, size, (added, *path), root, leaf
    for n in range(len(path)):
        changed = bytes([path[n][0] ^ 8, *path[n][1:]])
        yield index, size, (*path[:n], changed, *path[n + 1 :]), root, leaf
    if path:
        yield index, size, path[:-1], root, leaf


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_no_corrupted_inclusion_proof_is_believed(index, size, path) -> None:
    for at, of_size, steps, root, leaf in wrong_inclusions(index, size, path, ROOTS[size - 1], HASHES[index]):
        with pytest.raises(ProofError):
            verify_inclusion(leaf, index=at, size=of_size, root=root, path=steps)


def wrong_consistencies(old, new, path, old_root, new_root):
    for wrong in (old - 1, old + 1, old ^ 2):
        yield wrong, new, path, old_root, new_root
    for wrong in (new * 2, new // 2):
        yield old, wrong, path, old_root, new_root
    yield old, new, path, b"WrongRoot", new_root
    yield old, new, path, old_root, STRANGE
    yield old, new, path, new_root, old_root
    yield old, new, (), old_root, new_root
    for added in (b"", old_root, new_root, path[0]):
        yield old, new, (added, *path), old_root, new_root
        yield old, new, (*path, added), old_root, new_root
    yield old, new, path[:-1], old_root, new_root
    for n in range(len(path)):
        changed = bytes([path[n][0] ^ 16, *path[n][1:]])
        yield old, new, (*path[:n], changed, *path[n + 1 :]), old_root, new_root


@pytest.mark.parametrize(("old", "new", "path"), [one for one in CONSISTENCY if one[2]])
def test_no_corrupted_consistency_proof_is_believed(old, new, path) -> None:
    for a, b, steps, old_root, new_root in wrong_consistencies(
        old, new, path, ROOTS[old - 1], ROOTS[new - 1]
    ):
        with pytest.raises(ProofError):
            verify_consistency(old_size=a, old_root=old_root, new_size=b, new_root=new_root, path=steps)


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "path"),
    [
        (0, EMPTY_ROOT, 0, STRANGE, ()),
        (0, STRANGE, 0, STRANGE, ()),
        (0, STRANGE, 1, ROOTS[0], ()),
        (1, ROOTS[0], 1, STRANGE, ()),
        (1, ROOTS[0], 0, EMPTY_ROOT, ()),
        (2, ROOTS[1], 1, ROOTS[0], ()),
        (1, ROOTS[0], 2, ROOTS[1], ()),
        (0, EMPTY_ROOT, 0, EMPTY_ROOT, (EMPTY_ROOT,)),
        (1, ROOTS[0], 1, ROOTS[0], (EMPTY_ROOT,)),
        (-1, EMPTY_ROOT, 1, ROOTS[0], ()),
    ],
)
def test_trivial_consistency_is_believed_only_where_it_is_so(old, old_root, new, new_root, path) -> None:
    with pytest.raises(ProofError):
        verify_consistency(old_size=old, old_root=old_root, new_size=new, new_root=new_root, path=path)


def test_an_empty_log_is_the_beginning_of_every_log() -> None:
    verify_consistency(old_size=0, old_root=EMPTY_ROOT, new_size=0, new_root=EMPTY_ROOT, path=())
    verify_consistency(old_size=0, old_root=EMPTY_ROOT, new_size=8, new_root=ROOTS[7], path=())


@given(sizes)
def test_a_root_made_leaf_by_leaf_is_the_root_of_all(size) -> None:
    leaves = leaves_of(size)
    assert Frontier(leaves).root() == tree_root(leaves)


@given(sizes, sizes)
def test_a_frontier_that_stands_up_again_goes_on_as_the_one_that_never_stopped(size, more) -> None:
    leaves = leaves_of(size + more)
    again = Frontier.standing(size, of(leaves))
    assert again.size == size
    for leaf in leaves[size:]:
        again.add(leaf)
    assert again.root() == tree_root(leaves)


@given(st.integers(1, 5000))
@settings(max_examples=20)
def test_the_state_of_a_frontier_is_one_hash_for_each_bit_of_its_size(size) -> None:
    frontier = Frontier(STRANGE for _ in range(size))
    assert len(frontier._peaks) == size.bit_count()


@given(sizes, st.data())
def test_every_entry_can_be_proved_in_every_tree_and_no_other_by_its_proof(size, data) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    path, root = inclusion_path(index, size, of(leaves)), tree_root(leaves)
    verify_inclusion(leaves[index], index=index, size=size, root=root, path=path)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else None
    if other is not None:
        with pytest.raises(ProofError):
            verify_inclusion(leaves[other], index=index, size=size, root=root, path=path)
        with pytest.raises(ProofError):
            verify_inclusion(leaves[index], index=other, size=size, root=root, path=path)


@given(sizes, st.data())
def test_the_steps_of_a_proof_lead_from_the_leaf_to_the_root_each_hash_made_of_two(size, data) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    path, root = inclusion_path(index, size, of(leaves)), tree_root(leaves)
    reached = leaves[index]
    steps = inclusion_steps(leaves[index], index=index, size=size, path=path)
    assert tuple(one.beside for one in steps) == path
    for one in steps:
        both = (one.beside, reached) if one.left else (reached, one.beside)
        assert one.over == node_hash(*both)
        reached = one.over
    assert reached == root
    with pytest.raises(ProofError):
        inclusion_steps(leaves[index], index=index, size=size, path=(*path, root))
    if path:
        with pytest.raises(ProofError):
            inclusion_steps(leaves[index], index=index, size=size, path=path[:-1])


@given(sizes, st.data())
def test_every_tree_is_proved_the_beginning_of_every_later_one_and_a_fork_never_is(size, data) -> None:
    old = data.draw(st.integers(1, size))
    leaves = leaves_of(size)
    path = consistency_path(old, size, of(leaves))
    old_root, root = tree_root(leaves[:old]), tree_root(leaves)
    verify_consistency(old_size=old, old_root=old_root, new_size=size, new_root=root, path=path)
    changed = data.draw(st.integers(0, old - 1))
    fork = [*leaves[:changed], STRANGE, *leaves[changed + 1 :]]
    fork_path = consistency_path(old, size, of(fork))
    with pytest.raises(ProofError):
        verify_consistency(
            old_size=old, old_root=old_root, new_size=size, new_root=tree_root(fork), path=fork_path
        )


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3)])
def test_nothing_is_proved_of_an_entry_that_is_not_there(index, size) -> None:
    with pytest.raises(ValueError, match="there is no entry"):
        inclusion_path(index, size, of(HASHES))
    with pytest.raises(ProofError):
        verify_inclusion(HASHES[0], index=index, size=size, root=EMPTY_ROOT, path=())


def test_a_log_does_not_begin_with_a_longer_one() -> None:
    with pytest.raises(ValueError, match="cannot begin"):
        consistency_path(3, 2, of(HASHES))
