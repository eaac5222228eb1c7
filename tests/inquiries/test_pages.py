"""What the desk shows of messages; the customer's words are shown and never followed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inquiries.models import Conversation, Message, Posting
from ordersops.accounts.roles import Role

pytestmark = pytest.mark.django_db
HOSTILE = "Where <i>is</i> it? <script>alert(1)</script>{{ 7|add:7 }}"
REPLY = {"subject": "Your message", "text": "Which product do you mean?"}


@pytest.fixture
def stranger(write: Any, order: Any) -> Conversation:
    """Somebody whose order nobody knows."""
    return write(HOSTILE, sender_email="x@else.example", sender_name="<b>Eve</b>", proved=False).conversation


@pytest.fixture
def page(client: Client, agent: Any) -> Any:
    """The agent's browser: the text of a page."""
    client.force_login(agent)

    def read(name: str, *args: Any, **query: Any) -> str:
        answer = client.get(reverse(name, args=args), query)
        assert answer.status_code == 200
        return answer.content.decode()

    return read


# --- A case -----------------------------------------------------------------------------------------------------------
def test_the_panel_shows_what_was_recognised_where(page: Any, asked: Any, order: Any) -> None:
    text = page("case", asked("Where is my order 1042? <b>Now</b>, says my lawyer").pk)
    assert '<mark class="said-named" title="order number">1042' in text
    assert '<mark class="said-heard"' in text
    assert "&lt;b&gt;Now&lt;/b&gt;" in text
    assert "is being prepared" in text


def test_the_steps_of_the_page_hold_the_words_that_leave(page: Any, asked: Any, order: Any) -> None:
    text = page("case", asked("Where is my order 1042?").pk)
    approving, overriding = text.split('id="dialog-approve"')[1].split('id="dialog-override"')
    assert 'name="terms-answer-text"' in approving
    assert "is being prepared" in approving
    assert 'name="terms-reply-text"' in overriding
    assert 'name="terms-answer-text"' not in overriding


# --- The list ---------------------------------------------------------------------------------------------------------
def test_what_has_no_order_waits_on_the_list(page: Any, stranger: Conversation, asked: Any) -> None:
    asked("Where is my order 1042?")
    text = page("inquiries")
    assert "Where &lt;i&gt;is&lt;/i&gt; it?" in text
    assert "<script>alert" not in text
    assert "1042" not in text


def test_the_list_shows_what_is_asked_for(page: Any, stranger: Conversation, asked: Any) -> None:
    asked("Where is my order 1042?")
    assert "1042" in page("inquiries", show="open")
    assert "Nothing fits" in page("inquiries", show="answered")
    assert reverse("inquiry", args=[stranger.pk]) in page("inquiries", show="all")
    assert reverse("inquiry", args=[stranger.pk]) in page("inquiries", show="no such thing")


def test_the_list_goes_on_by_cursor_and_costs_the_same(client: Client, agent: Any, write: Any, django_assert_max_num_queries: Any) -> None:
    client.force_login(agent)
    for number in range(53):
        write(f"Hello, message {number}", sender_email=f"n{number}@else.example", proved=False)
    with django_assert_max_num_queries(40):
        first = client.get(reverse("inquiries"))
    assert first.content.count(b'class="row-link"') == 50
    more = client.get(reverse("inquiries"), {"cursor": first.context["next_cursor"]})
    assert more.content.count(b'class="row-link"') == 3


def test_other_stores_are_not_listed(client: Client, stranger: Conversation, make_store: Any, make_person: Any) -> None:
    client.force_login(make_person(Role.SUPPORT_AGENT, make_store()))
    assert "Where" not in client.get(reverse("inquiries")).content.decode().split("<main")[1]


# --- One conversation -------------------------------------------------------------------------------------------------
def test_a_conversation_shows_who_wrote_what_and_a_draft(page: Any, stranger: Conversation) -> None:
    text = page("inquiry", stranger.pk)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "&lt;b&gt;Eve&lt;/b&gt;" in text
    assert "x@else.example" in text
    assert "{{ 7|add:7 }}" in text
    assert "Send the reply" in text


def test_it_proposes_the_orders_of_the_address(page: Any, write: Any, make_order: Any) -> None:
    for number in ("#1042", "#1043"):
        make_order(number=number)
    text = page("inquiry", write("Where is my parcel?").conversation.pk)
    assert 'value="#1042"' in text
    assert 'value="#1043"' in text


