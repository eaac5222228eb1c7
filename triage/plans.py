"""The routing of an order out of its frozen evidence, and as terms hold it: the plan table, what decided, and the nearest flip."""

from collections.abc import Mapping
from typing import Any

from ordersops.advice.facts import Evidence
from triage.routing import Ask, Node, Routing, Settings, flips, route
from triage.routing.explain import HEADS, WORDS, decided_by
from triage.routing.freeze import thaw_ask, thaw_node
from triage.routing.score import Ranked
from triage.routing.settings import TERMS

SHOWN = 8  # plans in the table


def solved(evidence: Evidence, settings: Settings) -> tuple[Ask, tuple[Node, ...], Routing] | None:
    """None where there was nothing to route: no locations are known, or nothing is to be sent."""
    asked, nodes = evidence["routing_ask"], evidence["routing_nodes"]
    if not asked or not nodes:
        return None
    ask, places = thaw_ask(asked[0]), tuple(thaw_node(node) for node in nodes)
    return ask, places, route(ask, places, settings)


def is_clear(evidence: Evidence, settings: Settings) -> bool:
    found = solved(evidence, settings)
    return found is not None and found[2].is_clear(settings)


def table(evidence: Evidence, settings: Settings) -> dict[str, Any]:
    """Everything that is shown of the routing, as JSON; {} where nothing was routed."""
    found = solved(evidence, settings)
    if found is None:
        return {}
    ask, nodes, routing = found
    shown = routing.plans[:SHOWN]
    return {
        "plans": [_row(one) for one in shown],
        "terms": [{"key": term, "label": WORDS[term], "head": HEADS[term], "weight": _number(settings.weights.of(term))} for term in TERMS],
        "excluded": [{"name": one.node.name, "code": one.code, "says": one.says} for one in routing.excluded],
        "decided": decided_by(routing),
        "flips": [{"kind": one.kind, "says": one.says} for one in flips(ask, nodes, settings, routing)],
        "missing": [{"sku": sku, "units": units} for sku, units in sorted(routing.missing.items())],
        "chosen": shown[0].plan.key if shown and not shown[0].rejected else "",
    }


def _row(one: Ranked) -> dict[str, Any]:
    return {
        "key": one.plan.key, "name": one.plan.name, "score": f"{one.score:.3f}", "rejected": one.rejected,
        "cells": [{"value": _cell(one, term), "share": _number(one.contributions[term])} for term in TERMS],
        "parcels": [
            {"node": parcel.node.id, "name": parcel.node.name, "line": wanted.line, "sku": wanted.sku, "units": units}
            for parcel in one.plan.parcels
            for wanted, units in parcel.lines
        ],
    }  # fmt: skip


def _cell(one: Ranked, term: str) -> str:
    measured = one.terms
    match term:
        case "cost":
            return f"{measured.cost:.2f}"
        case "late":
            return f"{measured.late:.0%}"
        case "speed":
            return f"{measured.speed:g} d"
        case "dist":
            return "unknown" if measured.dist is None else f"{measured.dist:,.0f} km"
        case "split":
            return str(measured.split)
        case _:
            return f"{getattr(measured, term):.2f}"


def _number(value: float) -> str:
    return f"{value:.3f}"


def plan_of(terms: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The plan that the terms have chosen."""
    return next((row for row in terms.get("plans", ()) if row["key"] == terms.get("chosen")), None)
