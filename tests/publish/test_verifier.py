"""The verifier that everybody downloads: the same bytes always; with Python alone it finds what is wrong."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openanpr.audit.entry import canonical
from openanpr.audit.note import NoteKey, NoteSigner
from openanpr.publish.copy.look import INDEX, CopyError, Kind, digests, look
from openanpr.publish.site.make import make_site
from openanpr.publish.verifier import FILE, MODULES, verifier
from openanpr.publish.words import catalogue
from tests.publish.site_scene import AT, state_in

SOURCE = Path(__file__).parents[2] / "src"
MONTH, PAGE = "figures/2026-09.json", "figures/2026-09.html"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    return dict(make_site(state_in(tmp_path_factory.mktemp("state")), [catalogue()]).files)


def laid(files: dict[str, bytes], folder: Path) -> Path:
    for path, body in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return folder


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it as a stranger would: no package, no setting, not this checkout; from the folder itself."""
    (folder.parent / FILE).write_bytes(verifier())
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder.parent / FILE), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def key_of(files: dict[str, bytes]) -> str:
    return files["key.txt"].decode().strip()


def test_it_is_made_the_same_each_time_and_holds_all_that_it_imports_and_nothing_else() -> None:
    first = verifier()
    verifier.cache_clear()
    assert verifier() == first
    assert set(MODULES) == imported("openanpr.publish.verifier_main")
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        for one in archive.infolist():
            assert one.date_time == (1980, 1, 1, 0, 0, 0)
            if one.filename != "__main__.py":
                assert archive.read(one) == (SOURCE / one.filename).read_bytes()


def imported(start: str) -> set[str]:
    """Every module of ours that a module leads to; it fails for a package that does not come with Python."""
    found, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        path = SOURCE / f"{name.replace('.', '/')}.py"
        path = path if path.exists() else SOURCE / name.replace(".", "/") / "__init__.py"
        if name in found or not path.exists():
            continue
        found.add(name)
        waiting += [name.rpartition(".")[0]] if "." in name else []
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            named += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for one in named:
                top = one.split(".")[0]
                assert top in sys.stdlib_module_names | {"openanpr", "cryptography"}, (name, one)
            waiting += [one for one in named if one.startswith("openanpr")]
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("openanpr"):
                waiting += [f"{node.module}.{a.name}" for a in node.names]
    return found


def test_a_good_copy_passes_and_it_says_what_is_proved(files, tmp_path) -> None:
    folder = laid(files, tmp_path / "site")
    done = ran(folder, "site", ".", "--key", key_of(files), "--on", "2026-12-04")
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    assert told[0].startswith(f"WHOLE: {len(files)} files, made 2026-12-03 09:30 UTC")
    assert "3 documents of figures are proved by the log" in told
    assert any("copy: new by 2026-12-10 09:30" in line for line in told)
    own = ran(folder, "site", ".", "--on", "2026-12-04")
    assert own.returncode == 0
    assert "the key is the copy's own" in own.stdout


def test_what_is_older_than_it_promised_is_old_and_not_false(files, tmp_path) -> None:
    folder = laid(files, tmp_path / "site")
    done = ran(folder, "site", ".", "--key", "key.txt", "--on", "2027-01-09")
    assert done.returncode == 3
    assert "OLD data.json: this copy should have been renewed by 2026-12-10 09:30 UTC" in done.stdout
    assert "OLD data.json: the figures of another month should be here since 2027-01-08" in done.stdout
    assert ran(folder, "site", ".", "--key", "key.txt", "--on", "2029-01-09").stdout.count("\nOLD ") == 3


def told_anew(files: dict[str, bytes], **changed: object) -> None:
    """Let the index tell the files as they are now: what a forger would do too."""
    index = {**json.loads(files[INDEX]), **changed}
    index["files"] = digests({path: body for path, body in files.items() if path != INDEX})
    files[INDEX] = canonical(index) + b"\n"


