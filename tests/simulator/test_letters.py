"""What customers write: e-mails signed with the shop's secret, the web form as a browser fills it in, and the mailboxes that take replies."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs

import pytest
from standardwebhooks import Webhook

from ordersops.simulator.letters import signing_secret, token_in
from ordersops.simulator.stories import TALES

from .conftest import Receiver, Running, wait_until

QUESTIONS = [name for name, tale in TALES.items() if tale.play.__module__.endswith("questions")]


@pytest.fixture
def written(run: Callable[..., Running], receiver: Receiver) -> Callable[..., Running]:
    """A store whose shops have a mail address and a web form, and whose customers have mailboxes."""

    def start(**changes: Any) -> Running:
        running = run(**changes, mail_port=0)
        for shop in running.store.config.shops:
            shop.mail, shop.contact = f"{receiver.address}/mail/{shop.index}", f"{receiver.address}/contact/{shop.index}"
        return running

    return start


def letters(receiver: Receiver) -> list[Any]:
    return [one for one in receiver.received if one.path.startswith(("/mail/", "/contact/"))]


def test_at_least_eight_stories_write() -> None:
    assert len(QUESTIONS) >= 8


@pytest.mark.parametrize("shop", [0, 1, 2], ids=["shopify", "generic", "woocommerce"])
def test_every_question_is_written_and_signed(shop: int, written: Callable[..., Running], receiver: Receiver) -> None:
    receiver.answers = [200] * 1000  # the receiver of the webhooks knows no mail
    running = written()
    for story in QUESTIONS:
        running.send(story, shop=shop)
    running.settle(60)
    found = letters(receiver)
    assert len(found) == len(QUESTIONS), "each of them writes once, as nobody answers"
    for one in found:
        if one.path.startswith("/contact/"):
            typed = parse_qs(one.body.decode())
            assert typed["text"][0]
            assert "@" in typed["email"][0]
        else:
            Webhook(signing_secret(running.store.config.shops[shop])).verify(one.body, one.headers, json_parse=False)
            assert one.document["text"]
            assert "@" in one.document["from"]["email"]


def test_a_machine_is_known_by_its_headers(written: Callable[..., Running], receiver: Receiver) -> None:
    receiver.answers = [200] * 100
    running = written()
    running.send("is_away", shop=1)
    running.settle()
    (mail,) = letters(receiver)
    assert mail.document["headers"]["Auto-Submitted"] == "auto-replied"


def test_a_shop_without_addresses_gets_no_mail(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send("asks_where_it_is", shop=1)
    running.settle()
    assert not letters(receiver)


def test_mail_to_a_customer_lies_in_the_mailbox_once_and_on_the_page(written: Callable[..., Running]) -> None:
    import requests

    running = written()
    host, port = running.store.mailboxes.server_address
    for _ in range(2):  # the same mail twice
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = (
            "care@shop.example",
            "ada@customer.example",
            "Größe <b>",
            "<1@shop.example>",
        )
        mail.set_content("Hallo,\n.ein Punkt am Anfang, und <script>alert(1)</script>")
        with smtplib.SMTP(host, port, timeout=120) as server:
            server.send_message(mail)
    wait_until(lambda: running.state()["letters"])
    (letter,) = running.state()["letters"]
    assert (letter["to"], letter["subject"]) == ("ada@customer.example", "Größe <b>")
    assert "\n.ein Punkt" in letter["text"]
    page = requests.get(running.address, timeout=120).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_somebody_reads_the_code_in_the_mailbox_and_sends_it_back(written: Callable[..., Running], receiver: Receiver) -> None:
    receiver.answers = [200] * 100
    running = written(tempo=0.02)
    running.send("proves_by_code", shop=1)
    wait_until(lambda: letters(receiver))
    (order,) = running.store.record.orders
    host, port = running.store.mailboxes.server_address
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "care@shop.example", order.person.email, "Your code"
    mail.set_content("Your code is K7QF-2XPM.")
    with smtplib.SMTP(host, port, timeout=120) as server:
        server.send_message(mail)
    running.settle()
    first, second = (one.document for one in letters(receiver))
    assert "K7QF-2XPM" in second["text"]
    assert second["thread"] == first["thread"] != ""


def test_the_forms_token_is_read_from_its_page() -> None:
    assert token_in('<input type="hidden" name="csrfmiddlewaretoken" value="abc">') == "abc"
    assert token_in("<p>gone</p>") == ""
