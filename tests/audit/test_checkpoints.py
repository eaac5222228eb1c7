"""Checkpoints cover what is over, once, and survive a crash at any step."""

import json
import stat
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from ordersops.audit import anchors, chain
from ordersops.audit.checkpoints import as_signed, checkpoint
from ordersops.audit.keys import signing_key
from ordersops.audit.models import Checkpoint
from ordersops.audit.verify import verify
from tests.audit.conftest import History, unguarded

# Published with the Certificate Transparency reference implementation: roots over the first 0 to 8 of these leaves.
LEAVES = [
    bytes.fromhex(leaf) for leaf in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_implementation(size: int) -> None:
    assert chain.Merkle(LEAVES[:size]).root().hex() == ROOTS[size]


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162, 2.1.1 defines it: split at the largest power of two below the number of leaves."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_roots_are_those_of_the_definition(leaves: list[bytes]) -> None:
    assert chain.Merkle(leaves).root() == tree_hash(leaves)


def test_every_event_is_signed_once(history: History) -> None:
    first = checkpoint()
    assert first is not None
    assert (first.number, first.size) == (1, 11)
    assert checkpoint() is None  # nothing new
    history.hold(history.orders[0])
    second = checkpoint()
    assert second is not None
    assert (second.number, second.size, bytes(second.prev)) == (2, 1, bytes(first.hash))
    assert second.low == first.high
    assert [anchor for _, anchor in anchors.read(settings.ANCHOR_FILE)] == [as_signed(first), as_signed(second)]
    assert verify().holds


def test_an_open_transaction_delays_and_never_falsifies(history: History) -> None:
    written, go_on = Signal(), Signal()

    def slow() -> None:
        try:
            with transaction.atomic():
                history.hold(history.orders[2])
                written.set()
                assert go_on.wait(300)
        finally:
            connections.close_all()

    checkpoint()
    thread = Thread(target=slow)
    thread.start()
    assert written.wait(300)
    for _ in range(3):
        history.hold(history.orders[0])  # later transactions, over before the slow one
    assert checkpoint() is None
    go_on.set()
    thread.join(300)
    made = checkpoint()
    assert made is not None
    assert made.size == 4
    assert verify().holds


def test_an_open_transaction_in_another_database_delays_nothing(history: History) -> None:
    elsewhere = {**connection.get_connection_params(), "dbname": "postgres", "cursor_factory": psycopg.Cursor}
    with psycopg.connect(**elsewhere) as other:
        other.execute("SELECT pg_current_xact_id()")
        history.hold(history.orders[0])
        made = checkpoint()
    assert made is not None
    assert made.size == 12


def test_a_crash_before_anchoring_is_explained_and_healed(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(file: Any, checkpoints: Any) -> None:
        if list(checkpoints):
            raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(anchors, "_append", crash)
        with pytest.raises(SystemExit):
            checkpoint()
    assert Checkpoint.objects.count() == 1
    report = verify()
    assert report.holds, report.text()
    assert "not anchored yet" in report.text()
    assert checkpoint() is None  # nothing new, but the line is written now
    report = verify()
    assert report.holds
    assert (report.anchors, report.notes) == (1, [])


def test_a_torn_line_is_explained_and_written_again(signed: History) -> None:
    whole = settings.ANCHOR_FILE.read_bytes()
    settings.ANCHOR_FILE.write_bytes(whole[:100])
    report = verify()
    assert report.holds, report.text()
    assert "torn" in report.text()
    checkpoint()
    assert settings.ANCHOR_FILE.read_bytes() == whole[:100] + b"\n" + whole
    assert verify().holds


def test_a_lost_anchor_file_is_noticed(signed: History) -> None:
    signed.hold(signed.orders[0])
    checkpoint()
    settings.ANCHOR_FILE.unlink()
    assert [found.what for found in verify().breaks] == ["anchor"]


def test_a_changed_anchor_is_noticed(signed: History) -> None:
    line = json.loads(settings.ANCHOR_FILE.read_text())
    settings.ANCHOR_FILE.write_text(json.dumps({**line, "size": line["size"] + 1}) + "\n")
    assert [found.what for found in verify().breaks] == ["anchor"]
    settings.ANCHOR_FILE.write_text("{}\n")
    assert verify().breaks[0].what == "anchor"


def test_after_a_restore_into_another_cluster_everything_is_signed_again(signed: History) -> None:
    """Transaction ids start again there: rows of the old cluster are closed off, new ones begin at zero."""
    signed.hold(signed.orders[0])  # not signed when the old cluster ended
    _move_to_an_older_cluster()
    made = checkpoint()
    assert made is not None
    closing, newest = Checkpoint.objects.order_by("number")[1:]
    assert (closing.high, closing.size) == (chain.FOREVER, 1)
    assert (newest.low, newest.size) == (0, 1)
    report = verify()
    assert report.holds, report.text()
    assert checkpoint() is None


def _move_to_an_older_cluster() -> None:
    """What a dump from another cluster looks like here: its epoch in every row, hashed and signed there; and one new row."""
    from django.conf import settings as ours

    old = Checkpoint.objects.get()
    with unguarded() as cursor:
        cursor.execute("UPDATE audit_event SET epoch = epoch - 1, xid = xid + 1000000")
        cursor.execute("DELETE FROM audit_checkpoint")
        rehash(cursor)
    ours.ANCHOR_FILE.unlink()
    signed = as_signed(old)._replace(epoch=old.epoch - 1, high=old.high + 1_000_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM audit_event WHERE xid < %s ORDER BY xid, id", [signed.high])
        leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
    signed = signed._replace(root=chain.Merkle(leaves).root(), size=len(leaves))
    digest = chain.checkpoint_hash(signed)
    signed = signed._replace(hash=digest, signature=signing_key(ours.CHECKPOINT_KEY_FILE).sign(digest))
    Checkpoint.objects.create(**{**signed._asdict(), "at": chain.from_micros(signed.at)})
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO audit_event (stream, actor_id, actor_name, verb, payload, request_id)
               VALUES ('system', gen_random_uuid(), 'Ada', 'person.signed_in', '{}', '')"""
        )


def rehash(cursor: Any) -> None:
    """Make every chain right again after rows were changed."""
    from ordersops.audit.verify import EVENTS

    cursor.execute(EVENTS + "ORDER BY stream, seq")
    prev: dict[bytes, bytes] = {}
    for row in cursor.fetchall():
        kept = [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]
        event = chain.Event._make((*kept[:4], int.from_bytes(kept[4], signed=True), *kept[5:]))
        event = event._replace(prev=prev.get(event.stream, chain.ZERO))
        digest = chain.event_hash(event)
        prev[event.stream] = digest
        cursor.execute("UPDATE audit_event SET prev = %s, hash = %s WHERE id = %s", [event.prev, digest, event.id])
        cursor.execute("UPDATE audit_head SET hash = %s WHERE stream = %s", [digest, event.stream.decode()])


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key.pem"
    made = signing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signing_key(path).private_bytes_raw() == made.private_bytes_raw()
    assert [file.name for file in path.parent.iterdir()] == ["key.pem"]
    path.write_text("nonsense")
    with pytest.raises(ImproperlyConfigured):
        signing_key(path)
