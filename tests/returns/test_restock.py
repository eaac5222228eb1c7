"""What becomes of goods that are back."""

import pytest

from returns.eligibility.restock import GRADES, decide


@pytest.mark.parametrize(
    ("grade", "kind", "disposition", "shopify"),
    [
        ("unopened", {}, "restock", "RESTOCKED"),
        ("unopened", {"hygiene": True}, "restock", "RESTOCKED"),
        ("a", {}, "restock", "RESTOCKED"),
        ("a", {"restock_opened": False}, "refurbish", "PROCESSING_REQUIRED"),
        ("a", {"hygiene": True}, "write_off", "NOT_RESTOCKED"),
        ("b", {}, "refurbish", "PROCESSING_REQUIRED"),
        ("damaged", {}, "write_off", "NOT_RESTOCKED"),
        ("unopened", {"perishable": True}, "write_off", "NOT_RESTOCKED"),
        ("missing", {"perishable": True}, "missing", "MISSING"),
    ],
)
def test_the_restock_decision(grade, kind, disposition, shopify):
    found = decide(grade, **kind)
    assert (found.disposition, found.shopify) == (disposition, shopify)
    assert found.reason


def test_every_grade_is_decided():
    assert all(decide(grade).reason for grade, _ in GRADES)
