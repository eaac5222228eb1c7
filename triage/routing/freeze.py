"""Asks and nodes as evidence keeps them: JSON without floats, and back. What was routed by can be routed again years later."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from ordersops.stores.worktime import Calendar
from triage.routing.model import Ask, Node, Point, Wanted


def freeze_ask(ask: Ask) -> dict[str, Any]:
    return {
        "lines": [
            {"line": one.line, "sku": one.sku, "units": one.units, "worth": str(one.worth), "grams": one.grams} for one in ask.lines
        ],
        "country": ask.country, "now": ask.now.isoformat(), "needs": sorted(ask.needs), "point": _point(ask.point), "channel": ask.channel,
        "value": str(ask.value), "service": ask.service, "promised": ask.promised.isoformat() if ask.promised else "",
        "not_from": sorted(ask.not_from),
    }  # fmt: skip


def thaw_ask(row: Mapping[str, Any]) -> Ask:
    lines = tuple(Wanted(one["line"], one["sku"], one["units"], Decimal(one["worth"]), one["grams"]) for one in row["lines"])
    return Ask(
        lines=lines, country=row["country"], now=datetime.fromisoformat(row["now"]), needs=frozenset(row["needs"]), point=_read(row["point"]),
        channel=row["channel"], value=Decimal(row["value"]), service=row["service"],
        promised=date.fromisoformat(row["promised"]) if row["promised"] else None, not_from=frozenset(row["not_from"]),
    )  # fmt: skip


def freeze_node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id, "name": node.name, "country": node.country, "free": dict(sorted(node.free.items())), "active": node.active,
        "paused": node.paused, "capabilities": sorted(node.capabilities), "serves": sorted(node.serves), "channels": sorted(node.channels),
        "zone": node.calendar.zone, "days": sorted(node.calendar.days), "holidays": node.calendar.country,
        "cut_off": node.cut_off.isoformat("minutes") if node.cut_off else "", "handling_days": node.handling_days, "capacity": node.capacity,
        "queued": node.queued, "point": _point(node.point), "pick_pack": str(node.pick_pack), "priority": node.priority,
        "demand": dict(sorted(node.demand.items())),
    }  # fmt: skip


def thaw_node(row: Mapping[str, Any]) -> Node:
    return Node(
        id=row["id"], name=row["name"], country=row["country"], free=row["free"], active=row["active"], paused=row["paused"],
        capabilities=frozenset(row["capabilities"]), serves=frozenset(row["serves"]), channels=frozenset(row["channels"]),
        calendar=Calendar(zone=row["zone"], days=frozenset(row["days"]), country=row["holidays"]),
        cut_off=time.fromisoformat(row["cut_off"]) if row["cut_off"] else None, handling_days=row["handling_days"], capacity=row["capacity"],
        queued=row["queued"], point=_read(row["point"]), pick_pack=Decimal(row["pick_pack"]), priority=row["priority"], demand=row["demand"],
    )  # fmt: skip


def _point(point: Point | None) -> list[str] | None:
    return [repr(float(degrees)) for degrees in point] if point else None


def _read(point: list[str] | None) -> Point | None:
    return (float(point[0]), float(point[1])) if point else None
