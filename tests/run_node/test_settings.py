"""Settings are read once and whole; what is unknown, wrong, open or contradictory stops the start."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from openanpr.alert.hit_seen import Priority
from openanpr.alert.rules import Level, Route
from openanpr.core.voi_list import ListKind, VoiList
from openanpr.match.doubt import MatchRules
from openanpr.match.odds import BaseRates, Standing
from openanpr.policy.profile import ProfileError
from openanpr.run.node import addresses
from openanpr.run.node.map_settings import MapSource, map_source
from openanpr.run.node.profile_rules import ingest_limits, profile_of, retention_rule
from openanpr.run.node.read_settings import SettingsError, load_settings, parse_settings
from openanpr.run.node.rule_book import rule_book, rules_for_nothing
from openanpr.run.node.secret_file import SecretFileError
from openanpr.run.node.settings import NodeSettings
from openanpr.run.node.settings_told import effective_settings, every_setting

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/node-settings.md"
TODAY = date(2026, 11, 22)
STOLEN = VoiList("stolen", "Force 53", "find", "s.163", ListKind.CRIME, timedelta(days=1), frozenset({"ops"}))
UNTAXED = replace(STOLEN, name="untaxed", owner="DVLA", kind=ListKind.MASS)
SECRET = "a secret of more than 24 characters"
FULL = """
data = "/var/lib/openanpr"
profile = "ours.toml"
[listen]
host = "0.0.0.0"
names = ["Node.Example:8470"]
[tls]
certificate = "node.crt"
key = "tls.secret"
[control_database]
url = "postgresql://anpr@db.example:5433/control?sslmode=verify-full"
password_file = "pg.secret"
[reads]
url = "https://ch.example:8443"
user = "anpr"
password_file = "ch.secret"
database = "reads"
[pictures.bucket]
name = "pictures"
region = "eu-west-2"
key_id = "AK1"
secret_file = "s3.secret"
[forward]
url = "https://national.example"
ca_file = "ca.pem"
code_file = "code.secret"
[[webhooks]]
name = "dispatch"
url = "https://dispatch.example/hooks/T0KEN?k=v"
secret_file = "hook.secret"
roles = ["control-room"]
forces = [53]
[[webhooks]]
name = "log"
url = "http://127.0.0.1:9000"
[alerts]
window_s = 60
[alerts.list."untaxed"]
window_s = 7200
raise_after = 10
routes = [{ role = "roads", at_least = "high", forces = [53, 54] }]
[alerts.list."stollen"]
ladder = [{ after_s = 5, role = "duty" }]
[feeds]
profiles = ["pnc-like"]
"""  # fmt: skip


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of settings with every file that FULL names."""
    for name in ("pg", "ch", "s3", "hook", "code", "tls"):
        path = tmp_path / f"{name}.secret"
        path.write_text(f"{SECRET} {name}\n")
        path.chmod(0o600)
    (tmp_path / "node.crt").write_text("certificate")
    (tmp_path / "node.toml").write_text(FULL)
    return tmp_path


def test_a_node_without_settings_is_embedded_in_its_data_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = parse_settings("", folder=tmp_path)
    data = tmp_path
    assert (settings.data, settings.secrets) == (data, data / "secrets")
    assert (settings.reads.folder, settings.journal.path) == (data / "reads", data / "journal.db")
    assert addresses.control_url(settings) == f"sqlite:///{data}/control.db"
    assert addresses.lists_url(settings) == f"sqlite:///{data}/lists.db"
    assert addresses.server_address(settings) is None
    assert addresses.bucket(settings) is None
    assert addresses.forward_line(settings) is None
    assert settings.listen.authorities == {"127.0.0.1:8470"}
    assert profile_of(settings, on=TODAY).name == "nadc-2018"


def test_defaults_are_those_of_the_parts_themselves() -> None:
    settings = NodeSettings()
    assert addresses.match_rules(settings) == MatchRules()
    assert addresses.base_rates(settings) == BaseRates()
    assert settings.odds.half_life_days == Standing().half_life_days
    assert addresses.memory_bytes(settings) == 2 * 2**30


