"""What becomes of goods that are back, by what an inspection saw (policies.md 4.2)."""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["unopened", "a", "b", "damaged", "missing"]
GRADES: tuple[tuple[Grade, str], ...] = (
    ("unopened", "Unopened"),
    ("a", "Opened, like new"),
    ("b", "Signs of use"),
    ("damaged", "Damaged"),
    ("missing", "Not in the parcel"),
)


@dataclass(frozen=True, slots=True)
class Restock:
    """`disposition` in our words, `shopify` in the store's."""

    disposition: Literal["restock", "refurbish", "write_off", "missing"]
    shopify: Literal["RESTOCKED", "PROCESSING_REQUIRED", "NOT_RESTOCKED", "MISSING"]
    reason: str


def decide(grade: Grade, *, restock_opened: bool = True, hygiene: bool = False, perishable: bool = False) -> Restock:
    """Unopened goes on sale again, like new where its kind allows, used is refurbished, what is damaged or was opened for hygiene is written off."""
    if grade == "missing":
        return Restock("missing", "MISSING", "It was not in the parcel.")
    if perishable:
        return Restock("write_off", "NOT_RESTOCKED", "What perishes is not sold again.")
    if grade == "damaged":
        return Restock("write_off", "NOT_RESTOCKED", "It is damaged.")
    if hygiene and grade != "unopened":
        return Restock("write_off", "NOT_RESTOCKED", "Its seal was opened.")
    if grade == "unopened":
        return Restock("restock", "RESTOCKED", "Unopened: it can be sold again.")
    if grade == "a" and restock_opened:
        return Restock("restock", "RESTOCKED", "Like new: it can be sold again.")
    return Restock("refurbish", "PROCESSING_REQUIRED", "It is refurbished, or sold as used.")
