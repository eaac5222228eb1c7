"""For what a case can be put aside, and what brings it back. Data: another reason or event is one line."""

from dataclasses import dataclass
from datetime import timedelta

LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Wake:
    """An event that brings a case back. `because` is shown on the row."""

    key: str
    label: str
    because: str


@dataclass(frozen=True, slots=True)
class Why:
    """A reason to put a case aside. `pauses`: nobody here can go on, so the clock stands meanwhile."""

    key: str
    label: str
    pauses: bool
    wakes_on: tuple[str, ...]


WAKES = {
    one.key: one
    for one in (
        Wake("reply", "The customer or a partner answers", "an answer came"),
        Wake("linked_order", "An order that shares something with this one arrives", "a new linked order arrived"),
        Wake("stock", "Stock arrives", "stock arrived"),
    )
}
# These bring back whatever is asleep; nobody needs to ask for them.
TIME = Wake("time", "The time is over", "its time came")
NEW_ADVICE = Wake("advice", "New facts change the advice", "new facts changed the advice")
BY_HAND = Wake("person", "A colleague takes it up", "a colleague brought it back")

REASONS = {
    one.key: one
    for one in (
        Why("customer", "Waiting for the customer's answer", pauses=True, wakes_on=("reply", "linked_order")),
        Why("partner", "Waiting for a bank, carrier or other partner", pauses=True, wakes_on=("reply", "linked_order")),
        Why("stock", "Waiting for stock", pauses=True, wakes_on=("stock",)),
        Why("later", "To be looked at later", pauses=False, wakes_on=("linked_order",)),
    )
}
