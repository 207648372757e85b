"""Which devices have a list: what each was given in full, and which revision it says is in force."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from openanpr.core.voi_list import Holder, Receipt
from openanpr.store.control.engine import reading, writing
from openanpr.store.control.list_tables import voi_receipt
from openanpr.store.control.lists import list_row
from openanpr.store.control.rows import time_of, to_ms
from openanpr.store.control.schema import metadata
from openanpr.store.control.upsert import insert_into

# One row for each list and device: the revision that it was last given whole.
voi_served: Final = sa.Table(
    "voi_served",
    metadata,
    sa.Column("list_id", sa.BigInteger, sa.ForeignKey("voi_list.list_id"), primary_key=True),
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
)


class ListHolders:
    """Who was given which list, and what they confirmed. Safe to share between threads."""

    __slots__ = ("_engine",)

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def served(self, served: Receipt) -> None:
        """Keep that a device was given all of a revision."""
        with writing(self._engine) as connection:
            row = list_row(connection, served.list_name)
            said = {"revision": served.revision, "at_ms": to_ms(served.at)}
            first = insert_into(connection, voi_served).values(
                list_id=row.list_id, device=served.device, **said
            )
            connection.execute(first.on_conflict_do_update(index_elements=["list_id", "device"], set_=said))

    def held(self, list_name: str) -> tuple[Holder, ...]:
        """Return every device that was given the list or confirmed it, by its id; raises LookupError."""
        with reading(self._engine) as connection:
            list_id = list_row(connection, list_name).list_id
            given = {
                row.device: row
                for row in connection.execute(sa.select(voi_served).where(voi_served.c.list_id == list_id))
            }
            latest = (
                sa.select(sa.func.max(voi_receipt.c.receipt_id))
                .where(voi_receipt.c.list_id == list_id)
                .group_by(voi_receipt.c.device)
            )
            said = {
                row.device: row
                for row in connection.execute(
                    sa.select(voi_receipt).where(voi_receipt.c.receipt_id.in_(latest))
                )
            }
        return tuple(
            Holder(
                device,
                None if device not in given else given[device].revision,
                None if device not in said else said[device].revision,
                None if device not in said else time_of(said[device].at_ms),
            )
            for device in sorted(given.keys() | said.keys())
        )