def test_an_order_that_came_after_its_message_is_proposed(page: Any, write: Any, make_order: Any) -> None:
    conversation = write("Where is order 2077?", sender_email="x@else.example", proved=False).conversation
    assert 'value="#2077"' not in page("inquiry", conversation.pk)
    make_order(number="#2077")
    assert 'value="#2077"' in page("inquiry", conversation.pk)


def test_a_reply_is_written_and_can_be_taken_back(client: Client, page: Any, stranger: Conversation) -> None:
    assert client.post(reverse("inquiry_reply", args=[stranger.pk]), REPLY).status_code == 303
    text = page("inquiry", stranger.pk)
    assert "Leaves soon" in text
    assert "Send the reply" not in text
    reply = Message.objects.get(outgoing=True)
    assert client.post(reverse("inquiry_take_back", args=[reply.pk])).status_code == 303
    assert not Posting.objects.exists()


def test_a_refused_reply_keeps_its_words_and_says_why(client: Client, agent: Any, stranger: Conversation) -> None:
    client.force_login(agent)
    answer = client.post(reverse("inquiry_reply", args=[stranger.pk]), {**REPLY, "text": "It comes in 14 boxes <b>"})
    assert answer.status_code == 422
    assert "It comes in 14 boxes &lt;b&gt;" in answer.content.decode()
    assert "no fact carries" in answer.content.decode()


def test_the_order_is_linked_and_the_case_follows(client: Client, page: Any, stranger: Conversation, order: Any) -> None:
    assert client.post(reverse("inquiry_link", args=[stranger.pk]), {"number": "1042"}).status_code == 303
    stranger.refresh_from_db()
    assert stranger.order == order
    text = page("inquiry", stranger.pk)
    assert "Send the reply" not in text
    assert client.post(reverse("inquiry_reply", args=[stranger.pk]), REPLY).status_code == 422 or not Posting.objects.exists()


def test_no_such_order_and_closing(client: Client, agent: Any, stranger: Conversation) -> None:
    client.force_login(agent)
    assert client.post(reverse("inquiry_link", args=[stranger.pk]), {"number": "nope"}).status_code == 422
    assert client.post(reverse("inquiry_close", args=[stranger.pk])).status_code == 303
    assert client.post(reverse("inquiry_close", args=[stranger.pk])).status_code == 409


@pytest.mark.parametrize("name", ["inquiry_reply", "inquiry_link", "inquiry_close"])
def test_an_auditor_reads_and_does_nothing(client: Client, stranger: Conversation, store: Any, make_person: Any, name: str) -> None:
    client.force_login(make_person(Role.AUDITOR, store))
    text = client.get(reverse("inquiry", args=[stranger.pk])).content.decode()
    assert "Where" in text
    assert "<form" not in text.split("<main")[1].split("</main>")[0]
    assert client.post(reverse(name, args=[stranger.pk]), {**REPLY, "number": "1042"}).status_code == 403
    stranger.refresh_from_db()
    assert (stranger.state, stranger.order) == ("open", None)


@pytest.mark.parametrize("name", ["inquiry", "inquiry_reply", "inquiry_link", "inquiry_close", "inquiry_know"])
def test_outside_ones_stores_nothing_is_found(client: Client, stranger: Conversation, make_store: Any, make_person: Any, name: str) -> None:
    client.force_login(make_person(Role.SUPERVISOR, make_store()))
    url = reverse(name, args=[stranger.pk])
    assert (client.get(url) if name == "inquiry" else client.post(url, {**REPLY, "number": "1042"})).status_code == 404


def test_who_sees_just_orders_reads_no_messages(client: Client, stranger: Conversation, store: Any, order_clerk: Any) -> None:
    client.force_login(order_clerk)
    assert client.get(reverse("inquiries")).status_code == 403
    assert client.get(reverse("inquiry", args=[stranger.pk])).status_code in {403, 404}


# --- The web form -----------------------------------------------------------------------------------------------------
def test_the_form_escapes_what_comes_back(client: Client, store: Any) -> None:
    answer = client.post(reverse("contact", args=[store.endpoint_id]), {"name": "<b>", "email": "<script>", "text": "x"})
    assert answer.status_code == 422
    assert "<script>" not in answer.content.decode().split("<main")[1]
