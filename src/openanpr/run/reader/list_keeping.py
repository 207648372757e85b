"""`openanpr reader lists`: a device keeps its copies of the node's lists, and confirms what is in force."""

from __future__ import annotations

import json
import secrets
import signal
import time
from datetime import UTC, datetime
from typing import Final, TextIO

from openanpr.deliver.line import Fresh, Line, LineError, LineSettings
from openanpr.deliver.list_copies import ListCopies, NotFetchedError, Turned
from openanpr.run.exit_code import ExitCode, RefusedError
from openanpr.run.interrupt import Interrupt
from openanpr.run.reader.joining import joined, own_key
from openanpr.run.reader.settings import DeliverySettings
from openanpr.run.reader.state import StateFolder, held
from openanpr.run.sighting import printable

_MOST_PAGE_BYTES: Final = 64 * 2**20


def keep_lists(settings: DeliverySettings, *, every_s: float, out: TextIO, err: TextIO) -> int:
    """Fetch lists as they change, swap each in whole, and confirm it; return the exit code.

    Until a signal comes: SIGTERM gives 0, Ctrl-C 130. Beside a reader of the same state folder, or alone.
    """
    try:
        with held(settings.state / "lists") as own, Interrupt() as interrupt:
            state = StateFolder(settings.state)
            key = own_key(settings, state)
            fresh = Fresh(lambda: datetime.now(UTC), lambda: secrets.token_hex(16), time.monotonic)
            line = LineSettings(
                settings.node,
                settings.ca_file,
                settings.client_certificate,
                most_answer_bytes=_MOST_PAGE_BYTES,
            )
            with Line.open(line, key, fresh) as opened:
                joined(settings, state, key, opened)
                copies = ListCopies(own.path / "copies", opened)
                while not interrupt.stopped:
                    _turn(copies, as_json=settings.as_json, out=out, err=err)
                    interrupt.event.wait(every_s)
    except (RefusedError, LineError) as error:
        print(f"openanpr: {printable(str(error))}", file=err)
        return ExitCode.REFUSED
    except OSError as error:
        print(f"openanpr: the copies of lists cannot be kept ({error.strerror})", file=err)
        return ExitCode.REFUSED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 128 + signal.SIGINT if interrupt.exit_code == 128 + signal.SIGINT else ExitCode.DONE


def _turn(copies: ListCopies, *, as_json: bool, out: TextIO, err: TextIO) -> None:
    try:
        turned = copies.turn()
    except NotFetchedError as fault:
        print(f"openanpr: {printable(str(fault))}", file=err)
        return
    print(_told(turned, as_json=as_json), file=out, flush=True)


def _told(turned: Turned, *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"in_force": turned.in_force, "confirmed": turned.confirmed})
    lists = (
        f"{printable(name)} at revision {revision}"
        f"{', confirmed' if turned.confirmed.get(name) == revision else ', not confirmed yet'}"
        for name, revision in sorted(turned.in_force.items())
    )
    return f"in force: {'; '.join(lists) or 'no list'}"
