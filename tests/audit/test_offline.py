"""An export proves itself without the database, and without Django."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from ordersops.accounts.actions import sync_roles
from ordersops.audit.checkpoints import checkpoint
from ordersops.audit.models import Event
from ordersops.audit.offline import check, main
from ordersops.audit.verbs import Verb
from ordersops.stores.actions import connect
from tests.audit.conftest import History


@pytest.fixture
def exported(signed: History, tmp_path: Path) -> Path:
    sync_roles()
    signed.hold(signed.orders[0])
    checkpoint()
    call_command("audit_export", str(tmp_path / "history.jsonl"))
    return tmp_path / "history.jsonl"


def test_an_export_is_whole(exported: Path) -> None:
    report = check(exported, settings.ANCHOR_FILE)
    assert report.holds, report.text()
    assert (report.events, report.checkpoints, report.anchors) == (Event.objects.count(), 2, 2)
    assert report.notes == []


def test_that_it_was_taken_is_in_the_history_and_in_the_export(exported: Path) -> None:
    event = Event.objects.get(verb=Verb.AUDIT_EXPORTED)
    assert event.data == {"format": "jsonl", "filters": {}}
    assert str(event.pk) in exported.read_text()


def test_the_verifier_needs_no_django(exported: Path) -> None:
    script = (
        "import sys; sys.modules['django'] = None; sys.modules['psycopg'] = None;"
        "from ordersops.audit.offline import main; raise SystemExit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, str(exported), "--anchors", str(settings.ANCHOR_FILE)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "The history is whole." in done.stdout


def test_any_changed_byte_is_noticed(exported: Path) -> None:
    whole = exported.read_bytes()
    lines = whole.splitlines(keepends=True)
    kinds = [json.loads(line)["kind"] for line in lines]
    starts = [sum(map(len, lines[: kinds.index(kind)])) for kind in dict.fromkeys(kinds)]
    for start, kind in zip(starts, dict.fromkeys(kinds), strict=True):
        line = lines[kinds.index(kind)]
        for offset in range(0, len(line), 7):
            changed = bytearray(whole)
            changed[start + offset] ^= 1
            exported.write_bytes(changed)
            report = check(exported, settings.ANCHOR_FILE)
            assert not report.holds, (kind, offset, line)


def test_a_file_that_ends_early_or_goes_on_is_noticed(exported: Path) -> None:
    lines = exported.read_bytes().splitlines(keepends=True)
    for changed in (lines[:-1], lines[:3] + lines[4:], [*lines, lines[1]], lines[1:], []):
        exported.write_bytes(b"".join(changed))
        assert check(exported).breaks[0].what in {"file", "removed"}


def test_a_forger_who_repairs_the_end_of_the_file_is_caught_by_the_chain(exported: Path) -> None:
    _forge(exported, lambda line: {**line, "payload": line["payload"].replace("fraud", "stock")} if line["kind"] == "event" else line)
    report = check(exported)
    assert "edited" in {found.what for found in report.breaks}


def test_a_forger_who_cuts_checkpoints_off_is_caught_by_ones_own_anchors(exported: Path) -> None:
    kept = Path(str(settings.ANCHOR_FILE) + ".copy")
    kept.write_bytes(settings.ANCHOR_FILE.read_bytes())
    _forge(exported, lambda line: None if line["kind"] in {"checkpoint", "anchor"} else line)
    assert check(exported).holds  # nothing to hold it against
    assert {found.what for found in check(exported, kept).breaks} == {"anchor"}


def test_anchors_that_are_newer_than_the_export_do_not_count_against_it(exported: Path, signed: History) -> None:
    signed.hold(signed.orders[0])
    checkpoint()
    report = check(exported, settings.ANCHOR_FILE)
    assert report.holds, report.text()
    assert "newer than this export" in report.text()


def _forge(path: Path, change) -> None:  # type: ignore[no-untyped-def]
    """Rewrite the lines, and the end of the file so that it fits them."""
    from collections import Counter
    from hashlib import sha256

    kept = [new for line in path.read_text().splitlines()[:-1] if (new := change(json.loads(line)))]
    body = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in kept)
    end = {"kind": "end", "lines": Counter(line["kind"] for line in kept), "sha256": sha256(body).hexdigest()}
    path.write_bytes(body + json.dumps(end).encode() + b"\n")


def test_part_of_the_history_is_proved_by_the_hashes_of_the_rest(signed: History, tmp_path: Path) -> None:
    system = sync_roles()
    store = connect(name="Corner shop", platform="generic", by=system, currency="EUR")
    signed.hold(signed.orders[0])  # of another store
    signed.store = store.pk
    signed.hold(signed.orders[2], reason="address")
    checkpoint()
    path = tmp_path / "part.jsonl"
    call_command("audit_export", str(path), "--store", "Corner shop")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {line["store"] for line in lines if line["kind"] == "event"} == {str(store.pk)}
    assert any(line["kind"] == "sealed" and "payload" not in line for line in lines)
    report = check(path, settings.ANCHOR_FILE)
    assert report.holds, report.text()
    assert report.checkpoints == 1  # the older one covers nothing of this store


def test_since_a_moment(signed: History, tmp_path: Path) -> None:
    sync_roles()
    signed.hold(signed.orders[0])
    checkpoint()
    newest = Event.objects.order_by("-at")[0]
    path = tmp_path / "part.jsonl"
    call_command("audit_export", str(path), "--since", newest.at.isoformat())
    report = check(path, settings.ANCHOR_FILE)
    assert report.holds, report.text()
    assert report.events == 2  # the newest, and the line about the export


def test_what_cannot_be_exported_is_said_in_a_sentence(exported: Path, tmp_path: Path) -> None:
    for arguments, words in [
        ([str(exported)], "never overwritten"),
        ([str(tmp_path / "a"), "--store", "None"], "no store named"),
        ([str(tmp_path / "a"), "--since", "yesterday"], "not a moment"),
        ([str(tmp_path / "no" / "a")], "cannot be written"),
    ]:
        with pytest.raises(CommandError, match=words):
            call_command("audit_export", *arguments)


def test_the_command_line(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(exported), "--json"], sys.stdout) == 0
    exported.write_bytes(exported.read_bytes().replace(b"fraud", b"stock", 1))
    assert main([str(exported)], sys.stdout) == 1
    assert "BROKEN" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["nowhere.jsonl"])
