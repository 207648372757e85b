"""Where everything of a demonstration lies, and the settings of its node."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from demonstration.county.fill import wanted_profile

_PROFILES = ("pnc-like", "midas-like", "dvla-like")
_YEAR_H = 8760


@dataclass(frozen=True, slots=True)
class Yard:
    """The folder of a demonstration, and the ports of its node; the public has none where its port is 0."""

    out: Path
    people_port: int
    device_port: int
    public_port: int = 0

    @property
    def data(self) -> Path:
        """The node's own folder."""
        return self.out / "node"

    @property
    def people(self) -> Path:
        """Codes and app secrets of everybody."""
        return self.out / "people"

    @property
    def invitation(self) -> Path:
        """The token of a one-time link that nobody has used yet."""
        return self.people / "invitation.txt"

    @property
    def stations(self) -> Path:
        """Keys, codes and outboxes of readers and of the feed; the files that lists were filled from."""
        return self.out / "devices"

    @property
    def clips(self) -> Path:
        """The clips of filmed cameras."""
        return self.out / "clips"

    @property
    def logs(self) -> Path:
        """What the parts say."""
        return self.out / "logs"

    @property
    def map(self) -> Path:
        """The map layer of the county, GeoJSON."""
        return self.out / "map.geojson"

    @property
    def cases(self) -> Path:
        """The references of the case system."""
        return self.out / "cases.csv"

    @property
    def made(self) -> Path:
        """There once the county was filled whole; how often it was started stands in it."""
        return self.out / "county.json"

    @property
    def node_url(self) -> str:
        """Where devices deliver."""
        return f"http://127.0.0.1:{self.device_port}"

    @property
    def url(self) -> str:
        """Where people go."""
        return f"http://localhost:{self.people_port}"

    @property
    def public_url(self) -> str:
        """What the public reads."""
        return f"http://localhost:{self.public_port}"


def _forms(yard: Yard) -> str:
    """Where the forms of the public are sent to; without a public listener there are none."""
    return f'[public.intake]\nurl = "{yard.public_url}"\n' if yard.public_port else ""


def write_settings(yard: Yard) -> None:
    """Write node.toml; the ports may be others than last time."""
    profiles = [*_PROFILES, str(wanted_profile(yard.stations).resolve())]
    names = [f"{host}:{yard.people_port}" for host in ("localhost", "127.0.0.1")]
    text = f"""\
# Of the demonstration county: written anew at each start.
[listen]
port = {yard.device_port}

[people]
port = {yard.people_port}
names = {json.dumps(names)}

[people.passkeys]
relying_party = "localhost"
origin = "{yard.url}"
name = "OpenANPR, invented county"

[pages]
name = "Lyonesse ANPR"
notice = "No plate, person, place or road in this county is real"
layer = {json.dumps(str(yard.map.resolve()))}

[public]
port = {yard.public_port}
name = "Lyonesse Constabulary (invented)"

{_forms(yard)}
[public.contact]
question = "anpr@lyonesse.example (invented)"
complaint = "complaints@lyonesse.example (invented)"
access = "data@lyonesse.example (invented)"
stopped = "anpr@lyonesse.example (invented)"

[cases]
file = {json.dumps(str(yard.cases.resolve()))}
fresh_hours = {_YEAR_H}

[search]
own_forces = [53]

[feeds]
profiles = {json.dumps(profiles)}
quiet_s = 2

[[alerts.routes]]
role = "control-room"

[[alerts.routes]]
role = "patrol-officer"
at_least = "medium"
"""
    yard.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    (yard.data / "node.toml").write_text(text, "utf-8")
