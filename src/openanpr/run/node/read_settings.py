"""`node.toml` read once and checked whole: what is wrong stops the start, with how to mend it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date
from ipaddress import ip_address
from itertools import permutations
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

from openanpr.core.this_machine import is_this_machine
from openanpr.match.doubt import MatchRules
from openanpr.match.odds import BaseRates
from openanpr.run.node.addresses import camera_zone, feed_profiles, watched_pattern, webhooks
from openanpr.run.node.case_settings import case_address
from openanpr.run.node.map_settings import is_address, map_source
from openanpr.run.node.people_settings import alert_roles, registration
from openanpr.run.node.rule_book import rules_of_alerts
from openanpr.run.node.secret_file import SecretFileError, read_secret
from openanpr.run.node.settings import Database, NodeSettings
from openanpr.run.node.toml_tree import tree_of
from openanpr.voi.fault import ListError

_KEPT = frozenset({"reads.folder", "pictures.folder", "journal.path", "audit.folder", "feeds.inbox"})
_NAME_OR_PATH = frozenset({"profile", "feeds.profiles"})
_ADDRESS_OR_PATH = frozenset({"pages.map.style", "pages.map.night_style"})
_OWN = ("secrets", "forward", "control.db", "lists.db", "nonces.db")
_PROVES = frozenset({"verify-full", "verify-ca"})


class SettingsError(Exception):
    """The settings cannot be used; the sentence names the key and says how to mend it."""


def load_settings(path: Path, *, data: Path | None = None) -> NodeSettings:
    """Return the settings in a file; all paths are absolute.

    `data` is the data folder where the file names none (None: the folder of the file).
    What the node keeps is found from its data folder, all other files from the folder of the settings.
    Raises SettingsError for an unknown key, a wrong value, keys that contradict one another, and a secret
    file that is missing or that others may read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"the settings {path} cannot be read: see that it is there and UTF-8") from fault
    return parse_settings(text, folder=path.resolve().parent, where=path.name, data=data)


def parse_settings(
    text: str, *, folder: Path, where: str = "node.toml", data: Path | None = None
) -> NodeSettings:
    """Return the settings that a TOML text spells; raises SettingsError as `load_settings` does."""
    try:
        said = tomllib.loads(text)
        if data is not None:
            said.setdefault("data", str(data))
        found = tree_of(NodeSettings, said)
        settings = cast("NodeSettings", _resolved(found, "", folder, folder))
        _check(settings)
    except tomllib.TOMLDecodeError as fault:
        raise SettingsError(f"{where} is not TOML: {fault}") from fault
    except (ValueError, SecretFileError, ListError) as fault:
        raise SettingsError(f"{where}: {fault}") from fault
    return settings


def secret_files(settings: NodeSettings) -> Iterator[tuple[str, Path]]:
    """Yield every key that names a secret file, and the file, but for the code that is used up once."""
    named = {
        "tls.key": settings.tls.key,
        "control_database.password_file": settings.control_database.password_file,
        "lists_database.password_file": settings.lists_database.password_file,
        "reads.password_file": settings.reads.password_file,
        "cases.token_file": settings.cases.token_file,
        **{f"webhooks of {hook.name}: secret_file": hook.secret_file for hook in settings.webhooks},
        **{
            f"people.providers of {one.name}: secret_file": one.secret_file
            for one in settings.people.providers
        },
    }
    if settings.pictures.bucket is not None:
        named["pictures.bucket.secret_file"] = settings.pictures.bucket.secret_file
    yield from ((key, path) for key, path in named.items() if path is not None)


def _resolved(table: object, where: str, folder: Path, data: Path) -> object:
    """Return a table in which every path is absolute."""
    if where in _NAME_OR_PATH and isinstance(table, str) and (table.endswith(".toml") or "/" in table):
        return str(folder / table)
    if where in _ADDRESS_OR_PATH and isinstance(table, str) and table and not is_address(table):
        return str(folder / table)
    if not is_dataclass(table) or isinstance(table, type):
        return table
    if isinstance(table, NodeSettings):
        data = folder / table.data
    changed: dict[str, object] = {}
    for name in (field.name for field in fields(table)):
        value: object = getattr(table, name)
        key = f"{where}.{name}".removeprefix(".")
        if isinstance(value, Path):
            changed[name] = (data if key in _KEPT else folder) / value
        elif isinstance(value, tuple):
            changed[name] = tuple(
                _resolved(one, key, folder, data) for one in cast("tuple[object, ...]", value)
            )
        else:
            changed[name] = _resolved(value, key, folder, data)
    return replace(table, **changed)


