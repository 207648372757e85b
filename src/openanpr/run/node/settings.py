"""The settings of a node: one frozen tree, as `node.toml` spells it. `read_settings` reads and checks it.

Every key is optional, but for those of a table that only exists where it is written (a bucket, a webhook).
Secrets are never in the tree: it names the files that hold them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from openanpr.policy.profile import DEFAULT_PROFILE
from openanpr.run.node.public_settings import Public
from openanpr.run.node.toml_tree import Bounds, Count, Name
from openanpr.wire.delivery import MOST_PICTURE_BYTES
from openanpr.wire.read_batch import MOST_READS

Port = Annotated[int, Bounds(1, 65535)]
Seconds = Annotated[int, Bounds(1)]
Share = Annotated[float, Bounds(0.0, 1.0)]
CaseOwner = Literal["information-rights-officer", "complaints-officer", "anpr-manager"]
Priority = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where devices deliver; `names` are the authorities (host:port) by which they reach the node."""

    host: Name = "127.0.0.1"
    port: Port = 8470
    names: tuple[Name, ...] = ()

    @property
    def authorities(self) -> frozenset[str]:
        """The names in small letters; host and port where none were given."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return frozenset(name.lower() for name in self.names or (f"{host}:{self.port}",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The node's certificate (with its chain) and key, both PEM; both or neither."""

    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A PostgreSQL address without its password; none: a SQLite file in the data folder."""

    url: str = ""
    password_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """Where reads are kept: chDB in `folder`, or the ClickHouse server at `url`."""

    folder: Path = Path("reads")
    memory_mb: Annotated[int, Bounds(256)] = 2048
    url: str = ""
    user: Name = "default"
    password_file: Path | None = None
    database: Name = "default"
    timeout_s: Seconds = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBucket:
    """An S3 bucket."""

    name: Name
    region: Name
    key_id: Name
    secret_file: Path
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStore:
    """Where pictures are kept: `folder`, or a bucket; and how large one may be."""

    folder: Path = Path("pictures")
    most_bytes: Annotated[int, Bounds(1, MOST_PICTURE_BYTES)] = MOST_PICTURE_BYTES
    most_pixels: Count = 16_000_000
    bucket: PictureBucket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFile:
    """The journal."""

    path: Path = Path("journal.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The audit log: its folder, the name that its key is made with, and when it signs and refuses.

    `openings_kept_days` is how long what opens an entry is kept: longer than any read.
    """

    folder: Path = Path("audit")
    name: str = ""
    checkpoint_every_s: Seconds = 60
    checkpoint_every_entries: Count = 1000
    reserve_mb: Count = 64
    openings_kept_days: Count = 2557


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """What deliveries are bounded by, beside the numbers of the profile."""

    most_reads: Annotated[int, Bounds(1, MOST_READS)] = MOST_READS


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """The node that all reads are delivered to; `code_file` holds the one-time code until it is enrolled."""

    url: str = ""
    ca_file: Path | None = None
    code_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A system that is told of alerts, as a viewer with these roles, forces, areas and teams would be.

    `secret_file` holds the secret that both sides share; without it the node signs with its own key.
    """

    name: Name
    url: Name
    secret_file: Path | None = None
    roles: frozenset[Name] = frozenset()
    teams: frozenset[Name] = frozenset()
    forces: frozenset[int] | None = None
    areas: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLevel:
    """A role that is told when an alert has waited so long."""

    after_s: Seconds
    role: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRoute:
    """A role that is told at once, of some forces and areas (none given: all) from a priority up."""

    role: Name
    forces: frozenset[int] | None = None
    areas: frozenset[str] | None = None
    at_least: Priority = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAlerts:
    """The rules of one list where they differ from those of all."""

    window_s: Seconds | None = None
    ladder: tuple[AlertLevel, ...] | None = None
    again_every_s: Seconds | None = None
    next_step_within_s: Seconds | None = None
    outcome_within_s: Seconds | None = None
    raise_after: Count | None = None
    routes: tuple[AlertRoute, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """The rules of alerts, see `alert.rules.ListRules`; `list` has those of single lists by name."""

    window_s: Seconds = 900
    ladder: tuple[AlertLevel, ...] = (
        AlertLevel(after_s=60, role="control-room-supervisor"),
        AlertLevel(after_s=300, role="duty-inspector"),
    )
    again_every_s: Seconds = 300
    next_step_within_s: Seconds = 300
    outcome_within_s: Seconds = 7200
    raise_after: Count = 3
    routes: tuple[AlertRoute, ...] = (AlertRoute(role="control-room"),)
    owner: Name = "operator of the node"
    list: dict[str, ListAlerts] = field(default_factory=dict[str, ListAlerts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """The folder that feeds write list files into, and the profiles that read them: names or paths."""

    inbox: Path = Path("inbox")
    profiles: tuple[Name, ...] = ()
    quiet_s: Seconds = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFolder:
    """A folder into which cameras drop pictures whose names tell time and plate, and the feed they are of.

    `pattern` is the form of the names, see `wire.vendors.file_name`; empty for the usual one.
    """

    feed: Name
    folder: Path
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMakers:
    """What other makers' cameras need: `zone` is that of clocks which tell none (IANA; empty: refused)."""

    zone: str = ""
    folders: tuple[WatchedFolder, ...] = ()
    quiet_s: Seconds = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraTargets:
    """What a test of a camera should reach: the shares of plates found, and of those read right."""

    capture: Share | None = None
    read_exact: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Where metrics are told beside the local socket: on this machine only; nowhere without a port."""

    host: Name = "127.0.0.1"
    port: Port | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How sure is sure, see `match.doubt.MatchRules`."""

    exact_confidence: Share = 0.9
    least_doubt: Share = 0.01
    spelling_doubt: Share = 0.02
    unstated_confidence: Share = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """What the probability of a hit is reckoned from, see `match.odds`; judged, better measured."""

    listed: Share = 0.003
    stray: Share = 0.0012
    false_plates: Share = 0.001
    half_life_days: Annotated[float, Bounds(0.001)] = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """For whom passkeys are: a host name and the origin of the node's pages; without both there are none."""

    relying_party: str = ""
    origin: str = ""
    name: Name = "OpenANPR"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleProvider:
    """A force's own sign-in (OpenID Connect), and what its claims are worth, see `people.provider`."""

    name: Name
    issuer: Name
    client_id: Name
    secret_file: Path
    roles: dict[str, str]
    ranks: dict[str, str]
    strong: frozenset[Name]
    force: int
    unit: Name
    team: Name
    role_claim: Name = "roles"
    rank_claim: Name = "rank"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRole:
    """A name under which alerts are routed, and the roles whose holders answer to it once they sign in."""

    name: Name
    roles: frozenset[Name]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Where people reach the node; port 0: over its own socket alone."""

    host: Name = "127.0.0.1"
    port: Annotated[int, Bounds(0, 65535)] = 8471
    names: tuple[Name, ...] = ()
    passkeys: Passkeys = Passkeys()
    providers: tuple[PeopleProvider, ...] = ()
    alert_roles: tuple[AlertRole, ...] = (
        AlertRole(name="control-room", roles=frozenset({"control-room-operator"})),
        AlertRole(name="control-room-supervisor", roles=frozenset({"authorising-officer"})),
        AlertRole(name="duty-inspector", roles=frozenset({"authorising-officer"})),
    )

    @property
    def authorities(self) -> tuple[str, ...]:
        """The names in small letters, in their order; host and port where none were given."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return tuple(name.lower() for name in self.names) or (f"{host}:{self.port}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTiles:
    """A style of tiles (MapLibre's, version 8) for maps: a file, or its address at the force's map server.

    `night_style`: the one for the night. `tiles`: a PMTiles file which a style of a file may draw from.
    """

    style: str = ""
    night_style: str = ""
    tiles: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPages:
    """What pages are called, and in whose time they speak. `notice` stands at the head of each.

    `layer`: a GeoJSON file of land, water and roads, drawn as the ground of each map; else maps have none.
    `map`: tiles that are laid upon it.
    """

    name: Name = "OpenANPR"
    time_zone: Name = "Europe/London"
    notice: str = ""
    layer: Path | None = None
    map: MapTiles = MapTiles()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """What knows of references: a file that the force's system writes, or an address; never both.

    Of an answer: where the state stands in it, where the reference does, and the words for open and closed.
    """

    file: Path | None = None
    fresh_hours: Count = 24
    url: str = ""
    state_at: str = "/state"
    echo_at: str = "/reference"
    open_words: frozenset[Name] = frozenset({"open"})
    closed_words: frozenset[Name] = frozenset({"closed"})
    token_file: Path | None = None
    ca_file: Path | None = None
    timeout_s: Seconds = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What searches are bounded by; `own_forces` are those whose reads are exported without asking others."""

    own_forces: frozenset[int] = frozenset()
    most_s: Seconds = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsOwners:
    """Whose duty each kind of case of the public is."""

    question: CaseOwner = "anpr-manager"
    complaint: CaseOwner = "complaints-officer"
    access: CaseOwner = "information-rights-officer"
    challenge: CaseOwner = "information-rights-officer"
    correction: CaseOwner = "information-rights-officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """The cases of the public, and answers to them.

    `owner_answer_days`: how long the owner of a list has to answer a challenge; `confirm_hours`: how long
    devices have to confirm what was changed for one, before it is an alarm.
    """

    owners: RightsOwners = RightsOwners()
    owner_answer_days: Count = 14
    confirm_hours: Count = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """All of it. `data` is the folder of everything that the node keeps and that is not named elsewhere."""

    data: Path = Path()
    profile: Name = DEFAULT_PROFILE
    listen: Listen = Listen()
    tls: Tls = Tls()
    control_database: Database = Database()
    lists_database: Database = Database()
    reads: Reads = Reads()
    pictures: PictureStore = PictureStore()
    journal: JournalFile = JournalFile()
    audit: Audit = Audit()
    ingest: Ingest = Ingest()
    forward: Forward = Forward()
    webhooks: tuple[Webhook, ...] = ()
    alerts: Alerts = Alerts()
    feeds: Feeds = Feeds()
    other_makers: OtherMakers = OtherMakers()
    camera_targets: CameraTargets = CameraTargets()
    metrics: Metrics = Metrics()
    people: People = People()
    pages: WebPages = WebPages()
    public: Public = field(default_factory=Public)
    rights: Rights = Rights()
    cases: Cases = Cases()
    search: Search = Search()
    match: Match = Match()
    odds: Odds = Odds()

    @property
    def secrets(self) -> Path:
        """The folder of the node's own secrets."""
        return self.data / "secrets"

    @property
    def looked_back(self) -> Path:
        """The note of the revisions of lists up to which stored reads were looked through."""
        return self.data / "looked-back.json"

    @property
    def policy_noted(self) -> Path:
        """The note of which entry of the audit log has the rules that hold."""
        return self.data / "policy-noted"

    @property
    def rule_history(self) -> Path:
        """The note of when the rules changed, so that a start need not read the whole log."""
        return self.data / "rule-history"

    @property
    def forward_outbox(self) -> Path:
        """What waits for the other node."""
        return self.data / "forward" / "outbox.db"

    @property
    def forward_enrolled(self) -> Path:
        """The note of the id under which the other node knows this one."""
        return self.data / "forward" / "enrolled.json"