def test_every_part_is_taken_from_the_file_and_secrets_from_theirs(folder) -> None:
    settings = load_settings(folder / "node.toml")
    assert settings.listen.authorities == {"node.example:8470"}
    assert addresses.control_url(settings) == (
        "postgresql://anpr:a%20secret%20of%20more%20than%2024%20characters%20pg@db.example:5433/control"
        "?sslmode=verify-full"
    )
    server = addresses.server_address(settings)
    assert server is not None
    assert (server.url, server.user, server.database, server.password) == (
        "https://ch.example:8443", "anpr", "reads", f"{SECRET} ch",
    )  # fmt: skip
    bucket = addresses.bucket(settings)
    assert bucket is not None
    assert (bucket.name, bucket.secret, bucket.endpoint, bucket.allow_http) == (
        "pictures", f"{SECRET} s3", None, False,
    )  # fmt: skip
    line = addresses.forward_line(settings)
    assert line is not None
    assert (line.url, line.ca_file) == ("https://national.example", folder / "ca.pem")
    assert addresses.forward_code(settings) == f"{SECRET} code"
    dispatch, log = addresses.webhooks(settings)
    assert dispatch.signer is not None
    assert dispatch.signer.secret == f"{SECRET} hook".encode()
    assert (dispatch.endpoint.reads_as.roles, dispatch.endpoint.reads_as.forces) == ({"control-room"}, {53})
    assert log.signer is None, "the node's own key signs"
    assert [profile.name for profile in addresses.feed_profiles(settings)] == ["pnc-like"]
    assert settings.profile == str(folder / "ours.toml")


def test_what_is_printed_holds_no_secret(folder) -> None:
    settings = load_settings(folder / "node.toml")
    told = effective_settings(settings)
    assert SECRET not in told
    assert "T0KEN" not in told
    assert 'webhooks[0].url = "https://dispatch.example/..."' in told
    assert 'alerts.list."untaxed".raise_after = 10' in told
    assert f'control_database.password_file = "{folder}/pg.secret"' in told
    parts = (addresses.server_address(settings), addresses.bucket(settings), addresses.webhooks(settings))
    assert SECRET not in repr((settings, *parts))


def test_what_is_printed_of_a_plain_node_is_toml_but_for_what_is_not_set() -> None:
    told = effective_settings(NodeSettings())
    told = "\n".join(line for line in told.splitlines() if not line.endswith("= none"))
    found = tomllib.loads(told)
    assert found["alerts"]["ladder"][1] == {"after_s": 300, "role": "duty-inspector"}
    assert parse_settings(told, folder=Path.cwd()) == parse_settings("", folder=Path.cwd())


def test_every_setting_is_documented_with_its_default() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    documented = {row[0].strip("| `"): row[1].strip("` ") for row in rows}
    assert documented == dict(every_setting())
    assert len(rows) == len(documented)
    assert all(len(row) == 3 and len(row[2]) > 12 for row in rows), "each row says what it does"


STYLE = """{"version": 8, "layers": [], "sources": {
    "roads": {"type": "vector", "tiles": ["https://Tiles.force.example:8443/{z}/{x}/{y}.pbf"]},
    "hills": {"type": "raster-dem", "url": "https://maps.force.example/hills.json"},
    "own": {"type": "vector", "url": "pmtiles://tiles"},
    "drawn": {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}}
}, "sprite": [{"id": "default", "url": "http://127.0.0.1:9/sprite"}]}"""


def map_of(folder: Path, **said: str) -> MapSource:
    text = "".join(f'{key} = "{value}"\n' for key, value in said.items())
    return map_source(parse_settings(f"[pages.map]\n{text}", folder=folder).pages.map)


def test_a_browser_goes_for_maps_to_the_hosts_that_the_settings_name_and_to_no_other(tmp_path) -> None:
    assert map_of(tmp_path).origins == ()
    far = map_of(tmp_path, style="https://maps.force.example/day.json")
    assert (far.origins, far.day.text) == (("https://maps.force.example",), b"")
    (tmp_path / "day.json").write_text(STYLE)
    (tmp_path / "county.pmtiles").write_bytes(b"PMTiles\x03" + bytes(119))
    near = map_of(tmp_path, style="day.json", tiles="county.pmtiles")
    assert near.origins == (
        "http://127.0.0.1:9",
        "https://maps.force.example",
        "https://tiles.force.example:8443",
    )
    assert near.day.text == STYLE.encode()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"style": "none.json"}, "cannot be read: check the file"),
        ({"style": "old.json"}, "this is no MapLibre style (version 8)"),
        ({"style": "own.json"}, "set pages.map.tiles to a PMTiles file"),
        ({"style": "ftp://maps.example/x"}, "must begin with https:// and name a host"),
        ({"style": "https://maps.example;script-src/x"}, "must begin with https:// and name a host"),
        ({"style": "https://*.example/x"}, "must begin with https:// and name a host"),
        ({"style": "https://maps.example:x/y"}, "must begin with https:// and name a host"),
        ({"style": "http://maps.example/x"}, "http:// is for this machine only"),
        ({"style": "https://me:word@maps.example/x"}, "holds a user or password"),
        ({"style": "https://maps.example/x?key=1"}, "has something behind its ?"),
        ({"night_style": "https://maps.example/x"}, "needs pages.map.style"),
        ({"tiles": "own.json", "style": "https://maps.example/x"}, "is no PMTiles file"),
        ({"tiles": "good.pmtiles", "style": "https://maps.example/x"}, "needs a pages.map.style of a file"),
        ({"tiles": "none.pmtiles"}, "cannot be read"),
    ],
)
def test_a_style_or_tiles_of_maps_that_cannot_be_used_stop_the_start(tmp_path, said, sentence) -> None:
    (tmp_path / "own.json").write_text(STYLE)
    (tmp_path / "old.json").write_text('{"version": 7, "layers": [], "sources": {}}')
    (tmp_path / "good.pmtiles").write_bytes(b"PMTiles\x03")
    with pytest.raises(SettingsError, match=re.escape(sentence)) as refused:
        map_of(tmp_path, **said)
    assert "pages.map." in str(refused.value)