def _check(settings: NodeSettings) -> None:
    _check_doors(settings)
    _check_stores(settings)
    _check_places(settings)
    _check_others(settings)
    _check_cases(settings)
    _check_intake(settings)
    _check_public(settings)
    _check_rules(settings)
    for key, path in secret_files(settings):
        read_secret(path, key)
    webhooks(settings)
    feed_profiles(settings)
    camera_zone(settings)
    map_source(settings.pages.map)
    for watched in settings.other_makers.folders:
        watched_pattern(watched)


def _check_doors(settings: NodeSettings) -> None:
    tls, listen = settings.tls, settings.listen
    if (tls.certificate is None) != (tls.key is None):
        raise ValueError("tls.certificate and tls.key belong together: set both, or neither")
    if tls.certificate is not None and not tls.certificate.is_file():
        raise ValueError(f"tls.certificate: there is no file {tls.certificate}")
    if tls.key is None and not is_this_machine(listen.host):
        raise ValueError(
            "listen.host reaches beyond this machine, and reads may not travel in the clear: set "
            "tls.certificate and tls.key, or listen on 127.0.0.1 behind a proxy that ends TLS"
        )
    if listen.host in {"0.0.0.0", "::"} and not listen.names:  # noqa: S104 - looked for, not bound
        raise ValueError(
            'listen.names must say by which names devices reach the node, such as "node.example:8470"'
        )
    if any("/" in name or "@" in name for name in listen.names):
        raise ValueError('listen.names are hosts with their ports, such as "node.example:8470", not URLs')
    _check_people(settings)
    if not is_this_machine(settings.metrics.host):
        raise ValueError(
            "metrics.host must be of this machine: use 127.0.0.1, and a proxy with sign-in before it"
        )


def _check_people(settings: NodeSettings) -> None:
    people = settings.people
    if settings.tls.key is None and not is_this_machine(people.host):
        raise ValueError(
            "people.host reaches beyond this machine, and nobody may sign in in the clear: set "
            "tls.certificate and tls.key, or listen on 127.0.0.1 behind a proxy that ends TLS"
        )
    if people.host in {"0.0.0.0", "::"} and not people.names:  # noqa: S104 - looked for, not bound
        raise ValueError(
            'people.names must say by which names people reach the node, such as "anpr.example:8471"'
        )
    if any("/" in name or "@" in name for name in people.names):
        raise ValueError('people.names are hosts with their ports, such as "anpr.example:8471", not URLs')
    if bool(people.passkeys.relying_party) != bool(people.passkeys.origin):
        raise ValueError("people.passkeys needs both relying_party and origin: set both, or neither")
    names = [one.name for one in people.providers]
    if len(set(names)) < len(names) or not all(map(str.isidentifier, names)):
        raise ValueError("people.providers: each needs a name of its own, of letters and digits")
    for registered in people.providers:
        registration(registered, people, "")
    alert_roles(settings)


def _check_intake(settings: NodeSettings) -> None:
    public, url = settings.public, settings.public.intake.url
    if not url:
        return
    _check_url("public.intake.url", url)
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment or not url.isascii() or set(url) & set(" ;,'\""):
        raise ValueError("public.intake.url is an origin, such as https://anpr.police.example: no path")
    if not public.port:
        raise ValueError("public.intake.url needs a listener that takes the forms: set public.port too")
    for proxy in public.intake.proxies:
        try:
            ip_address(proxy)
        except ValueError:
            raise ValueError("public.intake.proxies are addresses, such as 10.0.0.5") from None


def _check_cases(settings: NodeSettings) -> None:
    cases = settings.cases
    if cases.file is not None and cases.url:
        raise ValueError("cases.file and cases.url: one of the two knows of references; take the other out")
    if cases.url:
        case_address(cases)


