"""Thresholds of the fraud lane. The version is on every recommendation made under them; a changed number is a new version."""

from datetime import timedelta

from ordersops.cases.lanes import Policy

POLICY = Policy(
    version="fraud-policy-1",
    anomalous_from=30,
    high_from=60,
    decline_from=50,
    review_within={"high": timedelta(hours=1), "anomalous": timedelta(hours=4)},
    attack_orders=5,
    attack_within=timedelta(minutes=60),
)
