"""A message of which no order is known has no case, and is not forgotten: it stands on the control tower."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inquiries.models import Conversation
from ordersops.accounts.roles import Role
from ordersops.stores.models import Store
from tests.people import MakePerson

pytestmark = pytest.mark.django_db


def test_a_message_without_an_order_stands_on_the_tower(store: Store, make_person: MakePerson, client: Client) -> None:
    row = Conversation.objects.create(store=store, sender_email="ada@customer.example", last_at=timezone.now())
    address = reverse("inquiry", args=[row.pk])
    client.force_login(make_person(Role.SUPERVISOR, store))
    for asked, there in (("", True), ("?source=inquiries", True), ("?source=fraud", False)):
        assert (address in client.get(reverse("tower") + asked).content.decode()) is there, asked
    assert client.get(address).status_code == 200, "a conversation in which nothing was written yet"
    Conversation.objects.update(state="answered")
    assert address not in client.get(reverse("tower")).content.decode()
