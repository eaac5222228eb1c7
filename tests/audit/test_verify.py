"""The verifier names the first broken link, whatever was done to the rows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import call_command

from ordersops.audit import chain
from ordersops.audit.checkpoints import AnchorMismatch, as_signed, checkpoint
from ordersops.audit.keys import public_bytes, signing_key
from ordersops.audit.models import Checkpoint, Event
from ordersops.audit.verify import EVENTS, read_events, snapshot, verify
from tests.audit.conftest import History, first_break, unguarded

Tamper = Callable[..., None]


def test_an_untouched_history_is_whole(signed: History) -> None:
    signed.hold(signed.orders[0])
    report = verify()
    assert report.holds, report.text()
    assert (report.events, report.streams, report.checkpoints, report.anchors, report.unsigned) == (12, 3, 1, 1, 1)


def test_an_edited_row_is_named(signed: History, tamper: Tamper) -> None:
    row = signed.of(signed.orders[1])[2]
    tamper(("UPDATE audit_event SET payload = replace(payload, 'fraud', 'stock') WHERE id = %s", [row.pk]))
    found = first_break("edited")
    assert (found.event, found.stream, found.seq) == (row.pk, f"order:{signed.orders[1]}", 3)


CHANGES = [
    "actor_name = 'Eve'",
    "actor_id = gen_random_uuid()",
    "verb = 'order.updated'",
    "at = at + interval '1 microsecond'",
    "store_id = NULL",
    "order_id = gen_random_uuid()",
    "case_id = gen_random_uuid()",
    "request_id = 'x'",
    "xid = xid + 1",
    "epoch = epoch + 1",
    "id = id + 1000",
    "hash = sha256('x')",
    "prev = sha256('x')",
]


def test_every_column_is_covered(history: History, tamper: Tamper) -> None:
    for _ in CHANGES:
        history.hold(history.orders[0])
    rows = history.of(history.orders[0])[: len(CHANGES)]
    tamper(*((f"UPDATE audit_event SET {change} WHERE id = %s", [row.pk]) for change, row in zip(CHANGES, rows, strict=True)))
    found = {(broken.what, broken.seq) for broken in verify().breaks}
    assert found >= {("edited", row.seq) for row in rows}


def test_a_removed_row_is_named(history: History, tamper: Tamper) -> None:
    gone, after = history.of(history.orders[0])[2:4]
    tamper(("DELETE FROM audit_event WHERE id = %s", [gone.pk]))
    found = first_break("removed")
    assert (found.event, found.seq) == (after.pk, 4)


def test_the_first_row_of_a_stream_removed_is_named(history: History, tamper: Tamper) -> None:
    tamper(("DELETE FROM audit_event WHERE id = %s", [history.of(history.orders[0])[0].pk]))
    assert first_break("removed").seq == 2


def test_a_cut_off_tail_is_named(history: History, tamper: Tamper) -> None:
    tamper(("DELETE FROM audit_event WHERE order_id = %s AND seq > 3", [history.orders[0]]))
    found = first_break("truncated")
    assert (found.stream, found.seq) == (f"order:{history.orders[0]}", 4)


def test_a_stream_removed_whole_is_named(history: History, tamper: Tamper) -> None:
    tamper(("DELETE FROM audit_event WHERE order_id = %s", [history.orders[2]]))
    assert first_break("truncated").stream == f"order:{history.orders[2]}"


def test_a_tail_cut_off_with_its_head_is_caught_by_the_checkpoint(signed: History, tamper: Tamper) -> None:
    kept = signed.of(signed.orders[0])[2]
    tamper(
        ("DELETE FROM audit_event WHERE order_id = %s AND seq > 3", [signed.orders[0]]),
        ("UPDATE audit_head SET seq = 3, hash = %s WHERE stream = %s", [bytes(kept.hash), kept.stream]),
    )
    found = first_break("checkpoint")
    assert found.checkpoint == 1
    assert "2 were removed" in found.message


def test_two_rows_in_each_others_place_are_named(history: History, tamper: Tamper) -> None:
    second, third = history.of(history.orders[0])[1:3]
    tamper(
        ("UPDATE audit_event SET seq = 3 WHERE id = %s", [second.pk]),
        ("UPDATE audit_event SET seq = 2 WHERE id = %s", [third.pk]),
    )
    assert first_break("reordered").event in {second.pk, third.pk}


COPY = """
INSERT INTO audit_event (stream, seq, epoch, xid, at, actor_id, actor_name, verb, payload, store_id, order_id, request_id, prev, hash)
SELECT stream, %s, epoch, xid, at, actor_id, actor_name, verb, payload, store_id, order_id, request_id, prev, hash
FROM audit_event WHERE id = %s
"""


def test_a_row_pushed_in_between_is_named(history: History, tamper: Tamper) -> None:
    rows = history.of(history.orders[0])
    tamper(
        ("UPDATE audit_event SET seq = seq + 1 WHERE order_id = %s AND seq >= 3", [history.orders[0]]),
        (COPY, [3, rows[1].pk]),
        ("UPDATE audit_head SET seq = seq + 1 WHERE stream = %s", [rows[0].stream]),
    )
    kinds = {found.what for found in verify().breaks}
    assert "inserted" in kinds or "reordered" in kinds


def _forge(row: Event, **changes: Any) -> chain.Event:
    """A row that hashes right, as somebody who knows the format would make it."""
    with snapshot() as connection:
        (event,) = read_events(connection, EVENTS + "WHERE id = %s", [row.pk])
    forged = event._replace(**changes)
    return forged._replace(hash=chain.event_hash(forged))


def test_a_forged_row_on_a_place_that_is_taken_is_named(history: History, tamper: Tamper) -> None:
    row = history.of(history.orders[0])[2]
    new_id = Event.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    forged = _forge(row, id=new_id)
    tamper(
        (COPY, [3, row.pk]),
        ("UPDATE audit_event SET id = %s, hash = %s WHERE id = (SELECT max(id) FROM audit_event)", [new_id, forged.hash]),
    )
    found = first_break("inserted")
    assert found.seq == 3
    assert found.event in {row.pk, new_id}  # both hash right; which of them is the forged one the checkpoint tells


def test_a_row_behind_the_head_is_named(history: History, tamper: Tamper) -> None:
    last = history.of(history.orders[0])[-1]
    new_id = Event.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    forged = _forge(last, id=new_id, seq=6, prev=bytes(last.hash))
    tamper(
        (COPY, [6, last.pk]),
        ("UPDATE audit_event SET id = %s, prev = %s, hash = %s WHERE seq = 6", [new_id, forged.prev, forged.hash]),
    )
    found = first_break("inserted")
    assert found.seq == 6


def test_a_changed_head_is_named(history: History, tamper: Tamper) -> None:
    stream = f"order:{history.orders[0]}"
    tamper(("UPDATE audit_head SET hash = sha256('x') WHERE stream = %s", [stream]))
    assert first_break("head").stream == stream


def _rewrite_history(order: Any) -> None:
    """Change what an event says and recompute its chain and the head: without a checkpoint nobody could tell."""
    prev = chain.ZERO
    with unguarded() as cursor:
        for row in Event.objects.filter(order=order).order_by("seq"):
            said = row.payload.replace("fraud", "stock")
            forged = _forge(row, payload=said.encode(), prev=prev)
            cursor.execute("UPDATE audit_event SET payload = %s, prev = %s, hash = %s WHERE id = %s", [said, prev, forged.hash, row.pk])
            prev = forged.hash
        cursor.execute("UPDATE audit_head SET hash = %s WHERE stream = %s", [prev, f"order:{order}"])


def test_a_recomputed_chain_is_invisible_without_a_checkpoint(history: History) -> None:
    _rewrite_history(history.orders[0])
    assert verify().holds  # why there are checkpoints


def test_a_recomputed_chain_is_caught_by_the_checkpoint(signed: History) -> None:
    _rewrite_history(signed.orders[0])
    found = first_break("checkpoint")
    assert found.checkpoint == 1
    assert "recomputed" in found.message


def _rewrite_checkpoint(key: Ed25519PrivateKey) -> None:
    """Make the checkpoint fit the rewritten events, and sign it."""
    old = as_signed(Checkpoint.objects.get())
    root = chain.Merkle(bytes(leaf) for leaf in Event.objects.order_by("xid", "pk").values_list("hash", flat=True)).root()
    new = old._replace(root=root, public_key=public_bytes(key.public_key()))
    digest = chain.checkpoint_hash(new)
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE audit_checkpoint SET root = %s, hash = %s, public_key = %s, signature = %s",
            [root, digest, new.public_key, key.sign(digest)],
        )


@pytest.mark.parametrize("stolen", [False, True], ids=["with a key of their own", "with the stolen key"])
def test_a_rewritten_checkpoint_is_caught_by_the_anchor(signed: History, stolen: bool) -> None:
    _rewrite_history(signed.orders[0])
    _rewrite_checkpoint(signing_key(settings.CHECKPOINT_KEY_FILE) if stolen else Ed25519PrivateKey.generate())
    report = verify()
    assert [found.what for found in report.breaks] == ["anchor"], report.text()
    signed.hold(signed.orders[0])
    with pytest.raises(AnchorMismatch):
        checkpoint()


def test_an_edited_checkpoint_is_named(signed: History, tamper: Tamper) -> None:
    tamper(("UPDATE audit_checkpoint SET size = size - 1", []))
    assert first_break("checkpoint").checkpoint == 1


def test_a_signature_by_nobody_is_named(signed: History, tamper: Tamper) -> None:
    tamper(("UPDATE audit_checkpoint SET signature = %s", [bytes(64)]))
    assert "signature" in first_break("checkpoint").message


def test_a_removed_checkpoint_is_named(signed: History, tamper: Tamper) -> None:
    signed.hold(signed.orders[0])
    checkpoint()
    tamper(("DELETE FROM audit_checkpoint WHERE number = 2", []))
    found = first_break("anchor")
    assert found.checkpoint == 2


def test_the_command_says_so_and_exits_with_1(signed: History, tamper: Tamper, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("audit_verify", "--json")
    assert json.loads(capsys.readouterr().out)["holds"] is True
    row = signed.of(signed.orders[1])[2]
    tamper(("UPDATE audit_event SET actor_name = 'Eve' WHERE id = %s", [row.pk]))
    with pytest.raises(SystemExit) as exit_code:
        call_command("audit_verify", "--json")
    assert exit_code.value.code == 1
    first = json.loads(capsys.readouterr().out)["breaks"][0]
    assert (first["what"], first["event"], first["seq"]) == ("edited", row.pk, 3)
    with pytest.raises(SystemExit):
        call_command("audit_verify")
    assert f"event {row.pk}" in capsys.readouterr().out
