"""The pages of rollout: what each person sees, and the acts through them, as a browser without scripts sends them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.cases.lanes import lane, lanes
from ordersops.rollout.content import Content, built_in
from ordersops.rollout.forms import PolicyForm, initial_of
from ordersops.rollout.models import PolicyVersion, Step, Switch
from ordersops.stores.models import Store
from tests.rollout.conftest import AUTOMATIC
from tests.rollout.measured import here, measure, stand

pytestmark = pytest.mark.django_db


def text(client: Client, user: User, url: str) -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def filled(store: Store | None, **more: Any) -> dict[str, Any]:
    """The form as the page draws it."""
    first = initial_of(lane("fraud"), built_in(lane("fraud")), "everything", str(store.pk) if store else "", [])
    return {**first, "lane": "fraud", "note": "Small domestic orders are safe.", **more}


def test_an_empty_house_says_so(client: Client, auditor: User) -> None:
    page = text(client, auditor, reverse("rollout"))
    assert "No step yet" in page
    assert "fraud-policy-1 (built in)" in page
    assert "100 more decisions." in page
    for act in ("Propose a policy", "Step down", "Stop automation", "Promote to"):
        assert act not in page


def test_what_is_missing_and_then_the_button(client: Client, supervisor: User, store: Store) -> None:
    measure(store, 38)
    page = text(client, supervisor, reverse("rollout"))
    assert "62 more decisions." in page
    assert "Promote to" not in page
    measure(store, 62)
    assert "Promote to assist" in text(client, supervisor, reverse("rollout"))


def test_promoting_and_stepping_down_by_the_forms(client: Client, supervisor: User, store: Store) -> None:
    measure(store, 100)
    client.force_login(supervisor)
    about = {"lane": "fraud", "scope": "everything", "store": ""}
    assert client.post(reverse("rollout_promote"), {**about, "to": "assist"}).status_code == 303
    assert here().rung == "assist"
    assert client.post(reverse("rollout_demote"), {**about, "to": "off", "because": "A quiet week"}).status_code == 303
    page = text(client, supervisor, reverse("rollout"))
    assert "Shadow → Assist" in page
    assert "Assist → Off" in page
    assert "A quiet week" in page


def test_a_promotion_too_early_is_answered_with_what_is_missing(client: Client, supervisor: User, store: Store) -> None:
    client.force_login(supervisor)
    answer = client.post(reverse("rollout_promote"), {"lane": "fraud", "scope": "everything", "to": "assist"})
    assert answer.status_code == 409
    assert "100 more decisions" in answer.content.decode()


def test_a_fall_shows_where_it_stands_and_how_it_acts(
    client: Client, supervisor: User, store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    in_force(store)
    stand("sampled", here(store))
    Switch.objects.create(lane="fraud", store=store, why="Odd <answers>", by=supervisor)
    page = text(client, supervisor, reverse("rollout"))
    assert "It acts as assist. Stopped by hand: Odd &lt;answers&gt;" in page
    assert "A kill switch stands; it climbs no further until somebody lifts it." in page


def test_the_author_is_told_why_there_is_no_button(client: Client, supervisor: User, second: User, store: Store) -> None:
    client.force_login(supervisor)
    client.post(reverse("policy_write"), filled(store))
    policy = PolicyVersion.objects.get()
    assert "You wrote it; somebody else has to judge it." in text(client, supervisor, reverse("policy", args=[policy.pk]))
    assert "Waits for you" in text(client, second, reverse("rollout"))
    client.post(reverse("policy_approve", args=[policy.pk]), {})
    assert "You wrote this policy; somebody else has to promote." in text(client, supervisor, reverse("rollout"))


def test_a_policy_from_form_to_force(client: Client, supervisor: User, second: User, store: Store) -> None:
    client.force_login(supervisor)
    rule = {"fact_1": "same_country", "op_1": "eq", "value_1": "yes", "fact_2": "total", "op_2": "le", "value_2": "100 usd"}
    answer = client.post(reverse("policy_write"), filled(store, scope="domestic", sampling_share="25", **AUTOMATIC, **rule))
    policy = PolicyVersion.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, reverse("policy", args=[policy.pk]))
    assert policy.rule == [["same_country", "eq", True], ["total", "le", "100 USD"]]
    assert (
        Content.model_validate(policy.content).sampling_share
        == Content.model_validate({**policy.content, "sampling_share": "0.25"}).sampling_share
    )
    page = text(client, second, reverse("policy", args=[policy.pk]))
    for words in (
        "Billing and shipping country are the same: yes, and Order total is at most 100 USD",
        "10 %",
        "25 %",
        "Release the order",
    ):
        assert words in page
    assert client.post(reverse("policy_approve", args=[policy.pk]), {"note": "Agreed."}).status_code == 303
    assert here(store, "domestic").in_force.version == policy.version
    assert "This version is in force" in text(client, second, reverse("policy", args=[policy.pk]))
    # The next version begins with this one.
    form = text(client, supervisor, f"{reverse('policy_new')}?lane=fraud&scope=domestic&store={store.pk}")
    assert 'value="100 USD"' in form
    assert 'value="25"' in form


def test_a_policy_is_sent_back_with_a_reason(client: Client, supervisor: User, second: User, store: Store) -> None:
    client.force_login(supervisor)
    client.post(reverse("policy_write"), filled(store))
    policy = PolicyVersion.objects.get()
    client.force_login(second)
    assert client.post(reverse("policy_send_back", args=[policy.pk]), {"note": ""}).status_code == 422
    assert client.post(reverse("policy_send_back", args=[policy.pk]), {"note": "The cap is far too high."}).status_code == 303
    assert "The cap is far too high." in text(client, supervisor, reverse("policy", args=[policy.pk]))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scope": "Has Spaces"}, "small letters"),
        ({"anomalous_from": "many"}, "Enter a whole number"),
        ({"fact_1": "note", "value_1": "x", "scope": "mine"}, "Select a valid choice"),
        ({"fact_1": "total", "op_1": "le", "value_1": "100", "scope": "mine"}, "with its currency"),
        ({"note": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    wrong: dict[str, str], said: str, client: Client, supervisor: User, store: Store
) -> None:
    client.force_login(supervisor)
    answer = client.post(reverse("policy_write"), filled(store, high_from="77", **wrong))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'value="77"' in page
    assert not PolicyVersion.objects.exists()


def test_another_stores_policy_is_not_there(
    client: Client, supervisor: User, other_store: Store, in_force: Callable[..., PolicyVersion]
) -> None:
    policy = in_force(other_store)
    client.force_login(supervisor)
    for url in (reverse("policy", args=[policy.pk]), f"{reverse('policy_new')}?lane=fraud&store={other_store.pk}"):
        assert client.get(url).status_code == 404
    assert policy.version not in text(client, supervisor, reverse("rollout"))


def test_no_customers_word_is_offered_as_a_condition(supervisor: User) -> None:
    offered = {key for key, _ in PolicyForm(lane("fraud"), [], False).fields["fact_1"].choices}  # type: ignore[attr-defined]
    assert "same_country" in offered
    assert not offered & {key for key, known in lane("fraud").facts.items() if known.trust == "customer"}


def test_stopping_and_lifting_by_the_forms(client: Client, senior_fraud_reviewer: User, store: Store) -> None:
    client.force_login(senior_fraud_reviewer)
    about = {"lane": "fraud", "store": str(store.pk), "effect": "order.release", "why": "Odd answers since noon"}
    assert client.post(reverse("rollout_stop"), about).status_code == 303
    page = text(client, senior_fraud_reviewer, reverse("rollout"))
    assert "Odd answers since noon" in page
    assert client.post(reverse("rollout_allow", args=[Switch.objects.get().pk])).status_code == 303
    assert not Switch.objects.exists()


def test_the_steps_are_paged(client: Client, supervisor: User, store: Store) -> None:
    at = here()
    for number in range(25):
        Step.objects.create(
            lane="fraud", scope="everything", before="assist", after="shadow", policy_version=at.in_force.version, advisor="a",
            because=f"Reason {number:02}.", by=supervisor,
        )  # fmt: skip
    first = text(client, supervisor, reverse("rollout"))
    assert "Reason 24." in first
    assert "Reason 05." in first
    assert "Reason 04." not in first
    cursor = first.partition("cursor=")[2].partition('"')[0]
    second = text(client, supervisor, f"{reverse('rollout')}?cursor={cursor}")
    assert "Reason 04." in second
    assert "Reason 05." not in second


def test_the_page_costs_the_same_whatever_was_measured(
    client: Client, supervisor: User, store: Store, django_assert_max_num_queries: Any
) -> None:
    measure(store, 300)
    client.force_login(supervisor)
    with django_assert_max_num_queries(28 + 4 * len(lanes())):
        client.get(reverse("rollout"))