def _check_public(settings: NodeSettings) -> None:
    for one in settings.public.addresses:
        if not one.address.startswith("https://"):
            raise ValueError("public.addresses: an address begins with https://")
        try:
            date.fromisoformat(one.looked_at)
        except ValueError:
            raise ValueError("public.addresses: looked_at is a day such as 2026-11-30") from None


def _check_stores(settings: NodeSettings) -> None:
    for name in ("control_database", "lists_database"):
        _check_database(name, getattr(settings, name))
    if settings.reads.url:
        _check_url("reads.url", settings.reads.url)
    elif settings.reads.password_file is not None:
        raise ValueError("reads.password_file is for a ClickHouse server: set reads.url too, or take it out")
    bucket = settings.pictures.bucket
    if bucket is not None and bucket.endpoint:
        _check_url("pictures.bucket.endpoint", bucket.endpoint)


def _check_places(settings: NodeSettings) -> None:
    """Refuse stores that would lie in one another: one would delete, or copy, what is the other's."""
    data = settings.data
    places = {
        "journal.path": settings.journal.path,
        "audit.folder": settings.audit.folder,
        **({} if settings.reads.url else {"reads.folder": settings.reads.folder}),
        **({} if settings.pictures.bucket else {"pictures.folder": settings.pictures.folder}),
        **({"feeds.inbox": settings.feeds.inbox} if settings.feeds.profiles else {}),
        **{name: data / name for name in _OWN},
    }
    real = {name: path.resolve() for name, path in places.items()}
    for name, other in permutations(real, 2):
        if real[other].is_relative_to(real[name]):
            raise ValueError(f"{name} and {other} lie in one another: give each a place of its own")
    for name, path in real.items():
        if data.resolve().is_relative_to(path):
            raise ValueError(f"{name} must be a place of its own, not the data folder or one around it")


def _check_database(name: str, database: Database) -> None:
    if not database.url:
        if database.password_file is not None:
            raise ValueError(f"{name}.password_file is for PostgreSQL: set {name}.url too, or take it out")
        return
    parts = urlsplit(database.url)
    asked = parse_qs(parts.query)
    sockets = asked.get("host", [])
    on_socket = bool(sockets) and all(host.startswith("/") for host in sockets)  # of this machine
    host = parts.hostname or ("localhost" if on_socket else "")
    if parts.scheme not in {"postgresql", "postgres"} or not host or not parts.path.strip("/"):
        raise ValueError(
            f"{name}.url must be postgresql://user@host/database; without it a SQLite file is used"
        )
    if sockets and not on_socket:
        raise ValueError(f"{name}.url names its host twice: leave ?host= to the folder of a local socket")
    if parts.password or asked.keys() & {"password", "passfile"}:
        raise ValueError(
            f"{name}.url holds a password: put it into a file of mode 0600, see {name}.password_file"
        )
    if not is_this_machine(host) and not _PROVES.intersection(asked.get("sslmode", ())):
        raise ValueError(
            f"{name}.url leads to another machine, which must prove itself: end it in ?sslmode=verify-full"
        )


def _check_others(settings: NodeSettings) -> None:
    forward = settings.forward
    if forward.url:
        _check_url("forward.url", forward.url)
    elif forward.ca_file is not None or forward.code_file is not None:
        raise ValueError("forward.ca_file and forward.code_file need forward.url: set it, or take them out")
    names = [hook.name for hook in settings.webhooks]
    if len(set(names)) < len(names):
        raise ValueError("webhooks: two have one name; give each its own")
    for hook in settings.webhooks:
        _check_url(f"webhooks of {hook.name}: url", hook.url)


def _check_rules(settings: NodeSettings) -> None:
    match, odds = settings.match, settings.odds
    MatchRules(**asdict(match))
    BaseRates(odds.listed, odds.stray, odds.false_plates)
    for name in (None, *settings.alerts.list):
        try:
            rules_of_alerts(settings.alerts, name)
        except ValueError as fault:
            where = "alerts" if name is None else f'alerts.list."{name}"'
            raise ValueError(f"{where}: {fault}") from fault


def _check_url(key: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{key} must begin with https:// and name a host")
    if parts.username or parts.password:
        raise ValueError(f"{key} holds a user or password: they belong into settings and files of their own")
    if parts.scheme == "http" and not is_this_machine(parts.hostname):
        raise ValueError(f"{key} must begin with https://; http:// is for this machine only")
