"""Where the settings send the node: databases, servers, buckets, other systems, with their secrets.

What this returns may hold secrets and is never printed.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from openanpr.alert.routing import Viewer
from openanpr.alert.webhook import Endpoint, HmacSigner
from openanpr.deliver.line import LineSettings
from openanpr.ingest.picture import PictureLimits
from openanpr.match.doubt import MatchRules
from openanpr.match.odds import BaseRates
from openanpr.run.node.secret_file import SecretFileError, read_secret_text
from openanpr.run.node.settings import Database, NodeSettings, WatchedFolder, Webhook
from openanpr.store.clickhouse_server import ServerAddress
from openanpr.store.pictures import Bucket
from openanpr.voi.column_map import FeedProfile, load_profile, shipped_profile
from openanpr.wire.vendors.file_name import DEFAULT_PATTERN, file_pattern

_WEBHOOK = "whsec_"


@dataclass(frozen=True, slots=True)
class SignedEndpoint:
    """A webhook and what signs it; None: the node's own key does."""

    endpoint: Endpoint
    signer: HmacSigner | None = field(repr=False)


def control_url(settings: NodeSettings) -> str:
    """The URL of the control database, as `store.control.engine.open_database` takes it."""
    return _database(settings.control_database, settings.data / "control.db", "control_database")


def lists_url(settings: NodeSettings) -> str:
    """The URL of the database of lists."""
    return _database(settings.lists_database, settings.data / "lists.db", "lists_database")


def server_address(settings: NodeSettings) -> ServerAddress | None:
    """The ClickHouse server; None: the reads are in chDB's folder."""
    reads = settings.reads
    if not reads.url:
        return None
    password = _secret(reads.password_file, "reads.password_file")
    return ServerAddress(reads.url, reads.database, reads.user, password, reads.timeout_s)


def memory_bytes(settings: NodeSettings) -> int:
    """How much memory chDB may use."""
    return settings.reads.memory_mb * 2**20


def bucket(settings: NodeSettings) -> Bucket | None:
    """The bucket of pictures; None: they are in a folder."""
    said = settings.pictures.bucket
    if said is None:
        return None
    secret = _secret(said.secret_file, "pictures.bucket.secret_file")
    clear = urlsplit(said.endpoint).scheme == "http"  # the settings allow that on this machine only
    return Bucket(
        said.name, said.region, said.key_id, secret, endpoint=said.endpoint or None, allow_http=clear
    )


def picture_limits(settings: NodeSettings) -> PictureLimits:
    """How large a picture may be."""
    return PictureLimits(settings.pictures.most_bytes, settings.pictures.most_pixels)


def forward_line(settings: NodeSettings) -> LineSettings | None:
    """The line to the node that all reads are delivered to; None: there is none."""
    forward = settings.forward
    return LineSettings(forward.url, forward.ca_file) if forward.url else None


def forward_code(settings: NodeSettings) -> str:
    """The one-time code to enrol with; raises SecretFileError. Asked only until the node is enrolled."""
    if settings.forward.code_file is None:
        raise SecretFileError(
            "forward.code_file: this node is not enrolled at the other yet: ask there for a code, write it "
            "into a file of mode 0600, and name that file"
        )
    return _secret(settings.forward.code_file, "forward.code_file")


def webhooks(settings: NodeSettings) -> tuple[SignedEndpoint, ...]:
    """The systems that are told of alerts; raises SecretFileError for a secret that is too short."""
    return tuple(SignedEndpoint(_endpoint(hook), _signer(hook)) for hook in settings.webhooks)


def feed_profiles(settings: NodeSettings) -> tuple[FeedProfile, ...]:
    """The profiles of the feeds, shipped or the operator's own; raises voi.column_map.ProfileError."""
    return tuple(
        load_profile(Path(name)) if "/" in name else shipped_profile(name) for name in settings.feeds.profiles
    )


def camera_zone(settings: NodeSettings) -> ZoneInfo | None:
    """The zone of other makers' clocks that tell none; raises ValueError for a zone that is not known."""
    name = settings.other_makers.zone
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("other_makers.zone must be a zone such as Europe/London") from None


def watched_pattern(watched: WatchedFolder) -> re.Pattern[str]:
    """The form of the names in a watched folder; raises ValueError."""
    return file_pattern(watched.pattern) if watched.pattern else DEFAULT_PATTERN


def match_rules(settings: NodeSettings) -> MatchRules:
    """How sure is sure."""
    said = settings.match
    return MatchRules(said.exact_confidence, said.least_doubt, said.spelling_doubt, said.unstated_confidence)


def base_rates(settings: NodeSettings) -> BaseRates:
    """What the probability of a hit is reckoned from."""
    return BaseRates(settings.odds.listed, settings.odds.stray, settings.odds.false_plates)


def _database(said: Database, file: Path, key: str) -> str:
    if not said.url:
        return f"sqlite:///{file}"
    password = _secret(said.password_file, f"{key}.password_file")
    parts = urlsplit(said.url)
    host = parts.netloc.rpartition("@")[2]
    user = quote(parts.username or "openanpr", safe="")
    secret = f":{quote(password, safe='')}" if password else ""
    return urlunsplit(parts._replace(scheme="postgresql", netloc=f"{user}{secret}@{host}"))


def _endpoint(hook: Webhook) -> Endpoint:
    return Endpoint(hook.name, hook.url, Viewer(hook.name, hook.teams, hook.roles, hook.forces, hook.areas))


def _signer(hook: Webhook) -> HmacSigner | None:
    if hook.secret_file is None:
        return None
    use = f"webhooks of {hook.name}: secret_file"
    text = _secret(hook.secret_file, use)
    try:
        if text.startswith(_WEBHOOK):
            return HmacSigner(base64.b64decode(text.removeprefix(_WEBHOOK), validate=True))
        return HmacSigner(text.encode())
    except (binascii.Error, ValueError):
        raise SecretFileError(
            f"{use}: the secret needs 24 bytes or more, as text, or as {_WEBHOOK} and base64"
        ) from None


def _secret(path: Path | None, use: str) -> str:
    return "" if path is None else read_secret_text(path, use)
