"""Playbooks for tests: one that fits every case of the factories, whose rules saw many orders from one IP address."""

from typing import Any

from ordersops.accounts.models import User
from ordersops.review.actions import Said, add_playbook
from ordersops.review.models import PlaybookVersion
from ordersops.stores.models import Store

SEEN = ["rules.saw", "contains", "ip_velocity"]


def said(**more: Any) -> Said:
    return Said(
        **{
            "name": "Many from one address", "conditions": [SEEN], "steps": ["Look at the linked orders.", "Call the shop."],
            "outcome": "decline", "reason": "D3", "reason_against": "O2", "note": "Card testing from one address.", **more,
        }
    )  # fmt: skip


def steps_alone(**more: Any) -> Said:
    return said(**{"outcome": "", "reason": "", "reason_against": "", "note": "", **more})


def playbook(store: Store, by: User, what: Said | None = None, **more: Any) -> PlaybookVersion:
    return add_playbook(lane="fraud", said=what or said(**more), store=store, by=by)
