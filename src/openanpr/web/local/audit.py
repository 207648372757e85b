"""The audit log over the local socket: how it does, put out, signed by witnesses, and one entry opened."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from openanpr.audit.acts import Act, Disclosure, Erasure
from openanpr.audit.entry import Entry
from openanpr.audit.export import export_log
from openanpr.audit.log import AuditLog
from openanpr.audit.note import NoteKey
from openanpr.policy.ask import Act as Judged
from openanpr.web.local.asking import Asked, Number, Said, answered
from openanpr.web.local.gate import Own
from openanpr.wire.read_json import rfc3339

_MOST_SHOWN = 1000
_LOOKED_AT = 100_000


@dataclass(frozen=True, slots=True)
class AuditRoutes:
    """What the log over the socket needs; `erase` erases openings of entries and returns how many."""

    log: AuditLog
    clock: Callable[[], datetime]
    erase: Callable[[tuple[int, ...], Erasure], int]


class ExportForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to: the whole path of a folder that is not there yet."""

    destination: Said
    by: Said


class CosignForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A witness's signature on the last checkpoint, and the witness's key."""

    line: Said
    witness: Said
    by: Said


class DiscloseForm(Struct, frozen=True, forbid_unknown_fields=True):
    """Which entry is opened, for whom and why."""

    index: Number
    by: Said
    recipient: Said
    reference: Said
    why: Said


class EraseForm(Struct, frozen=True, forbid_unknown_fields=True):
    """What is erased: all that opens entries older than so many days."""

    older_than_days: Annotated[int, Meta(ge=1)]
    by: Said
    why: Said


def audit_routes(of: AuditRoutes) -> list[Route]:
    """Return the routes of the audit log."""
    return [
        answered("/audit", lambda _: _standing(of), guard=Own.MACHINE),
        answered("/audit/checkpoint", lambda _: _checkpoint(of), guard=Own.MACHINE),
        answered("/audit/lodge", lambda asked: _lodge(of, asked.number("old_size", 0)), guard=Own.MACHINE),
        answered("/audit/entries", lambda asked: _entries(of, asked), guard=Judged.READ_LOG),
        answered(
            "/audit/export", lambda asked: _export(of, asked.form(ExportForm)), "POST", guard=Judged.READ_LOG
        ),
        answered(
            "/audit/cosign", lambda asked: _cosign(of, asked.form(CosignForm)), "POST", guard=Judged.READ_LOG
        ),
        answered(
            "/audit/disclose",
            lambda asked: _disclose(of, asked.form(DiscloseForm)),
            "POST",
            guard=Judged.READ_LOG,
        ),
        answered(
            "/audit/erase-openings",
            lambda asked: _erase(of, asked.form(EraseForm)),
            "POST",
            guard=Judged.RUN_RETENTION,
        ),
    ]


def _standing(of: AuditRoutes) -> object:
    standing = of.log.standing()
    return {
        "name": of.log.key.name,
        "key": str(of.log.key),
        "entries": standing.entries,
        "checkpoint_size": standing.checkpoint_size,
        "checkpoint_age_s": standing.checkpoint_age_s,
        "free_bytes": standing.free_bytes,
        "reserve_bytes": standing.reserve_bytes,
        "refuses": standing.refuses,
    }


def _checkpoint(of: AuditRoutes) -> object:
    signed = of.log.checkpoint()
    return {"size": signed.checkpoint.size, "note": signed.note.to_bytes().decode()}


def _lodge(of: AuditRoutes, old_size: int) -> object:
    """Return the body of a request to a witness (C2SP tlog-witness, add-checkpoint)."""
    of.log.checkpoint()
    lodged = of.log.lodge(old_size)
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in lodged.path)
    return {"body": f"old {old_size}\n{hashes}\n{lodged.note.decode()}"}


def _entries(of: AuditRoutes, asked: Asked) -> object:
    """Return a page of what anybody may see of the entries, and the number from which the next begins."""
    act, first = asked.query.get("act", ""), asked.number("first", 0)
    if act and act not in set(Act):
        raise ValueError(f"act is one of {', '.join(Act)}")
    most = min(max(asked.number("most", 100), 1), _MOST_SHOWN)
    shown: list[dict[str, object]] = []
    at, end = first, min(of.log.size, first + _LOOKED_AT)
    while at < end and len(shown) < most:
        for entry in of.log.entries_from(at, min(256, end - at)):
            if act in {"", entry.act}:
                shown.append(_shown(at, entry))
            at += 1
            if len(shown) == most:
                break
    return {"entries": shown, "next": at if at < of.log.size else None}


def _shown(index: int, entry: Entry) -> dict[str, object]:
    return {
        "index": index,
        "at": rfc3339(entry.at),
        "act": entry.act,
        "public": dict(entry.public),
        "secret": sorted(entry.sealed),
    }


def _export(of: AuditRoutes, form: ExportForm) -> object:
    destination = Path(form.destination)
    if not destination.is_absolute():
        raise ValueError("give the whole path of the export")
    of.log.append(
        Disclosure(
            at=of.clock(),
            person=form.by,
            recipient=str(destination),
            what="log-export",
            purpose="verification",
            reference="none",
            reason="the log without anything that opens it",
        )
    )
    of.log.checkpoint()
    done = export_log(of.log.folder, destination, log_key=of.log.key)
    return {"destination": str(destination), "entries": done.checkpoint.size, "key": str(of.log.key)}


def _cosign(of: AuditRoutes, form: CosignForm) -> object:
    signed = of.log.add_cosignature(form.line, NoteKey.parse(form.witness))
    return {"size": signed.checkpoint.size, "note": signed.note.to_bytes().decode()}


def _disclose(of: AuditRoutes, form: DiscloseForm) -> object:
    if not 0 <= form.index < of.log.size:
        raise LookupError(f"there is no entry {form.index} in a log of {of.log.size}")
    of.log.append(
        Disclosure(
            at=of.clock(),
            regards=form.index,
            person=form.by,
            recipient=form.recipient,
            what="log-entry",
            purpose="verification",
            reference=form.reference,
            reason=form.why,
        )
    )
    return {"index": form.index, "disclosure": of.log.disclose(form.index).to_bytes().decode()}


def _erase(of: AuditRoutes, form: EraseForm) -> object:
    now = of.clock()
    indexes, _ = of.log.open_before(now - timedelta(days=form.older_than_days), 0)
    event = Erasure(at=now, what="log-openings", rules=(), rows=len(indexes), person=form.by, reason=form.why)
    return {"entries": len(indexes), "openings": of.erase(indexes, event)}
