"""What warehouses answer: believed only about what that very warehouse was asked."""

from uuid import UUID

from ordersops.effects.models import Effect
from ordersops.errors import Invalid
from ordersops.intake.models import Delivery
from ordersops.stores.facts import OrderFacts

AGAIN = "Correct it at the warehouse and send it with a new webhook-id."


def heard(delivery: Delivery, facts: OrderFacts) -> OrderFacts:
    """The facts, where they answer a request that went to this location. Raises Invalid where they do not: a person looks at it."""
    assert facts.node is not None
    try:
        asked = Effect.objects.select_related("order").get(pk=UUID(facts.node.request), store=delivery.store_id, kind="node.request")
    except (ValueError, Effect.DoesNotExist):
        raise Invalid(f"“effect_id” names no request of ours: “{facts.node.request[:60]}”. {AGAIN}") from None
    assert delivery.location is not None
    if asked.arguments.get("location") != delivery.location.external_id:
        raise Invalid(f"That request did not go to {delivery.location}. Its own warehouse has to answer it.")
    if asked.order.external_id != facts.order:
        raise Invalid(f"“order_id” is “{facts.order[:60]}”, but the request was about another order. {AGAIN}")
    known = {row["external_id"] for row in asked.arguments.get("lines", [])}
    if strange := [line for shipment in facts.shipments for line in shipment.quantities if line not in known]:
        raise Invalid(f"“shipment.items” names line “{strange[0][:60]}”, which was not asked for. {AGAIN}")
    return facts
