"""Where messages come in: the web form, the e-mail webhook, the interface for machines. None of them tells a stranger anything."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from inquiries import doors
from inquiries.machines import by_machine, fresh
from inquiries.models import Conversation, IdentityCode, Message

pytestmark = pytest.mark.django_db
FORM = {"name": "Ada", "email": "ada@customer.example", "order_number": "1042", "text": "Where is my order?", "website": ""}
MAIL = {
    "id": "m1",
    "from": {"email": "ada@customer.example", "name": "Ada"},
    "subject": "Order 1042",
    "text": "Where is it?",
    "headers": {},
}


def post_mail(client: Client, store: Any, mail: dict[str, Any], secret: str = "") -> Any:
    body, now = json.dumps(mail), timezone.now()
    headers = {
        "webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret or store.webhook_secret).sign("msg_1", now, body),
    }  # fmt: skip
    return client.post(reverse("mail", args=[store.endpoint_id]), body, content_type="application/json", headers=headers)


def test_the_form_takes_a_message_and_says_the_same_to_everybody(client: Client, store: Any, order: Any, mailoutbox: Any) -> None:
    url = reverse("contact", args=[store.endpoint_id])
    known, unknown = client.post(url, FORM), client.post(url, {**FORM, "order_number": "9999", "email": "eve@else.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.content.split(b"</head>")[1] == unknown.content.split(b"</head>")[1]
    assert {one.order for one in Conversation.objects.all()} == {order, None}
    (code,) = mailoutbox  # to the order's address, for what was found by its number
    assert code.to == [order.email]


def test_a_machine_at_the_form_is_thanked_and_not_heard(client: Client, store: Any) -> None:
    assert client.post(reverse("contact", args=[store.endpoint_id]), {**FORM, "website": "x"}).status_code == 200
    assert not Message.objects.exists()


def test_the_form_is_throttled(client: Client, store: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(doors, "FORM_AN_HOUR", 2)
    url = reverse("contact", args=[store.endpoint_id])
    assert [client.post(url, FORM).status_code for _ in range(3)] == [200, 200, 429]
    assert Message.objects.count() == 2


def test_an_unknown_form_is_not_found(client: Client) -> None:
    assert client.get(reverse("contact", args=[uuid4()])).status_code == 404


def test_a_mail_is_taken_once(client: Client, store: Any, order: Any) -> None:
    assert [post_mail(client, store, MAIL).status_code for _ in range(2)] == [200, 200]
    message = Message.objects.get()
    assert (message.channel, message.conversation.order, message.subject) == ("email", order, "Order 1042")
    assert IdentityCode.objects.count() == 1


@pytest.mark.parametrize(
    ("mail", "status"),
    [({}, 400), ({"from": {"email": "x"}, "text": "y"}, 400), ({**MAIL, "text": ""}, 400), ({**MAIL, "text": "x" * 300_000}, 413)],
)
def test_what_cannot_be_read_is_refused(client: Client, store: Any, mail: dict[str, Any], status: int) -> None:
    assert post_mail(client, store, mail).status_code == status
    assert not Message.objects.exists()


def test_an_unsigned_mail_is_refused(client: Client, store: Any) -> None:
    assert post_mail(client, store, MAIL, secret="whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LTAwMDA=").status_code == 401
    assert client.post(reverse("mail", args=[uuid4()]), b"{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    ("headers", "sender", "subject", "machine"),
    [
        ({}, "ada@customer.example", "Hello", False),
        ({"auto-submitted": "no"}, "ada@customer.example", "Hello", False),
        ({"auto-submitted": "auto-replied"}, "ada@customer.example", "", True),
        ({"list-id": "<news.example>"}, "ada@customer.example", "", True),
        ({"precedence": "bulk"}, "ada@customer.example", "", True),
        ({"return-path": "<>"}, "ada@customer.example", "", True),
        ({"x-autoreply": "yes"}, "ada@customer.example", "", True),
        ({}, "mailer-daemon@mail.example", "", True),
        ({}, "no-reply@shop.example", "", True),
        ({}, "ada@customer.example", "Abwesenheitsnotiz: im Urlaub", True),
        ({}, "ada@customer.example", "Automatic reply: away", True),
    ],
)
def test_machines_are_recognised(headers: dict[str, str], sender: str, subject: str, machine: bool) -> None:
    assert by_machine(headers, sender=sender, subject=subject) is machine


@pytest.mark.parametrize(
    ("body", "new"),
    [
        ("Where is it?\n\nOn Mon, 16 Nov 2026 Nordlicht wrote:\n> Your order 9", "Where is it?\n\n"),
        ("Wo ist sie?\n\nAm 16.11.2026 um 10:00 schrieb Nordlicht:\n> Ihre", "Wo ist sie?\n\n"),
        ("Thanks\n-- \nAda, order 77", "Thanks\n"),
        ("> only quoted", "> only quoted"),
    ],
)
def test_what_is_quoted_is_not_said(body: str, new: str) -> None:
    assert fresh(body) == new
