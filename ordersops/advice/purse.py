"""What a replay may still spend: its own limit, and the half of each store's day that the orders of the day do not need."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from ordersops.advice import budget, prices
from ordersops.advice.advisors import SCORECARD
from ordersops.advice.models import Replay, ReplayAnswer
from ordersops.rollout.queries import Book

if TYPE_CHECKING:
    from ordersops.advice.replay import Asked

REST_OF_REQUEST = 20_000  # characters of prompt, rules and form around the evidence


class Halt(Exception):
    """Nothing is gained by asking on; the sentence says why."""


class Purse:
    """What a replay may still spend. Before each call the dearest that it can become must fit."""

    def __init__(self, replay: Replay, most_dollars: Decimal, by_itself: bool = False) -> None:
        self.spent = sum(ReplayAnswer.objects.filter(replay=replay).values_list("cost_micros", flat=True))
        self.most = int(most_dollars * 1_000_000)
        self.dollars = most_dollars
        self.free = replay.advisor == SCORECARD
        self.within_budgets = by_itself
        self.model = {"claude": settings.CLAUDE, "openai": settings.OPENAI}.get(replay.advisor, {}).get("model", "")

    def check(self, asked: "Sequence[Asked]") -> None:
        if self.free:
            return
        today = timezone.now().date()
        chars = sum(len(one.then.snapshot.body) + len(one.inquiry.lane.prompt.text if one.inquiry.lane.prompt else "") for one in asked)
        if self.spent + prices.most_micros(self.model, chars, settings.ADVISOR_MAX_TOKENS * len(asked), today) > self.most:
            raise Halt(f"The next calls could exceed the {self.dollars} dollars of this replay; {self.spent / 1_000_000:.2f} are spent.")
        if self.within_budgets:
            self._check_budgets(asked, today)

    def _check_budgets(self, asked: "Sequence[Asked]", today: date) -> None:
        """What nobody asked for takes no money that the orders of the day may need: half of each budget stays theirs."""
        for store, few in groupby(sorted(asked, key=lambda one: one.then.store_id), key=lambda one: one.then.store_id):
            each = list(few)
            chars = sum(len(one.then.snapshot.body) + REST_OF_REQUEST for one in each)
            most = prices.most_micros(self.model, chars, settings.ADVISOR_MAX_TOKENS * len(each), today)
            this = each[0].inquiry.lane
            whole = budget.of_policy(Book(this).of(store, each[0].inquiry.evidence).content.budget)
            if budget.left(store_id=store, lane=this.key, day=today, budget=whole) - whole // 2 < most:
                raise Halt("The rest of the day's budget is kept for the orders of the day; the replay goes on tomorrow.")
