"""One question, heard: tokens in claims are read back into our values, the scorecard's never, and what failed keeps its code."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.advice.advisors import advisor
from ordersops.advice.answers import Answer, Exchange, Inquiry, Reply
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.hearing import hear, with_prompt
from ordersops.advice.masking import masked
from ordersops.advice.models import CallOutcome
from ordersops.advice.verify import Claim
from ordersops.cases.lanes import Lane, Prompt, lane
from tests.advice.advisors.question import GOOD, PERSONAL, ask_about
from tests.advice.advisors.stub import Plain, answering


class Saying:
    """An advisor over the network, as the seam knows it, who says one thing."""

    key = "claude"

    def __init__(self, says: Callable[[Inquiry], Answer], *, networked: bool = True) -> None:
        self.says, self.networked = says, networked

    def version(self, this: Lane) -> str:
        return "1"

    def ask(self, inquiry: Inquiry) -> Reply:
        return Reply(self.says(inquiry), Exchange("m", "0", b"{}", "answered", 7) if self.networked else None)


def token_of(inquiry: Inquiry, key: str) -> str:
    facts = {fact.key: fact for fact in masked(inquiry.evidence).facts}
    found: str = facts[key].value
    return found


def says_email(inquiry: Inquiry) -> Answer:
    return replace(GOOD, claims=[Claim("email", "contains", token_of(inquiry, "email"), "for", "")])


def test_a_token_in_a_claim_is_read_back() -> None:
    inquiry = ask_about()
    heard = hear(Saying(says_email), inquiry)
    assert token_of(inquiry, "email").startswith("<EMAIL_")
    assert heard.checked[0].value == PERSONAL["email"]
    assert heard.latency_ms == 7


def test_the_scorecard_saw_the_values_themselves() -> None:
    heard = hear(Saying(says_email, networked=False), ask_about())
    assert heard.checked[0].value.startswith("<EMAIL_")
    assert not heard.checked[0].verified


def test_tokens_within_the_entries_of_a_list_are_read_back() -> None:
    known = Evidence([*ask_about().evidence, Fact("people", "People", "list", [{"email": PERSONAL["email"], "orders": 2}], personal=True)])
    inquiry = ask_about(known)
    heard = hear(
        Saying(lambda asked: replace(GOOD, claims=[Claim("people", "contains", {"email": token_of(asked, "email")}, "for", "")])), inquiry
    )
    assert heard.checked[0].value == {"email": PERSONAL["email"]}


def test_what_is_no_token_of_this_snapshot_stays() -> None:
    heard = hear(Saying(lambda _: replace(GOOD, claims=[Claim("email", "eq", "<EMAIL_9>", "for", "")])), ask_about())
    assert heard.checked[0].value == "<EMAIL_9>"
    assert not heard.verified


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "code"),
    [(Plain(529, {}, b"{}"), CallOutcome.BUSY), (Plain(401, {}, b"{}"), CallOutcome.KEY), ("no JSON", CallOutcome.UNREADABLE)],
)
def test_what_failed_keeps_its_code(system: User, said: Any, code: str) -> None:
    with answering(said):
        heard = hear(advisor("claude"), ask_about())
    assert (heard.code, heard.answer, heard.verified, list(heard.checked)) == (code, None, False, [])
    assert heard.exchange is not None


def test_the_scorecard_is_heard_like_everybody() -> None:
    heard = hear(advisor("scorecard"), ask_about())
    assert (heard.code, heard.exchange, heard.verified) == ("answered", None, True)
    assert heard.claims_verified == len(heard.checked) > 0
    assert heard.justification.startswith("For risk:")


def test_another_prompt_leaves_the_lane_as_it_is() -> None:
    other = with_prompt(lane("fraud"), Prompt("fraud-9", "Be brief."))
    assert other.prompt is not None
    assert other.prompt.name == "fraud-9"
    assert lane("fraud").prompt is not None
    assert lane("fraud").prompt.name != "fraud-9"  # type: ignore[union-attr]
    assert other.outcomes is lane("fraud").outcomes
