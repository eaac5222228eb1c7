"""The twelve checks, by the table of worked cases and by what holds for all of them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ordersops.errors import Invalid
from ordersops.wording import leaks
from returns.eligibility import CHECKS, judge
from returns.eligibility.abuse import signs
from returns.eligibility.outcome import OUTCOMES
from returns.grounds import ENTRIES, GROUNDS, read
from returns.policy import DEFAULTS, Settings, settings_of
from tests.returns.worked_cases import PLAIN, PLAIN_LINE, WORKED, Worked, ago


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case.name)
def test_a_worked_case(case: Worked):
    (line,) = judge(case.request(), case.policy()).lines
    check, result, *code = case.decides.split()
    row = line.row(check)
    assert (row.result, row.code) == (result, code[0] if code else row.code), row.reason
    assert line.advised.outcome == case.outcome, line.advised.drove
    if case.leaning:
        assert line.advised.leaning == case.leaning
    assert line.advised.outcome in OUTCOMES


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case.name)
def test_every_line_has_twelve_rows_with_policy_inputs_result_and_reason(case: Worked):
    (line,) = judge(case.request(), case.policy(), policy="v7").lines
    assert [row.check for row in line.rows] == [key for key, _ in CHECKS]
    assert all(row.policy == "v7" and row.reason for row in line.rows)
    denied = [row.number for row in line.rows if row.result == "denied"]
    assert len(denied) <= 1
    after = [row for row in line.rows if denied and row.number > denied[0]]
    assert all(row.result == "not_reached" for row in after)
    assert (line.advised.outcome == "DECLINE") == bool(denied)
    assert all(not isinstance(value, Decimal | frozenset) for row in line.rows for value in row.inputs.values())


def test_there_are_forty_cases_at_least_and_each_check_decides_some():
    assert len({case.name for case in WORKED}) == len(WORKED) >= 40
    assert {case.decides.split()[0] for case in WORKED} == {key for key, _ in CHECKS}


def test_only_a_small_plain_first_return_of_a_verified_customer_is_automatic():
    small = replace(PLAIN, lines=(replace(PLAIN_LINE, price=Decimal("45.00")),))
    assert judge(small).automatic
    for different in (
        replace(small, identity="none"),
        replace(small, identity="staff"),
        replace(small, method_refundable=None),
        replace(small, earlier_requests=1),
        replace(small, currency="BRL"),
        replace(small, lines=(replace(PLAIN_LINE, price=None),)),
        replace(small, lines=(replace(PLAIN_LINE, price=Decimal("50.01")),)),
        replace(small, lines=(replace(small.lines[0], reason="STYLE"),)),
        replace(small, customer=replace(small.customer, disputes=1)),
    ):
        assert judge(different).by_hand, different
    assert judge(small, spent_today=Decimal("460.00")).by_hand == ("What may be refunded today without a person is used up.",)


def test_the_rule_that_gives_way_is_named():
    case = next(case for case in WORKED if case.name == "the product's window goes before the customer's")
    (line,) = judge(case.request(), case.policy()).lines
    assert line.row("window").inputs["shadowed"] == ["60 days for vip"]
    case = next(case for case in WORKED if case.name == "allowed beats blocked")
    (line,) = judge(case.request(), case.policy()).lines
    assert line.row("lists").inputs["shadowed"] == ["product type earrings"]


def test_alternatives_say_what_they_cost_the_cheapest_first():
    (line,) = judge(PLAIN).lines
    assert line.advised.cost is not None
    assert line.advised.cost.amount == Decimal("42.00")
    costs = [one.amount for one in line.advised.alternatives]
    assert costs == sorted(costs)
    assert line.advised.outcome not in {one.outcome for one in line.advised.alternatives}
    assert all(one.amount == sum((amount for _, amount in one.parts), Decimal(0)) for one in line.advised.alternatives)


def test_our_fault_frees_of_the_fee_and_gives_the_shipping_back():
    settings = DEFAULTS.model_copy(update={"handling_fee": {"EUR": Decimal("4.00")}})
    (plain,) = judge(PLAIN, settings).lines
    assert plain.advised.terms.fee == Decimal("4.00")
    assert not plain.advised.terms.refund_shipping
    broken = replace(PLAIN, lines=(replace(PLAIN_LINE, reason="DEFECTIVE", photos=1),), wish="refund")
    (line,) = judge(broken, settings).lines
    assert line.advised.terms.fee == 0
    assert line.advised.terms.refund_shipping
    assert line.advised.terms.inspect


def test_a_withdrawal_of_the_whole_order_gives_its_shipping_back_within_14_days():
    early = replace(PLAIN, whole_order=True, lines=(replace(PLAIN_LINE, delivered_at=ago(9)),))
    (line,) = judge(early).lines
    assert line.advised.terms.refund_shipping
    assert line.advised.terms.refund_within_days == 14


def test_the_checklist_names_what_is_missing():
    bare = replace(PLAIN, lines=(replace(PLAIN_LINE, delivered_at=None, condition="", reason="DEFECTIVE"),))
    (line,) = judge(bare).lines
    assert {item.key for item in line.evidence if item.missing} == {"delivery_date", "condition", "photos"}
    assert len(line.evidence) == 10


def test_missing_facts_are_never_held_against_anybody():
    assert signs(replace(PLAIN, customer=replace(PLAIN.customer, orders=None, disputes=None)), DEFAULTS) == []


def test_what_customers_choose_from_leaks_nothing():
    assert not any(leaks(ground.label) for ground in ENTRIES)


@pytest.mark.parametrize(
    ("word", "key"),
    [("SIZE_TOO_SMALL", "SIZE_TOO_SMALL"), ("size-too-large", "SIZE_TOO_LARGE"), ("Damaged", "DAMAGED_IN_TRANSIT"), ("changed mind", "UNWANTED"),
     ("UNKNOWN", "OTHER"), ("defective", "DEFECTIVE"), ("a-handle-of-their-own", "OTHER"), ("", "OTHER")],
)  # fmt: skip
def test_a_stores_word_is_read(word: str, key: str):
    assert read(word) == key
    assert key in GROUNDS


def test_every_shopify_reason_has_ours():
    for word in ("COLOR", "DEFECTIVE", "NOT_AS_DESCRIBED", "SIZE_TOO_LARGE", "SIZE_TOO_SMALL", "STYLE", "UNWANTED", "WRONG_ITEM"):
        assert GROUNDS[read(word)].shopify == word


def test_a_policy_overrules_field_by_field_and_a_wrong_one_is_refused():
    assert settings_of(None) is DEFAULTS
    assert settings_of({"window_days": 60}) == Settings(window_days=60)
    with pytest.raises(Invalid, match="window_days"):
        settings_of({"window_days": "soon"})
    with pytest.raises(Invalid, match="windows_days"):
        settings_of({"windows_days": 60})
