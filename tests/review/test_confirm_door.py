"""The page that the link in a letter opens: nothing is used up by looking, one answer counts, and everybody is thanked alike."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ordersops import links
from ordersops.accounts.models import User
from ordersops.audit.models import Event
from ordersops.cases.models import Case
from ordersops.effects.bodies import shown
from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.mail import Mail
from ordersops.effects.models import Effect
from ordersops.orders.models import Order
from ordersops.review import doors
from ordersops.review.actions import withdraw_link
from ordersops.review.models import Confirmation, Result
from ordersops.stores.models import Store
from ordersops.wording import leaks
from tests.review.confirmed import RIGHT, WRONG, ask, case_to_confirm, link, past

pytestmark = pytest.mark.django_db
NO = {"answer": "no"}


@pytest.fixture
def case(store: Store, system: User) -> Case:
    return case_to_confirm(store, system)


@pytest.fixture
def asked(case: Case, fraud_reviewer: User) -> Confirmation:
    return ask(case, fraud_reviewer)


def result(asked: Confirmation) -> str:
    asked.refresh_from_db()
    return asked.result


def made_up(store: Store, token: str) -> str:
    return reverse("confirm", args=[store.endpoint_id, token])


def test_looking_uses_nothing_up(client: Client, asked: Confirmation) -> None:
    path, before = link(asked), Event.objects.count()
    for _ in range(3):
        page = client.get(path)
        assert page.status_code == 200
    assert client.head(path).status_code == 200
    assert (result(asked), Event.objects.count()) == ("", before)
    assert b"Yes, I placed this order" in page.content
    assert client.post(path, RIGHT).status_code == 200
    assert result(asked) == Result.CONFIRMED


def test_it_works_without_cookies_and_for_a_browser_that_names_no_origin(asked: Confirmation) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link(asked), RIGHT, headers={"origin": "null"}).status_code == 200
    assert result(asked) == Result.CONFIRMED


def test_the_page_says_where_nothing_may_go(client: Client, asked: Confirmation) -> None:
    for answer in (client.get(link(asked)), client.post(link(asked), NO), client.get(link(asked))):
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert b"<script" not in answer.content
        assert b"Set-Cookie" not in answer.serialize_headers()


def test_only_what_is_asked_is_on_it(client: Client, case: Case, fraud_reviewer: User) -> None:
    page = client.get(link(ask(case, fraud_reviewer, link=["order"]))).content.decode()
    assert "box-last4" not in page
    assert "box-postcode" not in page


def test_the_page_gives_away_nothing_of_the_order_and_nothing_of_the_judging(client: Client, asked: Confirmation) -> None:
    page = client.get(link(asked)).content.decode()
    assert not [word for word in ("Ada", "High Street", "SW1A", "4242", "M1 1AE", "example") if word in page.split("<main")[1]]
    told = [word for word in leaks(page.split("<main")[1]) if word.casefold() != "whole card number"]  # it says that we never ask for one
    assert told == []


def test_everybody_who_answers_reads_the_same_to_the_byte(
    client: Client, store: Store, other_store: Store, system: User, fraud_reviewer: User
) -> None:
    def fresh() -> Confirmation:
        return ask(case_to_confirm(store, system), fraud_reviewer)

    used, over, withdrawn = fresh(), fresh(), fresh()
    client.post(link(used), RIGHT)
    paths = {"right": (link(fresh()), RIGHT), "wrong": (link(fresh()), WRONG), "denied": (link(fresh()), NO), "used": (link(used), RIGHT)}
    paths |= {"over": (link(over), RIGHT), "withdrawn": (link(withdrawn), RIGHT)}
    past(over)
    withdraw_link(case=withdrawn.case, by=fraud_reviewer)
    paths["unknown"] = (made_up(store, links.token("confirm", uuid4())), RIGHT)
    paths["garbled"] = (made_up(store, "%00-made-up-é"), RIGHT)
    paths["another purpose"] = (made_up(store, links.token("else", used.pk)), RIGHT)
    said = {name: client.post(path, form) for name, (path, form) in paths.items()}
    assert {(answer.status_code, answer.content) for answer in said.values()} == {(200, said["right"].content)}, list(said)
    headers = {
        tuple(sorted((name, value) for name, value in answer.items() if name not in {"X-Request-Id", "Expires"}))
        for answer in said.values()
    }
    assert len(headers) == 1
    voids = ("used", "over", "withdrawn", "unknown", "garbled", "another purpose")
    looked = [client.get(paths[name][0]) for name in voids]
    assert len({(answer.status_code, answer.content) for answer in looked}) == 1
    assert looked[0].status_code == 410


def test_right_and_wrong_ask_the_database_the_same(client: Client, store: Store, system: User, fraud_reviewer: User) -> None:
    asked = [ask(case_to_confirm(store, system), fraud_reviewer) for _ in range(3)]
    client.post(link(asked[0]), RIGHT)  # whatever is loaded once
    done = []
    for one, form in ((asked[1], RIGHT), (asked[2], WRONG)):
        path = link(one)
        with CaptureQueriesContext(connection) as queries:
            client.post(path, form)
        done.append([query["sql"].split('"s1')[0].split("WHERE")[0][:60] for query in queries.captured_queries])
    assert done[0] == done[1]
    assert {result(asked[1]), result(asked[2])} == {Result.CONFIRMED}


def test_a_link_of_one_shop_opens_nothing_in_another(client: Client, asked: Confirmation, other_store: Store) -> None:
    path = link(asked).replace(str(asked.store.endpoint_id), str(other_store.endpoint_id))
    assert client.get(path).status_code == 410
    assert client.post(path, NO).status_code == 200
    assert result(asked) == ""
    assert client.get(made_up(asked.store, "x").replace(str(asked.store.endpoint_id), str(uuid4()))).status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        {}, {"answer": "perhaps"}, {"answer": "yes"}, {**RIGHT, "last4": "424"}, {**RIGHT, "last4": "4242424242424242"},
        {**RIGHT, "last4": "४२४२"}, {**RIGHT, "house": "High Street"}, {**RIGHT, "postcode": ""}, {**RIGHT, "postcode": "<script>" * 9},
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_uses_nothing_up_and_is_not_written_back(
    client: Client, asked: Confirmation, said: dict[str, str]
) -> None:
    page = client.post(link(asked), said)
    assert (page.status_code, result(asked)) == (422, "")
    body = page.content.decode()
    assert not [value for value in said.values() if value not in {"yes", ""} and f'value="{value}"' in body]
    assert "4242424242424242" not in body
    assert "<script" not in body


def test_who_did_not_place_it_types_nothing(client: Client, asked: Confirmation) -> None:
    assert client.post(link(asked), {**NO, "last4": "not a number"}).status_code == 200
    assert result(asked) == Result.DENIED


def test_names_of_shops_and_orders_are_escaped(client: Client, asked: Confirmation) -> None:
    Store.objects.filter(pk=asked.store_id).update(name="<b>Shop</b>")
    Order.objects.filter(pk=asked.order_id).update(number="<i>1</i>")
    page = client.get(link(asked)).content
    assert b"<b>Shop" not in page
    assert b"<i>1" not in page


def test_a_link_that_is_hammered_rests_and_no_other_does(
    client: Client, asked: Confirmation, store: Store, system: User, fraud_reviewer: User, monkeypatch: Any
) -> None:
    other = ask(case_to_confirm(store, system), fraud_reviewer)
    monkeypatch.setattr(doors, "MOST", 2)
    monkeypatch.setattr(doors, "WINDOW", 10**9)
    assert [client.get(link(asked)).status_code for _ in range(3)] == [200, 200, 429]
    assert client.post(link(other), RIGHT).status_code == 200  # from the same address of the network
    assert result(other) == Result.CONFIRMED


def test_another_secret_key_voids_every_link(client: Client, asked: Confirmation, settings: Any) -> None:
    path = link(asked)
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-everybody"
    assert client.get(path).status_code == 410


@pytest.mark.parametrize(
    "change", [lambda said: said[:-1], lambda said: f"{said}A", lambda said: said.swapcase(), lambda said: f"A{said[1:]}"]
)
def test_no_other_spelling_of_a_link_is_one(change: Any) -> None:
    pk = uuid4()
    said = links.token("confirm", pk)
    assert links.read("confirm", said) == pk
    assert change(said) == said or links.read("confirm", change(said)) is None
    last = [f"{said[:-1]}{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    assert [one for one in last if links.read("confirm", one)] == [said]


def test_the_desk_never_sees_the_link(client: Client, asked: Confirmation, fraud_reviewer: User) -> None:
    token = link(asked).rsplit("/", 1)[1]
    effect = Effect.objects.select_related("order", "store").get(pk=asked.effect_id)
    assert token not in shown(Mail().prepare(effect, Seen(False)), effect.store).body
    client.force_login(fraud_reviewer)
    for page in (reverse("case", args=[asked.case_id]), reverse("effect", args=[effect.pk])):
        assert token not in client.get(page).content.decode()
