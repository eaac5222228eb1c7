"""The pages of acts: what can be done, what would happen, and one effect with all that was said."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.effects import jobs
from ordersops.effects.connectors import CONNECTORS
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import Effect
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.effects.shop import Shop, open_shop
from tests.factories import LineFactory, OrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setitem(CONNECTORS, "generic", "tests.effects.shop.Loopback")
    with open_shop() as found:
        store.api_url, store.api_key = found.address, "shpat_nobody-sees-this"
        store.save()
        yield found


@pytest.fixture
def order(store: Store) -> Order:
    found: Order = OrderFactory(store=store, captured=120, payment="paid", risk="clear", lines=0)
    LineFactory(order=found, external_id="line", ordered=2, title="<b>A lamp</b>")
    return found


def test_from_the_order_to_the_settled_act(order: Order, shop: Shop, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    form = reverse("effect_ask", args=[order.pk, "order.tag"])
    assert form in client.get(reverse("order", args=[order.pk])).content.decode()
    said = {"a.add": "vip, <i>late</i>", "why": "The customer wrote", "once": client.get(form).context["once"]}
    dry = client.post(reverse("effect_ask_preview", args=[order.pk, "order.tag"]), said)
    text = dry.content.decode()
    assert dry.context["preview"].differs == {"Tags": ("none", "vip, <i>late</i>")}
    assert "<i>late" not in text
    assert "never-shown" not in text
    assert (shop.writes, Effect.objects.count()) == ([], 0), "a dry run writes nothing"
    assert client.post(reverse("effect_ask_confirm", args=[order.pk, "order.tag"]), said).status_code == 303
    assert client.post(reverse("effect_ask_confirm", args=[order.pk, "order.tag"]), said).status_code == 409
    effect = Effect.objects.get()
    assert effect.arguments == {"add": ["vip", "<i>late</i>"], "remove": []}
    Effect.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    jobs.send()
    page = client.get(reverse("effect", args=[effect.pk])).content.decode()
    for word in ("Seen in the store", "POST", "The customer wrote", "answered 200"):
        assert word in page
    assert "nobody-sees-this" not in page
    assert "leaked-by-the-store" not in page


def test_why_an_act_cannot_be_asked_for(order: Order, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    Order.objects.filter(pk=order.pk).update(fulfilment="shipped")
    text = client.get(reverse("order", args=[order.pk])).content.decode()
    assert "It has left the house." in text
    assert reverse("effect_ask", args=[order.pk, "order.cancel"]) not in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_and_says_what_is_wrong(kind: str, order: Order, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    page = client.get(reverse("effect_ask", args=[order.pk, kind]))
    assert page.status_code == 200
    assert "<b>A lamp" not in page.content.decode()
    answer = client.post(reverse("effect_ask_preview", args=[order.pk, kind]), {"a.amount": "much"})
    assert answer.status_code in {200, 422}
    assert ("error" in answer.context) == (answer.status_code == 422)


def test_a_refund_of_lines(order: Order, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    said = {"a.amount": "12.50", "a.currency": "USD", "a.lines.line": "1", "why": "It arrived broken"}
    client.post(reverse("effect_ask_confirm", args=[order.pk, "refund.create"]), said)
    effect = Effect.objects.get()
    assert (effect.arguments["lines"], str(effect.amount)) == ([{"external_id": "line", "quantity": 1, "restock": "none"}], "12.50")


def test_the_second_person_approves_on_the_page(order: Order, supervisor: User, make_person: Any, store: Store, client: Client) -> None:
    Order.objects.filter(pk=order.pk).update(captured=900, total=900)
    client.force_login(supervisor)
    client.post(
        reverse("effect_ask_confirm", args=[order.pk, "refund.create"]), {"a.amount": "900", "a.currency": "USD", "why": "It never arrived"}
    )
    effect = Effect.objects.get()
    url, approve = reverse("effect", args=[effect.pk]), reverse("effect_approve", args=[effect.pk])
    own = client.get(url).content.decode()
    assert approve not in own, "never the person who asked"
    assert "You asked for it, so somebody else has to look at it." in own
    client.force_login(make_person("supervisor", store))
    others = client.get(url).content.decode()
    assert approve in others
    assert "You may be the second person." in others
    assert client.post(approve).status_code == 303
    effect.refresh_from_db()
    assert effect.state == "planned"


def test_only_what_the_rules_allow_is_offered(order: Order, supervisor: User, client: Client) -> None:
    client.force_login(supervisor)
    page = client.get(reverse("order", args=[order.pk])).content.decode()
    offered = {kind for kind in KINDS if reverse("effect_ask", args=[order.pk, kind]) in page}
    assert "fulfilment.split" in offered
    assert not {"return.approve", "return.decline", "return.process"} & offered
    assert "Nothing of it has shipped, so nothing can come back." in page
    order.lines.update(ordered=1)
    page = client.get(reverse("order", args=[order.pk])).content.decode()
    assert reverse("effect_ask", args=[order.pk, "fulfilment.split"]) not in page
    assert "there is nothing to split" in page


def test_a_dry_run_of_a_callback_shows_what_would_be_posted(order: Order, supervisor: User, client: Client) -> None:
    Store.objects.filter(pk=order.store_id).update(callback_url="http://127.0.0.1:1/callback")
    client.force_login(supervisor)
    said = {"a.add": "vip", "why": "The customer wrote", "once": "one"}
    dry = client.post(reverse("effect_ask_preview", args=[order.pk, "order.tag"]), said)
    assert (dry.status_code, dry.context["preview"].why) == (200, "")
    assert "order.tag" in dry.content.decode()
