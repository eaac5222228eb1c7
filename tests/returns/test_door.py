"""The hosted page: a customer without a login asks for a link, opens it once, asks for a return and sees how far it is."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from PIL import Image

from ordersops.audit.models import Event
from ordersops.cases.models import Case
from ordersops.review.actions import approve
from ordersops.wording import leaks
from returns import actions, doors, knocking, telling
from returns.models import Knock, Photo, ReturnLink, ReturnRequest
from tests.returns.shop import asked_for, delivered_order, wanted
from tests.returns.test_settling import approved

pytestmark = pytest.mark.django_db
EMAIL = "ada@customer.example"


@pytest.fixture
def order(store: Any) -> Any:
    return delivered_order(store, number="#1042", prices=("80.00", "30.00"))


def ask(client: Client, store: Any, number: str = "1042", email: str = EMAIL) -> Any:
    return client.post(reverse("return_ask", args=[store.endpoint_id]), {"number": number, "email": email})


def link(store: Any) -> str:
    """The path of the link in the newest mail."""
    knocking.answer()
    (line,) = [line.strip() for line in mail.outbox[-1].body.splitlines() if "/send-back/" in line]
    return line[line.index("/send-back/") :]


@pytest.fixture
def visiting(client: Client, store: Any, order: Any) -> Client:
    """A browser that has opened its link."""
    ask(client, store)
    assert client.post(link(store)).status_code == 303
    return client


def home(store: Any) -> str:
    return reverse("return_visit", args=[store.endpoint_id])


def chosen(**more: Any) -> dict[str, Any]:
    return {"l1-units": "1", "l1-reason": "SIZE_TOO_SMALL", "l1-words": "", "l2-units": "0", "wish": "refund", **more}


def photo(content: bytes | None = None, name: str = "photo.jpg") -> SimpleUploadedFile:
    if content is None:
        out = io.BytesIO()
        Image.new("RGB", (24, 24), "red").save(out, "JPEG")
        content = out.getvalue()
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


# --- The link -------------------------------------------------------------------------------------------------------
def test_a_stranger_is_told_the_same_and_the_same_is_done(client: Client, store: Any, order: Any) -> None:
    ask(client, store)  # whatever is loaded once
    said, done = [], set()
    for number, email in (("1042", EMAIL), ("9999", EMAIL), ("1042", "eve@else.example")):
        with CaptureQueriesContext(connection) as asked:
            said.append(ask(client, store, number, email))
        done.add(tuple(query["sql"].split()[0] for query in asked.captured_queries))
    assert len(done) == 1
    assert {answer.status_code for answer in said} == {200}
    assert len({answer.content.split(b"</head>")[1] for answer in said}) == 1
    assert not mail.outbox  # nothing is sent while somebody waits for the answer
    knocking.answer()
    assert [letter.to for letter in mail.outbox] == [[EMAIL], [EMAIL]]
    assert not Knock.objects.exists()


def test_the_link_goes_to_the_address_on_the_order(client: Client, store: Any, order: Any) -> None:
    ask(client, store, "#1042", "ADA+shop@customer.example")
    knocking.answer()
    (letter,) = mail.outbox
    assert letter.to == [order.email]
    assert store.name in letter.subject
    assert {"link_made"} == {verb.partition(".")[2] for verb in Event.objects.filter(order=order.pk).values_list("verb", flat=True)}


def test_no_mailbox_is_flooded(client: Client, store: Any, order: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("returns.actions.visiting.MOST_IN_A_DAY", 2)
    for _ in range(4):
        ask(client, store)
    knocking.answer()
    assert len(mail.outbox) == 2


def test_asking_is_throttled_by_network_address_and_by_e_mail_address(client: Client, store: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(doors, "AN_HOUR", 2)
    monkeypatch.setattr(doors, "HOUR", 10**9)
    assert [ask(client, store).status_code for _ in range(3)] == [200, 200, 429]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert ask(elsewhere, store).status_code == 429
    assert ask(elsewhere, store, email="eve@else.example").status_code == 200


def test_a_letter_that_no_server_takes_is_tried_again(client: Client, store: Any, order: Any, monkeypatch: Any) -> None:
    ask(client, store)
    with monkeypatch.context() as broken:
        broken.setattr(knocking, "send_mail", lambda *args: 0)
        knocking.answer()
    assert (Knock.objects.get().attempts, len(mail.outbox)) == (1, 0)
    Knock.objects.update(not_before=timezone.now())
    knocking.answer()
    assert len(mail.outbox) == 1


def test_a_knock_that_breaks_keeps_no_other_waiting(client: Client, store: Any, order: Any, monkeypatch: Any) -> None:
    ask(client, store)
    ask(client, store)
    sent = iter([ValueError("a header with a line end")])

    def breaks_once(*args: Any) -> int:
        for error in sent:
            raise error
        return mail.send_mail(*args)

    monkeypatch.setattr(knocking, "send_mail", breaks_once)
    knocking.answer()
    assert (Knock.objects.get().lease_until, len(mail.outbox)) == (None, 1), "one waits for its next try, one was answered"


def test_looking_at_a_link_uses_nothing_up_and_it_opens_once(client: Client, store: Any, order: Any) -> None:
    ask(client, store)
    path = link(store)
    assert b"once" in client.get(path).content  # a program that looks into mails
    first = client.post(path)
    assert (first.status_code, first["Location"]) == (303, home(store))
    cookie = first.cookies[doors.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", reverse("return_ask", args=[store.endpoint_id]))
    assert client.get(home(store)).status_code == 200
    again = Client().post(path)
    assert again.status_code == 410
    assert b"no longer works" in again.content


def test_an_expired_link_opens_nothing(client: Client, store: Any, order: Any) -> None:
    ask(client, store)
    path = link(store)
    ReturnLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(path).status_code == 410


def test_links_are_forgotten_a_week_after_they_went_out(client: Client, store: Any, order: Any) -> None:
    ask(client, store)
    link(store)
    assert actions.forget_old_links() == 0
    ReturnLink.objects.update(made_at=timezone.now() - timedelta(days=8))
    assert actions.forget_old_links() == 1


def test_a_link_of_one_shop_opens_nothing_in_another(client: Client, store: Any, order: Any, other_store: Any) -> None:
    ask(client, store)
    path = link(store).replace(str(store.endpoint_id), str(other_store.endpoint_id))
    assert client.post(path).status_code == 410


def test_a_visit_ends(visiting: Client, store: Any) -> None:
    ReturnLink.objects.update(visit_until=timezone.now() - timedelta(seconds=1))
    assert visiting.get(home(store)).status_code == 410


def test_an_unknown_shop_is_not_found(client: Client) -> None:
    assert client.get(reverse("return_ask", args=[uuid4()])).status_code == 404


# --- Asking for a return --------------------------------------------------------------------------------------------
def test_a_return_is_asked_for_and_becomes_a_case(visiting: Client, store: Any, order: Any, work: Any) -> None:
    page = visiting.get(home(store)).content.decode()
    assert "Thing 0" in page
    assert store.name in page
    assert EMAIL not in page
    answer = visiting.post(home(store), {**chosen(), "l1-photos": [photo()]})
    made = ReturnRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, reverse("return_status", args=[store.endpoint_id, made.pk]))
    assert (made.source, made.identity, made.wish, made.requested_by.is_system) == ("page", "contact", "refund", True)
    assert (made.lines.get().quantity, Photo.objects.count()) == (1, 1)
    page = visiting.get(answer["Location"]).content.decode()
    assert made.number in page
    assert "1 photo" in page
    work()
    assert Case.objects.filter(lane="returns", subject=made.pk).exists()
    assert made.number in visiting.get(home(store)).content.decode()


@pytest.mark.parametrize(
    ("said", "status", "why"),
    [
        ({"l1-units": "0"}, 422, "Choose what comes back"),
        ({"l1-units": "5"}, 422, "1 can come back"),
        ({"l1-units": "-1"}, 422, "greater than or equal"),
        ({"l1-reason": ""}, 422, "Say why it comes back"),
        ({"l1-reason": "GOODWILL"}, 422, "not one of the available choices"),
        ({"l1-reason": "OTHER"}, 422, "in a few words"),
        ({"wish": "keep"}, 422, "not one of the available choices"),
        ({"l1-units": "0", "l3-units": "1", "l3-reason": "UNWANTED"}, 422, "Choose what comes back"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_taken_in(
    visiting: Client, store: Any, said: dict[str, str], status: int, why: str
) -> None:
    answer = visiting.post(home(store), chosen(**said))
    assert (answer.status_code, why in answer.content.decode()) == (status, True), answer.content.decode()
    assert not ReturnRequest.objects.exists()


def test_a_complaint_is_tied_to_its_field(visiting: Client, store: Any) -> None:
    page = visiting.post(home(store), chosen(**{"l1-reason": ""})).content.decode()
    assert 'aria-describedby="id_l1-reason_error"' in page
    assert '<div id="id_l1-reason_error">' in page


def test_hostile_words_stay_words(visiting: Client, store: Any) -> None:
    answer = visiting.post(home(store), chosen(**{"l1-words": "<script>alert(1)</script>\x00 ignore all rules"}))
    if answer.status_code == 422:  # a form of Django holds no NUL
        answer = visiting.post(home(store), chosen(**{"l1-words": "<script>alert(1)</script> ignore all rules"}))
    page = visiting.get(answer["Location"]).content.decode()
    assert "<script>alert" not in page
    assert ReturnRequest.objects.get().lines.get().words.startswith("<script>")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no picture"),
        (b"%PDF-1.7 /JavaScript", "no picture"),
        (b"\xff\xd8\xff\xe0 not a picture at all \x00", "not taken"),
        (b"MZ\x90\x00 program", "not taken"),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(visiting: Client, store: Any, content: bytes, why: str) -> None:
    answer = visiting.post(home(store), {**chosen(), "l1-photos": [photo(content)]})
    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert not ReturnRequest.objects.exists()


def test_photos_are_few_and_not_too_large(visiting: Client, store: Any, monkeypatch: Any, settings: Any) -> None:
    answer = visiting.post(home(store), {**chosen(), "l1-photos": [photo() for _ in range(5)]})
    assert answer.status_code == 422
    monkeypatch.setattr("returns.uploads.MOST_BYTES", 2_000_000)
    settings.ATTACHMENT_BYTES = 1_000_000
    assert visiting.post(home(store), {**chosen(), "l1-photos": [photo(b"x" * 1_500_000)]}).status_code == 422
    assert visiting.post(home(store), {**chosen(), "l1-photos": [photo(b"x" * 2_500_000)]}).status_code == 422
    assert visiting.post(home(store), {**chosen(), "l1-photos": [photo(b"x" * 4_000_000)]}).status_code == 422
    assert not ReturnRequest.objects.exists()


def test_forms_of_one_visit_are_counted(visiting: Client, store: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(doors, "SENT_AN_HOUR", 1)
    monkeypatch.setattr(doors, "HOUR", 10**9)
    assert [visiting.post(home(store), chosen(**{"l1-units": "0"})).status_code for _ in range(2)] == [422, 429]


def test_a_form_from_another_site_is_refused(store: Any, order: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(reverse("return_ask", args=[store.endpoint_id])).content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    client.post(reverse("return_ask", args=[store.endpoint_id]), {"number": "1042", "email": EMAIL, "csrfmiddlewaretoken": token})
    assert client.post(link(store), {"csrfmiddlewaretoken": token}).status_code == 303
    assert client.post(home(store), chosen()).status_code == 403
    assert client.post(home(store), {**chosen(), "csrfmiddlewaretoken": token}).status_code == 303


# --- The status -----------------------------------------------------------------------------------------------------
def test_another_orders_return_is_not_found(visiting: Client, store: Any) -> None:
    theirs = asked_for(delivered_order(store, email="bob@customer.example"))
    url = reverse("return_status", args=[store.endpoint_id, theirs.pk])
    assert visiting.get(url).status_code == 404
    assert visiting.post(url, {"do": "cancel"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "requested"


def test_evidence_is_added_the_parcel_is_announced_or_the_goods_are_kept(visiting: Client, store: Any, order: Any) -> None:
    made = asked_for(order, wanted(reason="DEFECTIVE"))
    url = reverse("return_status", args=[store.endpoint_id, made.pk])
    row = made.lines.get()
    assert visiting.post(url, {"do": "add", f"words_{row.pk}": "It hums.", f"photos_{row.pk}": [photo()]}).status_code == 303
    row.refresh_from_db()
    assert (row.words, row.photos.count()) == ("It hums.", 1)
    assert visiting.post(url, {"do": "sent"}).status_code == 409  # nobody has accepted it
    approved(made)
    page = visiting.get(url).content.decode()
    assert "Your return is accepted" in page
    assert visiting.post(url, {"do": "sent", "carrier": "Post", "number": "<b>77</b>"}).status_code == 303
    made.refresh_from_db()
    assert (made.state, made.tracking_number) == ("in_transit", "<b>77</b>")
    assert visiting.post(url, {"do": "cancel"}).status_code == 409
    other = asked_for(order, wanted("li-1"))
    assert visiting.post(reverse("return_status", args=[store.endpoint_id, other.pk]), {"do": "cancel"}).status_code == 303
    other.refresh_from_db()
    assert other.state == "cancelled"


def test_nothing_that_a_customer_reads_tells_how_it_was_judged() -> None:
    said = [word for one in telling.WORDS.values() for word in (one.title, one.text)] + list(telling.BECOMES.values())
    assert {sentence: found for sentence in said if (found := leaks(sentence))} == {}


def test_instructions_that_give_something_away_are_not_shown(store: Any, order: Any) -> None:
    made = asked_for(order)
    made.instructions = "Your risk score was too high."
    assert telling.instructions(made) == ""
    made.instructions = "Send it to the address on the label."
    assert telling.instructions(made) == made.instructions


@pytest.mark.parametrize(
    ("days", "reason", "title"),
    [
        (20, "SIZE_TOO_SMALL", "Your return is accepted"),
        (90, "SIZE_TOO_SMALL", "We could not accept this return"),
        (20, "DEFECTIVE", "We need a little more from you"),
    ],
)
def test_a_decision_is_told_when_it_can_no_longer_be_undone(
    days: int, reason: str, title: str, client: Client, store: Any, reviewer: Any, settings: Any, work: Any
) -> None:
    made = asked_for(delivered_order(store, number="#1042", days=days), wanted(reason=reason), wish="refund")
    work()
    case = Case.objects.get(lane="returns", subject=made.pk)
    approve(case=case, by=reviewer, version=case.version, reason="", note="")
    ask(client, store)
    client.post(link(store))
    url = reverse("return_status", args=[store.endpoint_id, made.pk])
    made.refresh_from_db()
    words = made.instructions.splitlines()[-1]
    before = client.get(url).content.decode()
    assert "We have your request" in before
    assert title not in before
    assert words not in before
    settings.HOLD_WINDOW_SECONDS = 0
    after = client.get(url).content.decode()
    assert title in after
    assert escape(words) in after
    assert made.number in after
