"""The evidence checklist: what has to be on the table before somebody decides about a return (RET-05)."""

from dataclasses import dataclass

from returns.eligibility.given import Asked, LineAsked
from returns.eligibility.windows import window
from returns.grounds import GROUNDS
from returns.policy import Settings


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    label: str
    value: str  # "" where it is missing
    needed: bool = True

    @property
    def missing(self) -> bool:
        return self.needed and not self.value


CONDITIONS = {"unopened": "unopened", "opened": "opened", "worn": "worn", "damaged": "damaged"}


def checklist(asked: Asked, line: LineAsked, settings: Settings, *, final_sale: bool) -> list[Item]:
    """RET-05's fields, in its order."""
    past, ground = asked.customer, GROUNDS[line.reason]
    open_until = window(asked, line, settings)
    return [
        Item("order_date", "Order date", f"{asked.placed_at:%Y-%m-%d}" if asked.placed_at else ""),
        Item("delivery_date", "Delivery date", f"{line.delivered_at:%Y-%m-%d}" if line.delivered_at else ""),
        Item("window", "Return window", f"until {open_until.ends:%Y-%m-%d}" if open_until.ends else "not begun" if open_until.waiting else ""),
        Item("condition", "Condition", CONDITIONS.get(line.condition, ""), needed=not ground.nothing_back),
        Item("final_sale", "Final sale", "yes" if final_sale else "no"),
        Item("exceptions", "Earlier exceptions", "" if past.exceptions is None else str(past.exceptions), needed=False),
        Item("customer_value", "Spent by the customer", "" if past.spent is None else f"{past.spent:.2f} {asked.currency}", needed=False),
        Item("reason", "Reason", ground.label),
        Item("photos", "Photos", str(line.photos) if line.photos else "", needed=ground.photos),
        Item(
            "method", "Way back for the money",
            {True: "means of payment", False: "not refundable", None: ""}[asked.method_refundable], needed=False,
        ),
    ]  # fmt: skip
