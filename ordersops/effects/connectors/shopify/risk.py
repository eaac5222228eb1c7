"""What the review found about an order's risk, for the store's staff. Shopify keeps one assessment of each app; the next one replaces it."""

from typing import TYPE_CHECKING

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Writes, order_id, there
from ordersops.stores.platforms.reading import rows, table, text
from ordersops.stores.platforms.shopify.admin import Admin

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

# OrderRiskAssessmentFactInput: what was decided, and none of the signals it rests on (law 19).
SAYS = {
    "low": {"description": "Reviewed by the order desk: it may ship.", "sentiment": "POSITIVE"},
    "high": {"description": "Reviewed by the order desk: it should not ship.", "sentiment": "NEGATIVE"},
}


class Assess:
    """Done where our app's own assessment has this level."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        answer = admin.ask("order_risks", id=order_id(effect)).fields
        us, wanted = text(table(answer.get("app")).get("id")), effect.arguments["level"].upper()
        found = rows(table(there(answer.get("order"), f"order {effect.order}").get("risk")).get("assessments"))
        ours = [text(one.get("riskLevel")) for one in found if us and text(table(one.get("provider")).get("id")) == us]
        return Seen(wanted in ours, {"our assessment": (", ".join(ours).lower(), wanted.lower())})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        level = effect.arguments["level"]
        return [("risk_create", {"input": {"orderId": order_id(effect), "riskLevel": level.upper(), "facts": [SAYS[level]]}})]
