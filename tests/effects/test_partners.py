"""Messages to customers and tickets: written once, also where a mail server or a helpdesk loses its answer."""

import base64
import json
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone
from standardwebhooks import Webhook

from ordersops.accounts.models import User
from ordersops.audit.verbs import Verb
from ordersops.effects import jobs, sending
from ordersops.effects.actions import ask, retry
from ordersops.effects.models import Effect
from ordersops.effects.preview import draft, preview
from ordersops.errors import Conflict, Invalid
from ordersops.orders.models import Order
from ordersops.stores.actions import update
from ordersops.stores.models import Store
from tests.factories import LineFactory, OrderFactory
from tests.kernel.history import told

pytestmark = pytest.mark.django_db
WHY = "The customer wrote to us"
LETTER = {"subject": "Your order", "text": "We are looking into it.\nAda"}
TICKET = {"subject": "Broken on arrival", "text": "<b>Photos</b> are with the order"}
SECRET = "whsec_" + base64.b64encode(b"a secret of the helpdesk alone").decode()


@pytest.fixture
def order(store: Store) -> Order:
    found: Order = OrderFactory(store=store, payment="paid", risk="clear", lines=0)
    LineFactory(order=found, external_id="line", ordered=3, title="Lamp")
    return found


@pytest.fixture
def mails(settings: Any) -> list[Any]:
    settings.MAIL_LEAVES, settings.DEFAULT_FROM_EMAIL = True, "ordersops <care@shop.example>"
    return mail.outbox


def due(effect: Effect) -> Effect:
    past = timezone.now() - timedelta(seconds=1)
    Effect.objects.filter(state="planned").update(due_at=past, not_before=past)
    Effect.objects.filter(state="sending").update(lease_until=past)
    jobs.send()
    effect.refresh_from_db()
    return effect


def letter(order: Order, by: User, **more: str) -> Effect:
    return ask(order=order, kind="message.send", arguments={**LETTER, **more}, reason=WHY, by=by)


# --- Mail -------------------------------------------------------------------------------------------------------------
def test_a_message_goes_once_to_the_address_of_the_order(order: Order, mails: list[Any], ops_reviewer: User) -> None:
    effect = due(letter(order, ops_reviewer))
    (sent,) = mails
    assert (effect.state, sent.to, sent.subject, sent.body) == ("done", [order.email], LETTER["subject"], LETTER["text"])
    assert sent.from_email == f"{order.store.name} <care@shop.example>"
    assert sent.extra_headers["Message-ID"] == f"<{effect.pk}@shop.example>"
    assert told(order=order) == [Verb.EFFECT_ASKED, Verb.EFFECT_SENT]
    with pytest.raises(Conflict, match="already"):
        letter(order, ops_reviewer)


def test_no_header_is_smuggled_in(order: Order, ops_reviewer: User) -> None:
    with pytest.raises(Invalid):
        letter(order, ops_reviewer, subject="Hello\nBcc: everybody@example.com")


def test_without_an_address_or_a_mail_server_a_person_writes(order: Order, ops_reviewer: User, settings: Any) -> None:
    settings.MAIL_LEAVES = False
    assert due(letter(order, ops_reviewer)).state == "handed_over"
    Order.objects.filter(pk=order.pk).update(email="")
    with pytest.raises(Conflict, match="no e-mail address"):
        letter(order, ops_reviewer, subject="Another")


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (smtplib.SMTPRecipientsRefused({"x": (550, b"no")}), "dead", "refuses the address (550)"),
        (smtplib.SMTPDataError(451, b"later"), "planned", "answered 451"), (ConnectionRefusedError(), "planned", "does not answer"),
        (smtplib.SMTPServerDisconnected(), "dead", "may have taken it"), (TimeoutError(), "dead", "may have taken it"),
    ],
)  # fmt: skip
def test_only_a_clear_refusal_is_tried_again_by_itself(
    order: Order, mails: list[Any], ops_reviewer: User, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str, says: str
) -> None:
    def fails(self: EmailMessage, fail_silently: bool = False) -> int:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", fails)
        effect = due(letter(order, ops_reviewer))
    assert effect.state == state
    assert says in effect.last_error
    if state == "dead":
        retry(effect=effect, by=ops_reviewer)
    assert due(effect).state == "done", "a person may send it again, under the same id"
    assert len(mails) == 1


