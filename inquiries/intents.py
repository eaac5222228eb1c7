"""What a customer can want (policies.md 4.4): one row for each intent, with what may be done about it without a person.

`facts`: it may be answered by itself, from facts alone, where all that it needs is known. `act`: something changes and the customer
is told. `case`: another lane decides; its question is raised with what was said. `person`: somebody answers, with a draft where facts
allow one. `never`: a person, first of all, and no draft. `silent`: nothing is to be answered.
"""

from dataclasses import dataclass
from typing import Literal

Way = Literal["facts", "act", "case", "person", "never", "silent"]
About = Literal["order", "delivery", "address", "payment", "return", "refund", "replacement"]


@dataclass(frozen=True, slots=True)
class Intent:
    """`needs`: the facts without which it cannot be answered. `lane`: whose question it raises. `answer`: which answer is composed."""

    key: str
    label: str
    way: Way
    needs: tuple[str, ...] = ()
    lane: str = ""
    answer: str = ""
    about: About = "order"

    @property
    def personal(self) -> bool:
        """Whether an answer says anything about an order: then we must know who asks."""
        return bool(self.needs) or self.way in {"act", "case"}

    @property
    def open(self) -> bool:
        """Answered to anybody, from facts that are about no order."""
        return self.way == "facts" and not self.needs


ORDER = ("number", "fulfilment")
TABLE: tuple[Intent, ...] = (
    Intent("shipping.status", "Where is my order?", "facts", ORDER, answer="status", about="delivery"),
    Intent("shipping.eta", "When will it arrive?", "facts", (*ORDER, "delivery_from", "delivery_to"), answer="window", about="delivery"),
    Intent("shipping.change_address", "Change the delivery address", "act", (*ORDER, "asked_address"), answer="address", about="address"),
    Intent("shipping.delivery_issue", "Trouble with the delivery", "person", ORDER, answer="status", about="delivery"),
    Intent("shipping.not_received", "Marked as delivered, not received", "case", ORDER, lane="triage", answer="taken_up", about="delivery"),
    Intent("order.cancel", "Cancel the order", "case", ORDER, lane="triage", answer="taken_up"),
    Intent("order.change", "Change the order", "person", ORDER),
    Intent("order.damaged", "Arrived damaged", "case", ORDER, lane="returns", answer="taken_up", about="return"),
    Intent("order.wrong_item", "Wrong item", "case", ORDER, lane="returns", answer="taken_up", about="return"),
    Intent("order.missing_item", "An item is missing", "case", ORDER, lane="returns", answer="taken_up", about="return"),
    Intent("order.confirm", "Was my order placed?", "person", ORDER, answer="status"),
    Intent("return.request", "Send something back", "case", ORDER, lane="returns", answer="taken_up", about="return"),
    Intent("return.status", "What about my return?", "person", ORDER, answer="refund", about="return"),
    Intent("refund.request", "Money back", "case", ORDER, lane="returns", answer="taken_up", about="refund"),
    Intent("refund.status", "Where is my refund?", "facts", (*ORDER, "refund_state"), answer="refund", about="refund"),
    Intent("exchange.request", "Exchange something", "case", ORDER, lane="returns", answer="taken_up", about="return"),
    Intent("exchange.status", "What about my exchange?", "person", ORDER, about="replacement"),
    Intent("payment.problem", "Trouble with the payment", "person", ORDER, about="payment"),
    Intent("payment.dispute", "Payment disputed", "never", about="payment"),
    Intent("invoice.request", "Invoice wanted", "person", ORDER, about="payment"),
    Intent("product.question", "Question about a product", "person"),
    Intent("product.availability", "Is it in stock?", "facts", answer="stock"),
    Intent("discount.request", "Discount or voucher", "person"),
    Intent("subscription.change", "Change a subscription", "person"),
    Intent("privacy.request", "Personal data", "never"),
    Intent("legal.threat", "Legal steps", "never"),
    Intent("complaint", "Complaint", "person"),
    Intent("praise", "Praise", "silent"),
    Intent("spam", "Unwanted", "silent"),
    Intent("no_reply", "Nothing to answer", "silent"),
    Intent("unknown", "Not understood", "person"),
)
INTENTS: dict[str, Intent] = {one.key: one for one in TABLE}
UNKNOWN = "unknown"
AUTOMATIC = frozenset(one.key for one in TABLE if one.way == "facts")