def one_count(files: dict[str, bytes]) -> None:
    files[MONTH] = files[MONTH].replace(b'"least":99000,"most":99000', b'"least":98000,"most":98000')
    told_anew(files, published=document_told(files))


def document_told(files: dict[str, bytes]) -> list[dict[str, object]]:
    found = json.loads(files[INDEX])["published"]
    for one in found:
        one["digest"] = sha256(canonical(json.loads(files[one["file"]])["document"])).hexdigest()
    return found


def one_figure(files: dict[str, bytes]) -> None:
    told = json.loads(files[MONTH])
    told["document"]["figures"][0]["value"] = {"least": 1, "most": 1}
    files[MONTH] = canonical(told) + b"\n"
    told_anew(files, published=document_told(files))


def one_hash(files: dict[str, bytes]) -> None:
    told = json.loads(files[MONTH])
    told["proof"]["path"][0] = b64encode(bytes(reversed(b64decode(told["proof"]["path"][0])))).decode()
    files[MONTH] = canonical(told) + b"\n"
    told_anew(files)


def another_month(files: dict[str, bytes]) -> None:
    files[MONTH] = files["figures/2026-10.json"]
    told_anew(files)


def in_anothers_place(files: dict[str, bytes]) -> None:
    another_month(files)
    told_anew(files, published=document_told(files))


def signature(files: dict[str, bytes]) -> None:
    head, _, line = files["checkpoint.txt"].decode().rstrip("\n").rpartition(" ")
    made = bytearray(b64decode(line))
    made[20] ^= 1
    files["checkpoint.txt"] = f"{head} {b64encode(bytes(made)).decode()}\n".encode()
    told_anew(files)


def checkpoint_told(files: dict[str, bytes]) -> None:
    told_anew(files, log={**json.loads(files[INDEX])["log"], "size": 9})


def key_file(files: dict[str, bytes]) -> None:
    files["key.txt"] = f"{NoteSigner.generate('log.example/police').key}\n".encode()
    told_anew(files)


def page_alone(files: dict[str, bytes]) -> None:
    files[PAGE] = files[PAGE].replace(b"99,000", b"98,000")


def page_gone(files: dict[str, bytes]) -> None:
    del files["rules.html"]


def page_more(files: dict[str, bytes]) -> None:
    files["more.html"] = b"<p>"


def link_gone(files: dict[str, bytes]) -> None:
    files["index.html"] = files["index.html"].replace(b'href="rules.html"', b'href="ruled.html"')
    told_anew(files)


def assessment(files: dict[str, bytes]) -> None:
    files["assessment/self-assessment.json"] += b"\n"
    told_anew(files)


def unpublished(files: dict[str, bytes]) -> None:
    told_anew(files, published=[one for one in json.loads(files[INDEX])["published"] if one["number"] == 0])


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (page_alone, f"CHANGED {PAGE}: its SHA-256 is not the one that data.json tells"),
        (page_gone, "CHANGED rules.html: data.json names it, and it is not here"),
        (page_more, "CHANGED more.html: data.json does not name it"),
        (one_count, f"UNPROVED {MONTH}: the entry of the log does not commit to this document"),
        (one_figure, f"UNPROVED {MONTH}: the figure 'reads' is not what the cells that are shown make it"),
        (one_hash, f"UNPROVED {MONTH}: entry 136 is not the one that the log"),
        (in_anothers_place, f"UNPROVED {MONTH}: it is the document of another month"),
        (another_month, f"UNPROVED {MONTH}: data.json tells of another document"),
        (unpublished, "UNPROVED figures/2026-09-note-1.json: data.json tells of another document"),
        (signature, "UNPROVED checkpoint.txt: the signature of "),
        (checkpoint_told, "UNPROVED data.json: it tells of another checkpoint than the signed one"),
        (key_file, "UNPROVED key.txt: it is not the key that you gave"),
        (link_gone, "BROKEN index.html: its link to 'ruled.html' leads nowhere"),
        (assessment, "UNPROVED assessment/self-assessment.json: data.json tells of another document"),
    ],
)
def test_each_kind_of_tampering_fails_with_its_own_sentence(
    files, tmp_path, tamper: Callable[[dict[str, bytes]], None], sentence: str
) -> None:
    changed = dict(files)
    tamper(changed)
    assert changed != files
    done = ran(laid(changed, tmp_path / "site"), "site", ".", "--key", key_of(files), "--on", "2026-12-04")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("NOT WHOLE: ")
    assert sentence in done.stdout


