"""An exported log made by hand, of whatever entries a test likes: signed as a log would sign it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openanpr.audit.checkpoint import Checkpoint, sign_checkpoint
from openanpr.audit.merkle import leaf_hash, tree_root
from openanpr.audit.note import NoteSigner
from openanpr.audit.tiles import Edge, Tile, bundle, bundles_of, tiles_of
from tests.audit.events import SIGNER


def signed(entries: Sequence[bytes], signer: NoteSigner = SIGNER) -> bytes:
    """The checkpoint of a log of these entries, as bytes."""
    root = tree_root([leaf_hash(entry) for entry in entries])
    return sign_checkpoint(Checkpoint(signer.name, len(entries), root), signer).note.to_bytes()


def put_out(folder: Path, entries: Sequence[bytes], *, history: Sequence[int] = ()) -> Path:
    """Write the static files of a log; `history` are the sizes of which it has signed checkpoints."""
    edge, made = Edge(), dict[Tile, bytes]()
    for index, entry in enumerate(entries):
        made |= dict(edge.add(leaf_hash(entry), index))
    for tile in tiles_of(len(entries)):
        made.setdefault(tile, edge.partial(tile.level or 0))
    for tile in bundles_of(len(entries)):
        made[tile] = bundle(entries[tile.number * 256 : tile.number * 256 + tile.width])
    for tile, data in made.items():
        (folder / tile.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / tile.path).write_bytes(data)
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint").write_bytes(signed(entries))
    (folder / "checkpoints").write_bytes(b"".join(signed(entries[:size]) for size in history))
    return folder
