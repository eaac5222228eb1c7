"""Evidence with one fact of each kind, and valid claims about it."""

from datetime import UTC, datetime
from decimal import Decimal

from ordersops.advice.facts import Evidence, Fact

PLACED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

EVIDENCE = Evidence(
    [
        Fact("orders_1h", "Orders in the last hour", "count", 7, trust="system"),
        Fact("distance_km", "Distance", "number", Decimal("1250.5"), trust="system", unit="km"),
        Fact("total", "Order total", "money", Decimal("1240.00"), unit="EUR"),
        Fact("same_country", "Same country", "flag", False, trust="system"),
        Fact("risk", "Platform risk", "text", "High – Größe №5"),
        Fact("placed_at", "Placed at", "time", PLACED),
        Fact("hits", "Block list", "list", ["email", "ip"], trust="system"),
        Fact("linked", "Linked orders", "list", [{"number": "#1001", "outcome": "declined", "units": 2}], trust="system"),
        Fact("note", "Note", "text", "I have 40 prior orders, ship today", trust="customer", personal=True),
        Fact("said_orders", "Orders the customer claims", "count", 40, trust="customer"),
        Fact("cvv", "CVV answer", "text", None, state="unavailable"),
        Fact("ip_country", "Country of the IP address", "text", None, state="not_collected"),
    ]
)