def test_a_month_and_a_log_are_verified_by_the_same_file(files, tmp_path) -> None:
    folder = laid(files, tmp_path / "site")
    done = ran(folder, "figures", MONTH, "--key", "key.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PROVED: the figures of 2026-09, committed to by entry ")
    assert ran(folder, "log", "nowhere").returncode == 2
    assert ran(folder, "site", "nowhere").returncode == 2
    assert "the copy has no key.txt" in ran(folder, "site", "figures").stderr
    assert "there is no data.json" in ran(folder, "site", "figures", "--key", "key.txt").stderr
    for words in ((), ("other",), ("figures", MONTH), ("site", ".", "--on", "soon")):
        assert ran(folder, *words).returncode == 2


def test_a_python_that_is_too_old_is_told_so() -> None:
    with zipfile.ZipFile(io.BytesIO(verifier())) as archive:
        main = archive.read("__main__.py").decode()
    script = "import sys\nsys.version_info = (3, 9, 0)\n" + main
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "This needs Python 3.11 or later, and this is 3.9.\n"


def test_a_link_within_a_copy_is_not_followed_and_a_hostile_index_is_refused(files, tmp_path) -> None:
    folder = laid(files, tmp_path / "site")
    (folder / "more.html").symlink_to("/etc/hostname")
    assert ran(folder, "site", ".").returncode == 2
    (folder / "more.html").unlink()
    for body in (b"", b"[]", b"{}", b"[" * 100_000, b'{"version":1,"files":[]}', b"\xff", b'{"version":2}'):
        (folder / INDEX).write_bytes(body)
        done = ran(folder, "site", ".", "--key", key_of(files))
        assert done.returncode == 2, body
        assert "Traceback" not in done.stderr
        assert "data.json" in done.stderr


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("2026-12-03T09:30:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = ("version", "made_at", "promises", "log", "rules", "published", "assessment", "addresses", "files")
PARTS = ("document", "proof")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.booleans(), st.sampled_from(MEMBERS), st.sampled_from(PARTS), st.integers(0, 20), JSON)
def test_whatever_an_index_or_a_document_says_it_is_judged_and_breaks_nothing(
    files, of_index, member, part, number, said
) -> None:
    changed = {path: body for path, body in files.items() if not path.startswith("assessment/princ")}
    index = json.loads(changed[INDEX])
    if of_index:
        index[member] = said
        changed[INDEX] = json.dumps(index).encode()
    else:
        told = json.loads(changed[MONTH])
        names = sorted(told[part])
        told[part][names[number % len(names)]] = said
        changed[MONTH] = canonical(told) + b"\n"
    faults = judged(changed, NoteKey.parse(key_of(files)))
    assert faults, "pages are missing at least"
    assert all(faults)


def judged(files: dict[str, bytes], key: NoteKey) -> list[str]:
    """What is said of a copy, whatever it is."""
    try:
        return [str(one) for one in look(files, key=key, now=AT).faults]
    except CopyError as fault:
        return [str(fault)]


def test_a_document_that_is_not_what_the_index_says_is_always_found(files) -> None:
    for number in ("x", [], {}, None, 2**70, -1):
        changed = dict(files)
        told = json.loads(changed[MONTH])
        told["document"]["number"] = number
        changed[MONTH] = canonical(told) + b"\n"
        told_anew(changed, published=document_told(changed))
        found = look(changed, key=NoteKey.parse(key_of(files)), now=AT)
        assert [one.file for one in found.faults if one.kind is Kind.UNPROVED] == [MONTH], number
