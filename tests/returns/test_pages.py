"""The pages at the desk: taking a return in, its page, what is done with the goods, and the panel of its case."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.cases.models import Case
from returns.models import Photo, ReturnRequest
from tests.returns.shop import asked_for, delivered_order, wanted
from tests.returns.test_settling import approved

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, reviewer: User) -> Client:
    client.force_login(reviewer)
    return client


def test_a_colleague_takes_a_return_in_and_sees_it_on_the_order(desk: Client, store: Any) -> None:
    order = delivered_order(store)
    form = desk.get(reverse("return_new", args=[order.pk])).content.decode()
    assert "Thing 0" in form
    answer = desk.post(
        reverse("return_new", args=[order.pk]),
        {"units_1": "1", "reason_1": "UNWANTED", "words_1": "<script>alert(1)</script>", "wish": "refund"},
    )
    made = ReturnRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, reverse("return", args=[made.pk]))
    assert (made.source, made.identity, made.wish) == ("desk", "staff", "refund")
    page = desk.get(reverse("return", args=[made.pk])).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert made.number in desk.get(reverse("order", args=[order.pk])).content.decode()
    assert "Nothing can come back" in desk.get(reverse("return_new", args=[order.pk])).content.decode()


def test_goods_come_back_and_are_paid_on_the_page(desk: Client, store: Any) -> None:
    made = approved(asked_for(delivered_order(store)))
    row = made.lines.get()
    for verb, form in (
        ("receive", {f"units_{row.pk}": "1"}),
        ("inspect", {f"grade_{row.pk}": "a", f"finding_{row.pk}": "As new"}),
        ("settle", {}),
        ("restock", {}),
    ):
        assert desk.post(reverse("return_act", args=[made.pk, verb]), form).status_code == 303, verb
    made.refresh_from_db()
    assert made.state == "settled"
    page = desk.get(reverse("return", args=[made.pk])).content.decode()
    assert "Refund money" in page
    assert "1 on sale again" in page
    assert desk.post(reverse("return_act", args=[made.pk, "settle"])).status_code == 409
    assert desk.post(reverse("return_act", args=[made.pk, "fly"])).status_code == 404


def test_the_case_shows_twelve_checks_alternatives_and_evidence(desk: Client, store: Any, work: Any) -> None:
    made = asked_for(delivered_order(store), wanted(words="Too <b>tight</b>."))
    work()
    case = Case.objects.get(lane="returns", subject=made.pk)
    page = desk.get(reverse("case", args=[case.pk])).content.decode()
    for said in ("Twelve checks", "Return window", "Signs of abuse", "What else could be done", "Evidence", "Too &lt;b&gt;tight"):
        assert said in page, said
    assert made.number in desk.get(reverse("queue", args=["returns"])).content.decode()


def test_a_photo_is_seen_by_who_sees_the_order(desk: Client, store: Any, picture: Any, make_person: Any, other_store: Any) -> None:
    asked_for(delivered_order(store), wanted(photos=[picture()]))
    url = reverse("return_photo", args=[Photo.objects.get().pk])
    answer = desk.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer.content.startswith(b"\xff\xd8")
    stranger = Client()
    stranger.force_login(make_person(None))
    assert stranger.get(url).status_code in {403, 404}


def test_photos_and_words_are_added_at_the_desk_and_seen_on_both_pages(desk: Client, store: Any, picture: Any, work: Any) -> None:
    order = delivered_order(store)
    url = reverse("return_new", args=[order.pk])
    sent = SimpleUploadedFile(*picture(), content_type="image/jpeg")
    assert desk.post(url, {"units_1": "1", "reason_1": "DEFECTIVE", "photos_1": [sent]}).status_code == 303
    made = ReturnRequest.objects.get()
    row = made.lines.get()
    act = reverse("return_act", args=[made.pk, "evidence"])
    sent = SimpleUploadedFile(*picture("blue"), content_type="image/jpeg")
    assert desk.post(act, {f"photos_{row.pk}": [sent], f"words_{row.pk}": "It hums."}).status_code == 303
    assert desk.post(act, {}).status_code == 422
    work()
    case = Case.objects.get(lane="returns", subject=made.pk)
    for page in (reverse("return", args=[made.pk]), reverse("case", args=[case.pk])):
        text = desk.get(page).content.decode()
        assert text.count('<img src="/returns/photos/') == 2, page


def test_a_parcel_is_marked_as_sent_once(desk: Client, store: Any) -> None:
    made = approved(asked_for(delivered_order(store)))
    url = reverse("return_act", args=[made.pk, "sent"])
    assert "Mark as sent" in desk.get(reverse("return", args=[made.pk])).content.decode()
    assert desk.post(url, {"carrier": "Post", "number": "RR77"}).status_code == 303
    made.refresh_from_db()
    assert (made.state, made.carrier, made.tracking_number) == ("in_transit", "Post", "RR77")
    page = desk.get(reverse("return", args=[made.pk])).content.decode()
    assert "RR77" in page
    assert "Mark as sent" not in page
    assert desk.post(url, {}).status_code == 409