def test_rules_of_alerts_are_those_of_all_but_where_a_list_has_its_own(folder) -> None:
    settings = load_settings(folder / "node.toml")
    book = rule_book(settings, {1: STOLEN, 2: UNTAXED})
    stolen, untaxed = book.of(1), book.of(2)
    assert (stolen.owner, stolen.kind, stolen.window) == ("Force 53", ListKind.CRIME, timedelta(minutes=1))
    assert (untaxed.owner, untaxed.kind, untaxed.window) == ("DVLA", ListKind.MASS, timedelta(hours=2))
    assert (stolen.raise_after, untaxed.raise_after) == (3, 10)
    assert untaxed.routes == (Route("roads", frozenset({53, 54}), None, Priority.HIGH),)
    assert stolen.ladder == untaxed.ladder
    assert stolen.ladder.levels[0] == Level(timedelta(minutes=1), "control-room-supervisor")
    assert book.of(3).window == timedelta(minutes=1)
    names = {"covert_of": "untaxed", "seen_by": frozenset({"ivy"})}
    hidden = rule_book(settings, {-5: replace(UNTAXED, name="untaxed--1", **names)}).of(-5)
    assert hidden == untaxed, "a covert part of a list has its rules"
    assert rules_for_nothing(settings, [STOLEN.name, UNTAXED.name]) == ("stollen",)


def test_the_profile_gives_the_limits_of_ingest_and_the_rule_of_retention() -> None:
    settings = replace(NodeSettings(), profile="current")
    profile = profile_of(settings, on=TODAY)
    limits = ingest_limits(profile, settings)
    assert (limits.profile, limits.retention_days, limits.most_reads) == ("current of 2021-02-01", 365, 1000)
    assert (limits.oldest_days, limits.late_after_s, limits.future_tolerance_s) == (30, 60, 5)
    assert (limits.clock_alarm_ms, limits.clock_quarantine_ms) == (1000, 2000)
    rule = retention_rule(profile)
    assert (rule.profile, rule.days) == ("current of 2021-02-01", 365)
    assert "Police Scotland" in rule.source