def test_a_worker_killed_after_it_was_handed_over_sends_no_second_mail(
    order: Order, mails: list[Any], ops_reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    effect = letter(order, ops_reviewer)

    def dies(*given: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_accepted", dies)
        with pytest.raises(SystemExit):
            due(effect)
    assert len(mails) == 1
    assert (due(effect).state, len(mails)) == ("dead", 1)
    assert "may have taken it" in effect.last_error
    retry(effect=effect, by=ops_reviewer)
    due(effect)
    assert (effect.state, len(mails)) == ("done", 2), "on a person's word alone"
    assert len({one.extra_headers["Message-ID"] for one in mails}) == 1


def test_a_dry_run_of_a_message_shows_it(order: Order, mails: list[Any], ops_reviewer: User) -> None:
    found = preview(draft(order=order, kind="message.send", arguments=LETTER, by=ops_reviewer))
    assert found.request is not None
    assert (found.request.url, found.request.body, mails) == (f"mailto:{order.email}", LETTER["text"], [])


# --- The helpdesk -------------------------------------------------------------------------------------------------------
class Desk:
    """A helpdesk on loopback: it checks every signature, and keeps tickets by effect."""

    def __init__(self) -> None:
        self.tickets: dict[str, dict[str, Any]] = {}
        self.answers: list[int | str] = []
        self.writes = 0


@pytest.fixture
def desk(store: Store, system: User) -> Iterator[Desk]:
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = desk.tickets.get(self.path.rpartition("/")[2])
            self._say(200 if found else 404, found or {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            Webhook(SECRET).verify(body, {name.lower(): value for name, value in self.headers.items()})
            answer = desk.answers.pop(0) if desk.answers else 201
            made: dict[str, Any] = {}
            if answer in {201, "lost"}:
                desk.writes += 1
                said = json.loads(body)["data"]
                made = desk.tickets.setdefault(said["effect_id"], {"id": f"T-{desk.writes}", "said": said})
            if answer == "lost":
                self.close_connection = True
                return
            self._say(int(answer), made)

        def _say(self, status: int, said: dict[str, Any]) -> None:
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    Store.objects.filter(pk=store.pk).update(helpdesk_url=f"http://127.0.0.1:{server.server_address[1]}/tickets")
    store.refresh_from_db()
    store.helpdesk_secret = SECRET
    store.save()
    yield desk
    server.shutdown()
    server.server_close()
    thread.join(300)


def ticket(order: Order, by: User) -> Effect:
    return ask(order=order, kind="ticket.create", arguments=TICKET, reason=WHY, by=by)


def test_a_ticket_is_made_once_and_its_id_read_back(order: Order, desk: Desk, ops_reviewer: User) -> None:
    effect = due(ticket(order, ops_reviewer))
    assert (effect.state, effect.external_id, desk.writes) == ("done", "T-1", 1)
    said = desk.tickets[str(effect.pk)]["said"]
    assert (said["number"], said["subject"], said["priority"]) == (order.number, TICKET["subject"], "normal")


def test_a_lost_answer_makes_no_second_ticket(order: Order, desk: Desk, ops_reviewer: User) -> None:
    desk.answers = ["lost"]
    effect = due(ticket(order, ops_reviewer))
    assert effect.state == "planned"
    assert (due(effect).state, effect.external_id, desk.writes) == ("done", "T-1", 1)


@pytest.mark.parametrize(("status", "state"), [(503, "planned"), (429, "planned"), (403, "dead"), (422, "dead")])
def test_a_refusal_has_a_sentence(order: Order, desk: Desk, ops_reviewer: User, status: int, state: str) -> None:
    desk.answers = [status]
    effect = due(ticket(order, ops_reviewer))
    assert (effect.state, effect.last_error) == (state, f"The helpdesk answered {status}.")


def test_without_a_helpdesk_a_person_opens_the_ticket(order: Order, ops_reviewer: User) -> None:
    effect = due(ticket(order, ops_reviewer))
    assert effect.state == "handed_over"
    assert "helpdesk" in effect.instructions


def test_the_helpdesk_has_its_address_and_a_secret_of_its_own(store: Store, system: User, make_person: Any) -> None:
    from ordersops.accounts.roles import Role

    admin = make_person(Role.ADMIN, store)
    for given, says in (
        ({"helpdesk_url": "https://desk.example.com/t"}, "enter the secret"),
        ({"helpdesk_secret": SECRET}, "enter the address"),
        ({"helpdesk_url": "https://desk.example.com/t", "helpdesk_secret": "whsec_%%%"}, "no secret"),
    ):
        with pytest.raises(Invalid, match=says):
            update(store=store, by=admin, **given)
    found = update(store=store, by=admin, helpdesk_url="https://desk.example.com/t", helpdesk_secret=SECRET)
    assert Store.objects.get(pk=found.pk).helpdesk_secret == SECRET
    with pytest.raises(Invalid, match="secret"):
        update(store=store, by=admin, helpdesk_url="https://other.example.com/t")


# --- Replacements -------------------------------------------------------------------------------------------------------
def replace(order: Order, by: User, quantity: int) -> Effect:
    lines = [{"external_id": "line", "quantity": quantity}]
    return ask(order=order, kind="replacement.create", arguments={"lines": lines, "reason": "damaged"}, reason=WHY, by=by)


def test_each_unit_is_replaced_once_and_never_what_was_refunded(order: Order, returns_reviewer: User) -> None:
    order.lines.update(refunded=1)
    replace(order, returns_reviewer, 1)
    with pytest.raises(Conflict, match="Of “Lamp”, 1 can be replaced"):
        replace(order, returns_reviewer, 2)
    replace(order, returns_reviewer, 1)
    assert Effect.objects.filter(kind="replacement.create").count() == 2
