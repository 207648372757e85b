"""`openanpr public check` on a folder and on an address: what a timer can rely on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from openanpr.publish.copy.links import linked
from openanpr.publish.site.make import make_site
from openanpr.publish.site.state import AddressSeen, Matter
from openanpr.publish.words import catalogue
from openanpr.run.cli import main
from openanpr.web.public.app import public_app
from openanpr.web.public.pressed import press
from openanpr.web.serve import serve_tcp
from tests.publish.site_scene import state_in

ADDRESS = "https://anpr.police.example/ask"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    state = state_in(
        tmp_path_factory.mktemp("state"),
        contact={Matter.QUESTION: f"Ask at {ADDRESS}, or https://elsewhere.example/x."},
        addresses=(AddressSeen(ADDRESS, "2026-11-30", "ANPR manager"),),
    )
    return dict(make_site(state, [catalogue()]).files)


@pytest.fixture
def folder(files, tmp_path) -> Path:
    for path, body in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(body)
    return tmp_path


def served(files: dict[str, bytes]) -> Iterator[str]:
    with serve_tcp(public_app(lambda: press(files, inline={})), "127.0.0.1", 0, None, None) as one:
        yield f"http://127.0.0.1:{one.port}/"


def check(*words: str) -> int:
    return main(["public", "check", *words])


def test_a_folder_and_an_address_are_looked_at_alike(folder, files, capsys) -> None:
    words = ("--key", str(folder / "key.txt"), "--on", "2026-12-04")
    assert check(str(folder), *words) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"WHOLE: {len(files)} files")
    assert f"leads outside: {ADDRESS} (looked at on 2026-11-30 by ANPR manager) from contact.html" in told
    assert "leads outside: https://elsewhere.example/x (nobody says when) from contact.html" in told
    for url in served(files):
        for address in (url, f"{url}index.html", url.rstrip("/")):
            assert check(address, *words) == 0
            assert capsys.readouterr().out == told


def test_its_status_tells_old_from_wrong_and_from_a_wrong_call(folder, tmp_path, capsys) -> None:
    key = ("--key", str(folder / "key.txt"))
    assert check(str(folder), *key, "--on", "2026-12-11") == 3
    assert "OLD data.json: this copy should have been renewed" in capsys.readouterr().out
    assert check(str(folder), *key, "--on", "2027-12-11") == 3
    assert f"nobody looked at '{ADDRESS}' since 2026-11-30" in capsys.readouterr().out
    (folder / "index.html").write_bytes(b"<a href='nowhere.html#a'>")
    assert check(str(folder), *key, "--on", "2026-12-11") == 1
    assert "BROKEN index.html: its link to 'nowhere.html#a' leads nowhere" in capsys.readouterr().out
    assert check(str(tmp_path / "nothing")) == 2
    assert check("ftp://127.0.0.1/") == 2
    assert check("http://127.0.0.1:1/") == 2
    for url in served({"404.html": b"", "other.html": b""}):
        assert check(url) == 2
    assert "no copy of a public site" in capsys.readouterr().err
    for name in ("../../etc/hostname", "/etc/hostname", "a\n.html"):
        index = json.dumps({"files": {name: ""}})
        for url in served({"404.html": b"", "data.json": index.encode()}):
            assert check(url) == 2
            assert "names a file outside the site" in capsys.readouterr().err


def test_links_are_followed_as_a_browser_follows_them() -> None:
    page = (
        b"<a href='b.html'>1</a><a href='b.html#there'>2</a><a href='#here'>3</a><p id=here>"
        b"<a href='../a/'>4</a><a href='/c.html?x=1'>5</a><a href='%62.html'>6</a>"
        b"<a href='mailto:a@b.example'>7</a><a href='//other.example/'>8</a><img src='no.png'>"
        b"<a href='../../../c.html'>9</a><a href='http://[x'>10</a><a href='#gone'>11</a>"
        b"see https://x.example/y."
    )
    files = {"a/index.html": page, "a/b.html": b"<p id='there'>", "c.html": b""}
    found = linked(files)
    assert {one.href for one in found.broken} == {"http://[x", "#gone", "no.png"}
    assert list(found.elsewhere) == ["//other.example/", "https://x.example/y", "mailto:a@b.example"]