def test_a_start_before_the_day_of_the_profile_is_refused() -> None:
    with pytest.raises(ProfileError, match="holds from 2018-01-11 on, and today is 2018-01-10"):
        profile_of(NodeSettings(), on=date(2018, 1, 10))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour = 1", r"node\.toml: colour is no setting"),
        ("[listen]\ncolour = 1", r"listen\.colour is no setting: take it out"),
        ('[alerts.list."x"]\nwindow = 1', r'alerts\.list\."x"\.window is no setting'),
        ("[[webhooks]]\nname = 'a'\nurl = 'https://a'\ntoken = 'b'", r"webhooks\[0\]\.token is no setting"),
        ("[listen]\nport = '80'", r"listen\.port must be a whole number, not some text"),
        ("[listen]\nport = 0", r"listen\.port must be at least 1 and at most 65535"),
        ("[listen]\nport = true", r"listen\.port must be a whole number, not true or false"),
        ("data = 3", "data must be a path"),
        ("data = ''", "data must be a path"),
        ("profile = ''", "profile must not be empty"),
        ("webhooks = 3", "webhooks must be a list, not a whole number"),
        ("alerts = 'loud'", "alerts must be a table, not some text"),
        ("[odds]\nlisted = 2027-01-01", "must be a number, not something else"),
        ("[[webhooks]]\nname = 'a'", r"webhooks\[0\]\.url is missing"),
        ("[reads", "is not TOML"),
        ("[ingest]\nmost_reads = 1001", r"ingest\.most_reads must be at least 1 and at most 1000"),
        ("[match]\nleast_doubt = 1.5", r"match\.least_doubt must be at least 0.0 and at most 1"),
        ("[odds]\nstray = 0.0", "listed and stray above 0"),
        ("[listen]\nhost = '10.0.0.1'", "reads may not travel in the clear: set tls"),
        ("[tls]\ncertificate = 'node.crt'", "belong together"),
        ("[tls]\ncertificate = 'no.crt'\nkey = 'tls.secret'", r"tls\.certificate: there is no file"),
        ("listen = {host='::'}\n[tls]\ncertificate='node.crt'\nkey='tls.secret'", r"listen\.names must say"),
        ("[listen]\nnames = ['https://node']", r"listen\.names are hosts"),
        ("[metrics]\nhost = '0.0.0.0'", r"metrics\.host must be of this machine"),
        ("[control_database]\nurl = 'mysql://h/d'", r"control_database\.url must be postgresql"),
        ("[lists_database]\nurl = 'postgresql://u:p@localhost/d'", r"lists_database\.url holds a password"),
        ("[lists_database]\nurl = 'postgresql://localhost/d?password=p'", "holds a password"),
        ("[lists_database]\nurl = 'postgresql://db.example/d'", "must prove itself: .*sslmode=verify-full"),
        ("[lists_database]\npassword_file = 'pg.secret'", "is for PostgreSQL: set lists_database.url"),
        ("[reads]\npassword_file = 'ch.secret'", r"set reads\.url too"),
        ("[reads]\nurl = 'http://ch.example'", r"reads\.url must begin with https"),
        ("[reads]\nurl = 'https://u:p@ch.example'", "holds a user or password"),
        ("[forward]\ncode_file = 'code.secret'", r"need forward\.url"),
        ("[forward]\nurl = 'http://national.example'", r"forward\.url must begin with https"),
        ("[[webhooks]]\nname = 'a'\nurl = 'ftp://a'", "webhooks of a: url must begin with https"),
        ("[[webhooks]]\nname = 'a'\nurl = 'https://a'\n" * 2, "two have one name"),
        ("[alerts]\nladder = []", "alerts: a ladder needs at least one level"),
        ("[alerts]\nroutes = []", "alerts: the rules of a list need its owner and at least one route"),
        ("[alerts.list.'x']\nladder = [{after_s=9,role='a'},{after_s=9,role='b'}]", 'list."x": the levels'),
        ("[alerts]\nroutes = [{role='a', at_least='urgent'}]", r"alerts\.routes\[0\]\.at_least must be one"),
        ("[feeds]\nprofiles = ['nobody-like']", "no feed profile named nobody-like"),
        ("[reads]\nfolder = '.'", r"reads\.folder and \S+ lie in one another"),
        ("[pictures]\nfolder = 'reads'", "lie in one another: give each a place of its own"),
        ("[pictures]\nfolder = 'reads/pictures'", r"reads\.folder and pictures\.folder lie in one another"),
        ("[journal]\npath = 'pictures/journal.db'", r"pictures\.folder and journal\.path lie in one"),
        ("[journal]\npath = 'control.db'", r"journal\.path and control\.db lie in one another"),
        ("[reads]\nurl='https://c'\npassword_file = 'none.secret'", "cannot be read .*: make it, with mode"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_stops_the_start_with_its_key(folder, text, told) -> None:
    with pytest.raises(SettingsError, match=told):
        parse_settings(text, folder=folder)


def test_a_file_that_is_not_there_is_told(tmp_path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "node.toml")


@pytest.mark.parametrize("name", ["pg", "ch", "s3", "hook", "tls"])
def test_a_secret_file_that_others_may_read_stops_the_start(folder, name) -> None:
    (folder / f"{name}.secret").chmod(0o640)
    with pytest.raises(SettingsError, match=r"is open to others: chmod it to 0600") as told:
        load_settings(folder / "node.toml")
    assert f"{name}.secret" in str(told.value)
    assert SECRET not in str(told.value)


@pytest.mark.parametrize(
    ("content", "told"), [(" \n", "is empty"), ("short\n", "24 bytes or more"), ("\xff", "24")]
)
def test_a_secret_that_protects_nothing_stops_the_start(folder, content, told) -> None:
    (folder / "hook.secret").write_text(content)
    with pytest.raises(SettingsError, match=f"webhooks of dispatch: secret_file.*{told}"):
        load_settings(folder / "node.toml")


def test_a_webhook_secret_may_be_written_as_its_standard_writes_it(folder) -> None:
    (folder / "hook.secret").write_text("whsec_" + "QUJD" * 8)
    (signed, _) = addresses.webhooks(load_settings(folder / "node.toml"))
    assert signed.signer is not None
    assert signed.signer.secret == b"ABC" * 8


def test_the_code_is_asked_for_only_when_it_is_needed(folder) -> None:
    (folder / "code.secret").unlink()  # used up once, and thrown away
    settings = load_settings(folder / "node.toml")
    with pytest.raises(SecretFileError, match=r"forward\.code_file"):
        addresses.forward_code(settings)
    with pytest.raises(SecretFileError, match="ask there for a code"):
        addresses.forward_code(NodeSettings())
