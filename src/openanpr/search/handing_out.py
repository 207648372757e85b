"""To print or export rows: what leaves is logged with its recipient before it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from openanpr.policy.ask import Act
from openanpr.search.ask import Asker, Recipient, says_something
from openanpr.search.entries import Step, log_handed_out
from openanpr.search.judging import material_of
from openanpr.search.opening import Chosen, allow, choose, oldest_at
from openanpr.search.parts import Parts
from openanpr.search.redact import results_of
from openanpr.search.sheets import Head, csv_sheet, json_sheet, text_sheet
from openanpr.search.shown import Form, RowsOf, Sheet, ShownRow

Render = Callable[[Head, Sequence[ShownRow]], bytes]

_FORMS: dict[Form, tuple[str, Render]] = {
    Form.CSV: ("text/csv; charset=utf-8", csv_sheet),
    Form.JSON: ("application/json", json_sheet),
}


def print_rows(parts: Parts, rows: RowsOf, by: Asker) -> Sheet:
    """Return rows as plain text for a printer."""
    now = parts.clock()
    chosen = choose(parts, rows.search_id, rows.rows, by, now=now)
    allow(parts, chosen, Act.PRINT, by, now=now)
    step = _step(by, "print", chosen, now)
    entry = log_handed_out(parts, chosen.record, step, recipient=by.id)
    head = _head(chosen, by, by.name, entry, now=now)
    body = text_sheet(head, _shown(chosen))
    return Sheet("text/plain; charset=utf-8", f"search-{rows.search_id}.txt", body, len(chosen.rows), entry)


def export(parts: Parts, rows: RowsOf, form: Form, to: Recipient, by: Asker) -> Sheet:
    """Return rows as a file for a recipient."""
    now = parts.clock()
    chosen = choose(parts, rows.search_id, rows.rows, by, now=now)
    own = parts.limits.own_forces
    material = replace(
        material_of(chosen.record, oldest=oldest_at(chosen.record, chosen.rows), now=now),
        recipient_named=bool(to.name.strip()),
        of_another_agency=any(camera.force not in own for camera in chosen.cameras),
        agency_consulted=says_something(to.consulted),
    )
    allow(parts, chosen, Act.EXPORT, by, now=now, about=material)
    step = _step(by, f"export-{form}", chosen, now)
    recipient = to.name if not to.consulted else f"{to.name}; consulted: {to.consulted}"
    entry = log_handed_out(parts, chosen.record, step, recipient=recipient)
    media_type, render = _FORMS[form]
    body = render(_head(chosen, by, to.name, entry, now=now), _shown(chosen))
    return Sheet(media_type, f"search-{rows.search_id}.{form}", body, len(chosen.rows), entry)


def _step(by: Asker, what: str, chosen: Chosen, now: datetime) -> Step:
    return Step(by.id, what, now, rows=len(chosen.rows), marks=chosen.marks)


def _shown(chosen: Chosen) -> Sequence[ShownRow]:
    """The chosen rows as the person may see them, in the order of the answer."""
    rows = results_of(chosen.record, chosen.kept, chosen.sight).rows
    return [row for row in rows if row.number in chosen.numbers]


def _head(chosen: Chosen, by: Asker, recipient: str, entry: int, *, now: datetime) -> Head:
    record, given = chosen.record, chosen.record.given
    return Head(
        search_id=record.search_id,
        entry=entry,
        taken_by=by.id,
        name=by.name,
        recipient=recipient,
        purpose=str(record.ask.category),
        reference=record.ask.reference,
        reason=record.ask.reason,
        authority="none needed" if given is None else f"{given.by}, {given.rank}, {given.means}",
        at=now,
        caveats=results_of(record, chosen.kept, chosen.sight).caveats,
    )
