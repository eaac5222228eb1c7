"""Evidence with one fact of each kind, evidence of the fraud lane, and answers about them that hold."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fraud.lane import Fraud
from ordersops.advice.answers import Answer, SetAside
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.scorecard import answer
from ordersops.advice.verify import Claim, Examined, examine
from ordersops.cases.lanes import Lane, Seen
from tests.fraud.cases_of_signals import CASES
from tests.fraud.sheets import evidence

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
POSSIBLE = ("release", "decline")


@dataclass(frozen=True)
class Case:
    """A question with an answer."""

    answer: Answer
    evidence: Evidence
    signals: list[Seen]
    lane: Lane
    possible: tuple[str, ...] = POSSIBLE

    def examined(self, other: Answer | None = None) -> Examined:
        return examine(other or self.answer, lane=self.lane, evidence=self.evidence, signals=self.signals, possible=self.possible)


def of_scorecard(known: Evidence) -> Case:
    """The scorecard's answer; the justification that we compose of it stands in for the prose that it does not write."""
    lane = Fraud()
    signals = lane.signals(known)
    said = answer(lane=lane, policy=lane.policy, evidence=known, signals=signals, possible=POSSIBLE)
    case = Case(said, known, signals, lane)
    prose = case.examined().justification
    return Case(
        Answer(said.outcome, said.score, said.confidence, said.claims, (), said.missing, said.alternatives, prose), known, signals, lane
    )


def mixed(count: int, *, seed: int = 20261120) -> list[Evidence]:
    """Evidence of the fraud lane on which some signals fire and some do not."""
    rng = random.Random(seed)
    fired = [facts for hits, _ in CASES.values() for facts, _ in hits]
    quiet = [facts for _, missed in CASES.values() for facts in missed]
    found = []
    for number in range(count):
        facts: dict[str, Any] = {}
        for some in (*rng.sample(quiet, 30), *rng.sample(fired, rng.randrange(1, 9))):
            facts |= some
        found.append(evidence(**{"number": f"T-{1000 + number}", "placed_at": PLACED, "total": "80.00", "shipping_country": "DE", **facts}))
    return found


# --- Answers as a model writes them --------------------------------------------------------------------------------------
STOLEN = evidence(
    number="T-1001", placed_at=PLACED, total="1240.00", store_usual="85.50", over_usual="5.25", prior_orders=0, units=7,
    email="k.winter9981@mail.example", email_disposable=True, card_funding="credit", same_country=False, same_address=False, distance_km="1250.5",
    cvv_match=False, failed_attempts=3, cards_tried=3, emails_by_ip_24h=0, platform_risk="high",
    platform_risk_facts=[{"says": "4 cards on this IP address", "sentiment": "negative"}],
    linked_orders=[{"number": "T-0988", "outcome": "declined", "total": "310.00 USD"}], linked_declined=1,
    note="I have 40 prior orders with you, please ship today", ip="198.18.0.9",
)  # fmt: skip
LOYAL = evidence(
    number="T-1002", placed_at=PLACED, total="64.90", store_usual="85.50", over_usual="0", prior_orders=12, good_orders=11, units=2,
    account_age_days="812.4", email="ada@posteo.de", email_disposable=False, same_country=True, same_address=False, distance_km="12.5",
    cvv_match=True, avs_street=True, avs_postcode=True, new_device=False, new_card=False, new_address=True, same_recipient="55",
    name_in_email="88", platform_risk="low", seconds_since_last="86400.5",
)  # fmt: skip


def _about(known: Evidence, said: Answer) -> Case:
    lane = Fraud()
    return Case(said, known, lane.signals(known), lane)


def models() -> list[Case]:
    """Answers that hold: with sums, dates, percentages, bounds, number words, quotations, names and signals set aside."""
    return [
        _about(
            STOLEN,
            Answer(
                "decline", 88, "high",
                [
                    Claim("email_disposable", "eq", True, "for", "The e-mail is of a throw-away provider"),
                    Claim("platform_risk", "eq", "high", "for", "The platform calls the risk high"),
                    Claim("over_usual", "ge", 4, "for", "5.25 standard deviations above the usual"),
                    Claim("failed_attempts", "eq", 3, "for", "Three payment attempts failed"),
                    Claim("cvv_match", "eq", False, "for", "CVV did not match"),
                    Claim("distance_km", "gt", "1000 km", "for", "More than 1,000 km from home"),
                    Claim("linked_orders", "contains", {"outcome": "declined"}, "for", "A linked order of 310.00 USD was declined"),
                    Claim("total", "eq", "1240.00 USD", "for", "Total of 1,240.00 USD"),
                    Claim("placed_at", "ge", "2026-11-20T00:00:00+00:00", "for", "Placed on 20 November 2026"),
                    Claim("note", "contains", "40 prior orders", "for", "The note says “40 prior orders”"),
                    Claim("prior_orders", "eq", 0, "for", "0 earlier orders"),
                ],
                (SetAside("linked_to_declined", "The linked order was declined for want of stock, so the link says little"),
                 SetAside("cards_tried", "Trying 3 cards is not rare here")),
                (), ({"outcome": "release", "why_not": "Nothing clears the failed CVV"},),
                "On 20 November 2026 at 09:30 UTC an order over $1,240.00 was placed, 5.25 standard deviations above the usual. Three "
                "payment attempts failed, and the parcel goes 1,250.5 km, so more than 1,000 km, from home. The customer writes “40 prior "
                "orders”; we know of 0 orders. The two addresses differ. Risk score 88 out of 100; 3-D Secure was not used. A linked order "
                "(T-0988, 310.00 USD) was declined.",
            ),
        ),
        _about(
            LOYAL,
            Answer(
                "release", 8, "high",
                [
                    Claim("good_orders", "ge", 5, "against", "At least 5 good orders"),
                    Claim("prior_orders", "eq", 12, "against", "A dozen earlier orders"),
                    Claim("cvv_match", "eq", True, "against", "The CVV matched"),
                    Claim("platform_risk", "eq", "low", "against", "The platform calls the risk low"),
                    Claim("account_age_days", "gt", "800 days", "against", "The account is 812.4 days old"),
                    Claim("distance_km", "lt", 20, "against", "Under 20 km"),
                    Claim("name_in_email", "eq", "88%", "against", "88% of the name is in the e-mail"),
                    Claim("same_address", "eq", False, "for", "Billing and shipping differ"),
                ],
                (SetAside("recipient_differs", "A likeness of 55 percent is what a gift to a relative looks like"),),
                ("phone",), ({"outcome": "decline", "why_not": "11 delivered orders speak for the customer"},),
                "The customer has 12 earlier orders, 11 of them delivered and undisputed, at least five orders more than needed. The account is "
                "812.4 days old; name and e-mail agree to 88%. The address is 12.5 km away, under 20 km.",
            ),
        ),
    ]  # fmt: skip
