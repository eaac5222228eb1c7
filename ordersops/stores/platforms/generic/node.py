"""What a warehouse answers: a small contract of our own, signed as Standard Webhooks says (docs/warehouses.md).

It is no platform: a warehouse is heard at the door of its location, whatever the store's platform is, and only about what it was asked.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ordersops.errors import Invalid
from ordersops.stores.facts import NodeFacts, OrderFacts, ShipmentFacts
from ordersops.stores.platforms.generic import Generic

Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
WORD = re.compile(r"[a-z0-9]+")  # a reason is a code, however it is written
ANSWERS = {
    "fulfilment.accepted": "accepted", "fulfilment.rejected": "rejected", "fulfilment.shipped": "shipped", "fulfilment.cancelled": "cancelled",
}  # fmt: skip
STATUSES = Literal["shipped", "in_transit", "out_for_delivery", "ready_for_pickup", "attempted_delivery", "delivered", "failure", "lost"]


class Part(BaseModel):
    """What is not named in the contract is let pass: a warehouse may say more than we use."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class Item(Part):
    id: Id
    quantity: int = Field(ge=1, le=1_000_000)


class Parcel(Part):
    id: Id
    status: STATUSES = "shipped"
    carrier: Text = ""
    tracking_numbers: list[Id] = Field(default=[], max_length=50)
    items: list[Item] = Field(min_length=1, max_length=500)


class Answer(Part):
    event: Text
    effect_id: Id
    order_id: Id
    occurred_at: AwareDatetime
    reason: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=60)] = ""
    note: Text = ""
    shipment: Parcel | None = None


class Node(Generic):
    """The adapter of a warehouse's answers (stores.platforms.Platform); its signature is that of the generic contract."""

    key = "node"
    label = "Warehouse"

    def wants(self, topic: str) -> bool:
        return topic in ANSWERS

    def facts(self, *, topic: str, payload: Any, at: datetime) -> OrderFacts:
        """Raises Invalid with the field that breaks the contract."""
        try:
            said = Answer.model_validate(payload)
        except ValidationError as error:
            wrong = [
                f"“{'.'.join(str(step) for step in one['loc'])}”: {one['msg'].lower()}" for one in error.errors(include_input=False)[:5]
            ]
            raise Invalid(f"{'; '.join(wrong)}. Correct it at the warehouse and send it with a new webhook-id.") from None
        if said.event not in ANSWERS:
            raise Invalid(f"“event” must be one of {', '.join(ANSWERS)}.")
        answer, parcel = ANSWERS[said.event], said.shipment
        if answer == "rejected" and not WORD.search(said.reason):
            raise Invalid("“reason” is missing: say why it is rejected, such as out_of_stock. Send it with a new webhook-id.")
        if answer == "shipped" and parcel is None:
            raise Invalid("“shipment” is missing: say what was sent, and how. Send it with a new webhook-id.")
        return OrderFacts(
            order=said.order_id,
            at=said.occurred_at,
            shipments=(_shipment(said, parcel),) if answer == "shipped" and parcel else (),
            node=NodeFacts(request=said.effect_id, answer=answer, reason="_".join(WORD.findall(said.reason)), note=said.note),
        )


def _shipment(said: Answer, parcel: Parcel) -> ShipmentFacts:
    quantities: dict[str, int] = {}
    for item in parcel.items:
        quantities[item.id] = quantities.get(item.id, 0) + item.quantity
    stated: dict[str, Any] = {}  # what it leaves out changes nothing
    if parcel.status in {"shipped", "delivered"}:
        stated[f"{parcel.status}_at"] = said.occurred_at
    if parcel.carrier:
        stated["carrier"] = parcel.carrier
    if parcel.tracking_numbers:
        stated["tracking_numbers"] = tuple(dict.fromkeys(parcel.tracking_numbers))
    return ShipmentFacts(
        external_id=f"node:{said.effect_id}:{parcel.id}"[:200], at=said.occurred_at, status=parcel.status, quantities=quantities, **stated,
    )  # fmt: skip


NODE = Node()
