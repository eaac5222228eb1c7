"""comment, ask, answer, attach: what colleagues say to each other."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import attach, comment
from ordersops.cases.around import asked_of, may_be_asked
from ordersops.cases.files import MOST_PIXELS, accept
from ordersops.cases.models import Attachment, Case
from ordersops.errors import Forbidden, Invalid
from ordersops.stores.models import Store
from tests.factories import CaseFactory, OrderFactory
from tests.kernel.history import events, told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order=OrderFactory(store=store))


def picture(form: str = "PNG", size: tuple[int, int] = (8, 8), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **more)
    return out.getvalue()


# --- comments and questions -------------------------------------------------------------------------------------------
def test_a_comment_is_kept_and_the_history_holds_no_word_of_it(case: Case, fraud_reviewer: User) -> None:
    comment(case=case, text="The name on the card is his wife's", by=fraud_reviewer)
    (event,) = events(case=case)
    assert event.verb == Verb.CASE_COMMENTED
    assert "wife" not in event.payload
    assert case.comments.get().text == "The name on the card is his wife's"


def test_a_question_waits_until_the_colleague_says_something(case: Case, fraud_reviewer: User, ops_reviewer: User) -> None:
    comment(case=case, text="Did this one call you?", ask=[ops_reviewer], by=fraud_reviewer)
    (asked,) = asked_of(ops_reviewer)
    assert (asked.case, asked.comment.by) == (case, fraud_reviewer)
    comment(case=case, text="I asked Olga", by=fraud_reviewer)
    assert asked_of(ops_reviewer) == [asked]
    comment(case=case, text="Yes, twice", by=ops_reviewer)
    assert asked_of(ops_reviewer) == []
    assert told(case=case) == [Verb.CASE_ASKED, Verb.CASE_COMMENTED, Verb.CASE_ANSWERED]


def test_only_those_who_may_discuss_the_case_are_asked(
    case: Case, fraud_reviewer: User, ops_reviewer: User, auditor: User, order_clerk: User, other_store: Store, make_person: MakePerson
) -> None:
    assert may_be_asked(case, fraud_reviewer) == [ops_reviewer]
    for person in (auditor, order_clerk, make_person(Role.SUPERVISOR, other_store), fraud_reviewer):
        with pytest.raises(Invalid, match="cannot be asked"):
            comment(case=case, text="What do you think?", ask=[person], by=fraud_reviewer)


@pytest.mark.parametrize("role", [role for role in Role if Perm.DISCUSS_CASES not in ROLES[role]])
def test_talking_needs_its_right(case: Case, role: Role, make_person: MakePerson) -> None:
    person = make_person(role, case.store)
    with pytest.raises(Forbidden):
        comment(case=case, text="Hello", by=person)
    with pytest.raises(Forbidden):
        attach(case=case, name="a.txt", content=b"Hello", by=person)


@pytest.mark.parametrize("text", ["", "  \n ", "\x00", "x" * 4001])
def test_nothing_and_too_much_are_refused(case: Case, fraud_reviewer: User, text: str) -> None:
    with pytest.raises(Invalid):
        comment(case=case, text=text, by=fraud_reviewer)


def test_closed_cases_can_be_talked_about(case: Case, fraud_reviewer: User) -> None:
    Case.objects.update(state="decided")
    comment(case=case, text="The customer wrote again", by=fraud_reviewer)


def test_what_is_said_is_shown_as_text(case: Case, fraud_reviewer: User, ops_reviewer: User, client: Client) -> None:
    comment(case=case, text=SCRIPT, ask=[ops_reviewer], by=fraud_reviewer)
    client.force_login(ops_reviewer)
    for url in (reverse("case", args=[case.pk]), reverse("_case_conversation", args=[case.pk]), reverse("home")):
        page = client.get(url).content.decode()
        assert SCRIPT not in page
        assert "&lt;script&gt;" in page


# --- files ------------------------------------------------------------------------------------------------------------
def test_a_file_is_sealed_and_served_to_be_saved(case: Case, fraud_reviewer: User, auditor: User, client: Client) -> None:
    made = attach(case=case, name="../../etc/Ad“d’ress.pdf.exe", content=b"%PDF-1.7 proof of address", by=fraud_reviewer)
    held = Attachment.objects.get(pk=made.pk)
    assert b"proof" not in bytes(held.body)
    client.force_login(auditor)
    answer = client.get(reverse("attachment", args=[made.pk]))
    assert answer.content == b"%PDF-1.7 proof of address"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="Ad d ress.pdf.pdf"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    event = events(case=case)[-1]
    assert (event.verb, event.data["sha256"]) == (Verb.CASE_ATTACHED, made.sha256)


def test_a_file_is_for_those_who_see_the_case(
    case: Case, fraud_reviewer: User, order_clerk: User, other_store: Store, make_person: MakePerson, client: Client
) -> None:
    url = reverse("attachment", args=[attach(case=case, name="a.txt", content=b"Hello", by=fraud_reviewer).pk])
    client.force_login(order_clerk)
    assert client.get(url).status_code == 403
    client.force_login(make_person(Role.SUPERVISOR, other_store))
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(("form", "kind"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/png"), ("WEBP", "image/png")])
def test_a_picture_is_drawn_anew(form: str, kind: str) -> None:
    kept = accept("photo.html", picture(form) + b"<script>alert(1)</script>")
    assert kept.kind == kind
    assert kept.name.startswith("photo.")
    assert b"script" not in kept.content
    assert Image.open(io.BytesIO(kept.content)).size == (8, 8)


def test_the_place_of_a_photo_is_not_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    content = picture("JPEG", exif=exif)
    assert b"taken at home" in content
    assert b"taken at home" not in accept("photo.jpg", content).content


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\x00\x03", b"PK\x03\x04zip", b"\x7fELF", b"text\x00with a hole", b"\xff\xfe", picture()[:40]],
    ids=["empty", "program", "archive", "binary", "hole", "no text", "cut off"],
)
def test_what_is_not_what_is_taken_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        accept("invoice.pdf", content)


def test_a_page_is_only_text() -> None:
    kept = accept("page.html", SCRIPT.encode())
    assert (kept.name, kept.kind) == ("page.txt", "text/plain; charset=utf-8")


def test_sizes_are_limited(settings: Any) -> None:
    settings.ATTACHMENT_BYTES = 1_048_576
    with pytest.raises(Invalid, match="larger than 1 MB"):
        accept("long.txt", b"x" * 1_048_577)
    with pytest.raises(Invalid, match="pixels"):
        accept("bomb.png", picture(size=(MOST_PIXELS // 1000 + 1, 1000)))


def test_words_a_question_and_a_file_in_one_go(case: Case, fraud_reviewer: User, ops_reviewer: User, client: Client) -> None:
    client.force_login(fraud_reviewer)
    url = reverse("case_comment", args=[case.pk])
    sent = {"text": "Is this your form?", "ask": ops_reviewer.pk, "file": SimpleUploadedFile("form.png", picture())}
    assert client.post(url, sent).status_code == 303
    assert told(case=case) == [Verb.CASE_ASKED, Verb.CASE_ATTACHED]
    refused = client.post(url, {"text": "Keep these words", "file": SimpleUploadedFile("x.exe", b"MZ\x00")})
    assert refused.status_code == 422
    assert "Keep these words" in refused.content.decode()
    assert case.comments.count() == 2
