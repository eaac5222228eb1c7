"""What reason codes say, as supervisors last wrote them. The rows belong to `review`, which stands above advice."""

from typing import TYPE_CHECKING

from django.apps import apps

if TYPE_CHECKING:
    from ordersops.cases.lanes import Lane


def sentences(lane: "Lane") -> dict[str, str]:
    """The sentence of each code of the lane; one that nobody wrote anew is as declared, a retired one as it was last. One query."""
    rows = apps.get_model("review", "ReasonCode")._default_manager.filter(lane=lane.key).order_by("version")
    return {reason.code: reason.sentence for reason in lane.reasons} | dict(rows.values_list("code", "text"))
