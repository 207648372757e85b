"""The reader and its node: enrolled once with a code, remembered ever after."""

from __future__ import annotations

from dataclasses import replace

from openanpr.deliver.enrol import ClockWrongError, CodeRefusedError, EnrolmentError, enrol
from openanpr.deliver.line import Fresh, Line, LineError, LineSettings
from openanpr.run.exit_code import RefusedError
from openanpr.run.reader.settings import DeliverySettings
from openanpr.run.reader.state import Enrolled, StateFolder
from openanpr.wire.device_key import DeviceKey, DeviceKeyError


def open_line(
    settings: DeliverySettings, key: DeviceKey, fresh: Fresh, *, patience_s: float | None = None
) -> Line:
    """Return the line to the node, with another patience than usual if one is given; raises RefusedError."""
    usual = LineSettings(settings.node, settings.ca_file, settings.client_certificate)
    if patience_s is not None:
        usual = replace(usual, connect_timeout_s=patience_s, answer_timeout_s=patience_s)
    try:
        return Line.open(usual, key, fresh)
    except LineError as error:
        raise RefusedError(f"--node: {error}") from error


def own_key(settings: DeliverySettings, state: StateFolder) -> DeviceKey:
    """Return the reader's key, made where there is none and a code says to enrol; raises RefusedError."""
    try:
        if state.key.exists():
            return DeviceKey.read(state.key)
        if state.enrolled() is not None:
            raise RefusedError(
                f"{state.key} is gone: remove enrolled.json beside it and enrol again with a new code; what "
                "waits in the outbox stays"
            )
        if settings.code is None:
            raise _not_enrolled(settings)
        key = DeviceKey.generate()
        key.write(state.key)
    except DeviceKeyError as error:
        raise RefusedError(f"{state.key}: {error}") from error
    except OSError as error:
        raise RefusedError(f"{state.key} cannot be used ({error.strerror})") from error
    return key


def joined(settings: DeliverySettings, state: StateFolder, key: DeviceKey, line: Line) -> Enrolled:
    """Return as what the reader is enrolled, asking the node the first time; raises RefusedError.

    A code is not used up by a reader that is enrolled already.
    """
    known = state.enrolled()
    if known is not None:
        _refuse_another(known, settings, key)
        return known
    if settings.code is None:
        raise _not_enrolled(settings)
    try:
        device = enrol(line, settings.code, key.public)
    except (ClockWrongError, CodeRefusedError, EnrolmentError) as error:
        raise RefusedError(f"not enrolled: {error}") from error
    enrolled = Enrolled(settings.node.rstrip("/"), device, str(settings.camera), key.public.key_id)
    try:
        state.remember(enrolled)
    except OSError as error:
        raise RefusedError(f"{state.path} cannot be written ({error.strerror})") from error
    return enrolled


def _not_enrolled(settings: DeliverySettings) -> RefusedError:
    return RefusedError(
        f"this reader is not enrolled (state folder {settings.state}): ask the node's operator for a code "
        f"for camera {settings.camera}, and give it once with --enrol-file"
    )


def _refuse_another(known: Enrolled, settings: DeliverySettings, key: DeviceKey) -> None:
    """Refuse to mix cameras, nodes or keys: what waits in the outbox is for the node that it was read for."""
    if known.camera != str(settings.camera):
        raise RefusedError(
            f"the state folder {settings.state} is that of camera {known.camera}: give another --state"
        )
    if known.node != settings.node.rstrip("/"):
        raise RefusedError(
            f"this reader is enrolled at {known.node}: for another node give another --state and a new code"
        )
    if known.key_id != key.public.key_id:
        raise RefusedError(
            "the key in the state folder is not the one that was enrolled: remove key.pem and enrolled.json "
            "there and enrol again with a new code; what waits in the outbox stays"
        )
