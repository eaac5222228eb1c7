"""The graph of linked orders, laid out on the server: this order, what is shared, and the orders that share it, in three columns.

The same orders give the same drawing. Colour only repeats what a shape says: a square went wrong, a dot went well, a ring is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ordersops.orders.links import SHARED, Linked

MOST_ORDERS = 18  # with six keys and the order itself: 25 nodes
ROW = 19  # height of a linked order
LEFT, KEYS, RIGHT, WIDTH = 7, 96, 232, 336
TOP = 11


@dataclass(frozen=True, slots=True)
class Node:
    x: int
    y: int
    label: str
    tone: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and lines with their places, in pixels. `lines` are paths; `left_out` orders are in the table alone."""

    width: int
    height: int
    subject: Node
    keys: list[Node]
    orders: list[Node]
    lines: list[dict[str, str]]
    left_out: int
    sentence: str


def draw(linked: Sequence[Linked], number: str) -> Graph | None:
    """None where there is nothing to see: fewer than two linked orders."""
    if len(linked) < 2:
        return None
    place = {key: at for at, key in enumerate(SHARED)}
    # Orders that share the same keys lie together, so that lines cross little.
    chosen = sorted(linked[:MOST_ORDERS], key=lambda row: [place[key] for key in row.keys])
    shown = [key for key in SHARED if any(key in row.keys for row in chosen)]
    height = max(len(chosen), len(shown)) * ROW
    gap = height / len(shown)
    at_key = {key: TOP + round(gap * at + (gap - ROW) / 2) for at, key in enumerate(shown)}
    middle = TOP + (height - ROW) // 2
    step = height / len(chosen)
    orders, lines = [], []
    for key in shown:
        lines.append({"path": _line(LEFT, middle, KEYS, at_key[key]), "tone": ""})
    for at, row in enumerate(chosen):
        y = TOP + round(step * at + (step - ROW) / 2)
        orders.append(Node(RIGHT, y, _short(row.number), row.tone))
        lines += [{"path": _line(KEYS, at_key[key], RIGHT, y), "tone": row.tone} for key in row.keys]
    keys = [Node(KEYS, at_key[key], SHARED[key], count=sum(key in row.keys for row in chosen)) for key in shown]
    return Graph(
        WIDTH,
        height + 4,
        Node(LEFT, middle, _short(number)),
        keys,
        orders,
        lines,
        len(linked) - len(chosen),
        _sentence(chosen, keys, number),
    )


def _line(x: int, y: int, to_x: int, to_y: int) -> str:
    bend = (to_x - x) // 2
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"


def _short(text: str) -> str:
    return text if len(text) <= 14 else f"{text[:13]}…"


def _sentence(chosen: Sequence[Any], keys: Sequence[Node], number: str) -> str:
    shared = ", ".join(f"{key.label} with {key.count}" for key in keys)
    return f"Order {number} shares {shared} of {len(chosen)} other orders. The table beside it says the same."
