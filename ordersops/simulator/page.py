"""The store's own small page: what was sent, what was answered, what the product asked for, how the orders stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from .stories import TALES

STYLE = (Path(__file__).parent / "style.css").read_bytes()
_ORDERS_SHOWN = 25
_TEXT_SHOWN = 1_000
_LINK = re.compile(r"https?://[^\s<>\"']+")


def render(state: dict[str, Any]) -> str:
    """The whole page as HTML, without script or inline style. Everything that came from outside is escaped."""
    sent = state["sent"]
    figures = _figures(
        ("stories told", sum(sent["by_story"].values())),
        ("webhooks sent", sent.get("total", 0)),
        ("accepted", sent.get("delivered", 0)),
        ("waiting", state["waiting"]),
        ("lost on purpose", sent["lost"]),
        ("given up", sent.get("given_up", 0)),
        ("callbacks received", len(state["callbacks"])),
        ("mails to customers", len(state["letters"])),
        ("orders a minute", f"{state['rate']:g}"),
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>Simulated store</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>
<h1>Simulated store</h1>
<p>Invents orders and tells the product about them by webhook. Nothing here is real. <a href="/state.json">state.json</a></p>
</header>
<main>
{figures}
<section><h2>Shops</h2>{_shops(state["shops"])}</section>
<section><h2>Callbacks from the product</h2>{_callbacks(state["callbacks"])}</section>
<section><h2>Calls of the shops' interfaces</h2>{_calls(state["calls"])}</section>
<section><h2>Mail to customers</h2>{_letters(state["letters"])}</section>
<section><h2>What goes wrong on purpose</h2>{_faults(state["faults"])}</section>
<section><h2>Orders</h2>{_orders(state["orders"])}</section>
<section><h2>Last {len(state["events"])} events</h2>{_events(state["events"])}</section>
<div class="columns">
<section><h2>Answers</h2>{_counts("Answer", state["answers"])}</section>
<section><h2>Stories</h2>{_counts("Story", sent["by_story"], titles=True)}</section>
<section><h2>Topics</h2>{_counts("Topic", sent["by_topic"])}</section>
</div>
</main>
</body>
</html>
"""


def _figures(*pairs: tuple[str, object]) -> str:
    return '<dl class="figures">' + "".join(f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in pairs) + "</dl>"


def _shops(shops: list[dict[str, Any]]) -> str:
    return _table(
        ("Shop", "Format", "Currency", "Sends to"), ((shop["name"], shop["platform"], shop["currency"], shop["endpoint"]) for shop in shops)
    )


def _callbacks(callbacks: list[dict[str, Any]]) -> str:
    rows = (
        (
            _clock(c["at"]),
            c["type"],
            c["number"] or c["order_id"],
            _mark(c["verified"], "verified", "not verified"),
            c["answer"],
            c["note"],
            c["reason"],
        )
        for c in reversed(callbacks[-30:])
    )
    return _table(
        ("When", "Type", "Order", "Signature", "Answer", "What came of it", "Reason"),
        rows,
        empty="The product has not asked for anything yet.",
    )


def _calls(calls: list[dict[str, Any]]) -> str:
    rows = ((_clock(c["at"]), c["shop"], c["method"], c["what"], c["answer"], c["note"]) for c in reversed(calls[-30:]))
    return _table(("When", "Shop", "Method", "What", "Answer", "What came of it"), rows, empty="The product has not called yet.")


def _letters(letters: list[dict[str, Any]]) -> str:
    rows = (
        (_clock(one["at"]), one["to"], one["sender"], one["subject"], _Written(one["text"][:_TEXT_SHOWN]))
        for one in reversed(letters[-30:])
    )
    return _table(("When", "To", "From", "Subject", "Text"), rows, empty="The product has not written to anybody yet.")


def _faults(faults: dict[str, Any]) -> str:
    rows = ((name.replace("_", " "), value) for name, value in faults.items() if value)
    return _table(("Knob", "Set to"), rows, empty="Nothing. POST /faults with a JSON object turns the knobs.")


def _orders(orders: list[dict[str, Any]]) -> str:
    rows = (
        (
            o["number"],
            o["shop"],
            f"{o['total']} {o['currency']}",
            o["payment"].replace("_", " "),
            "cancelled" if o["cancelled"] else o["shipping"],
            _word(o),
            TALES[o["story"]].title,
        )
        for o in orders[:_ORDERS_SHOWN]
    )
    return _table(("Order", "Shop", "Total", "Payment", "Shipping", "The product's word", "Story"), rows, empty="No order yet.")


def _word(order: dict[str, Any]) -> str:
    if order["word"]:
        return str(order["word"])
    return "awaited" if order["awaits_word"] else "not needed"


def _events(events: list[dict[str, Any]]) -> str:
    rows = ((_clock(e["at"]), e["shop"], e["topic"], e["order"], e["answer"], e["attempt"]) for e in reversed(events))
    return _table(("When", "Shop", "Topic", "Order", "Answer", "Attempt"), rows, empty="Nothing has been sent yet.")


def _counts(head: str, counts: dict[str, int], *, titles: bool = False) -> str:
    rows = (
        (TALES[name].title if titles and name in TALES else name, count)
        for name, count in sorted(counts.items(), key=lambda item: -item[1])
    )
    return _table((head, "Count"), rows, empty="Nothing yet.")


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]], *, empty: str = "") -> str:
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return f'<p class="empty">{_text(empty)}</p>'
    return (
        '<div class="scroll"><table><thead><tr>'
        + "".join(f'<th scope="col">{_text(h)}</th>' for h in heads)
        + f"</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _mark(good: bool, yes: str, no: str) -> str:
    return f"✓ {yes}" if good else f"✗ {no}"


def _clock(moment: str) -> str:
    return moment[11:19]


class _Written(str):
    """The text of a letter, in which links lead somewhere, as in a mailbox."""


def _text(value: object) -> str:
    if not isinstance(value, _Written):
        return escape(str(value))
    parts, end = [], 0
    for found in _LINK.finditer(value):
        link = escape(found[0])
        parts += [escape(value[end : found.start()]), f'<a href="{link}" rel="noreferrer noopener" target="_blank">{link}</a>']
        end = found.end()
    return "".join([*parts, escape(value[end:])])
