"""Where messages come in from outside: the web form, and the e-mail webhook. Neither says whether there is such an order.

The webhook is signed by Standard Webhooks with the store's secret, over the raw bytes; of a secret that is none of theirs (whsec_), the
bytes are the key. Its body is a JSON object:
`{"id", "from": {"email", "name"}, "subject", "text", "thread", "headers": {name: value}}`; headers by any case.
"""

import base64
import json
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from inquiries import actions
from inquiries.forms import ContactForm
from inquiries.models import Channel, Conversation, Identity, Message
from ordersops.accounts.models import User
from ordersops.doors import for_customers
from ordersops.errors import Invalid
from ordersops.stores.models import Store
from ordersops.throttle import address_of, within

MOST_BYTES = 200_000
FORM_AN_HOUR, SENDER_AN_HOUR, STORE_A_MINUTE = 10, 20, 300


class Sender(BaseModel):
    model_config = ConfigDict(extra="ignore")
    email: str = Field(min_length=3, max_length=320)
    name: str = Field(default="", max_length=1000)


class Mail(BaseModel):
    """An e-mail as the helpdesk or mail service tells of it."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)
    id: str = Field(default="", max_length=500)
    sender: Sender = Field(alias="from")
    subject: str = Field(default="", max_length=5000)
    text: str = Field(min_length=1, max_length=MOST_BYTES)
    thread: str = Field(default="", max_length=500)
    headers: dict[str, str] = Field(default_factory=dict, max_length=200)


@for_customers()
def contact(request: HttpRequest, store: Store) -> HttpResponse:
    """The web form of a store, at its unguessable address. Whatever is written, the answer is the same."""
    form = ContactForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if not _may_write(request, store, form.cleaned_data["email"]):
                form.add_error(None, "Too many messages came from here. Please try again in an hour.")
                status = 429
            else:
                if not form.is_machine:
                    said = form.cleaned_data
                    _take(
                        store,
                        actions.Incoming(
                            channel=Channel.FORM, sender_email=said["email"], sender_name=said["name"], text=said["text"],
                            order_number=said["order_number"],
                        ),
                    )  # fmt: skip
                return render(request, "inquiries/contact.html", {"store": store, "done": True})
    return render(request, "inquiries/contact.html", {"store": store, "form": form}, status=status)


@csrf_exempt
@login_not_required
@require_POST
def mail(request: HttpRequest, endpoint: UUID) -> HttpResponse:
    """200 taken, 400 unreadable, 401 signature, 404 no such store, 413 too large, 429 too many."""
    store = Store.objects.filter(endpoint_id=endpoint, is_active=True).first()
    if store is None:
        return _refuse(404, "There is no such connection.")
    body = request.body
    if len(body) > MOST_BYTES:
        return _refuse(413, "The message is too large.")
    if not _is_genuine(request, store, body):
        return _refuse(401, "The signature does not fit the body and the secret of this connection.")
    if not within("mail", str(store.pk), most=STORE_A_MINUTE, seconds=60):
        return _refuse(429, "Too many messages in a minute; send it again later.")
    try:
        told = Mail.model_validate(json.loads(body))
        headers = {name.lower()[:100]: value[:1000] for name, value in told.headers.items()}
        _take(
            store,
            actions.Incoming(
                channel=Channel.EMAIL, sender_email=told.sender.email, sender_name=told.sender.name, subject=told.subject, text=told.text,
                external_id=told.id, thread=told.thread, headers=headers,
            ),
        )  # fmt: skip
    except (ValueError, RecursionError, ValidationError, Invalid):
        return _refuse(400, "The message cannot be read.")
    return JsonResponse({"taken": True})


def _take(store: Store, said: actions.Incoming) -> Message:
    """Take it in, in the system's name; where an order was found and it is not known who writes, a code goes to the order's address."""
    system = User.objects.system()
    message = actions.receive(store=store, said=said, by=system)
    offer_code(message, system)
    return message


def offer_code(message: Message, by: Any) -> None:
    """After the message is committed. None goes out for a machine, and never more than a few for one order in a day.

    Where no order was found, the lane's mode may have one asked for.
    """
    conversation = Conversation.objects.get(pk=message.conversation_id)
    if not message.machine and conversation.order_id is None:
        actions.reply_by_itself(conversation=conversation, by=User.objects.system())
    if message.machine or conversation.order_id is None or conversation.identity != Identity.UNKNOWN:
        return
    if made := actions.ask_code(conversation=conversation, by=by):
        actions.send_code(row=made[0], code=made[1])


def _may_write(request: HttpRequest, store: Store, email: str) -> bool:
    here = f"{store.pk} {address_of(request)}"
    return within("form", here, most=FORM_AN_HOUR, seconds=3600) and within(
        "sender", f"{store.pk} {email.casefold()}", most=SENDER_AN_HOUR, seconds=3600
    )


def _is_genuine(request: HttpRequest, store: Store, body: bytes) -> bool:
    headers = {name: request.headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    for secret in store.active_secrets():
        try:
            Webhook(_key(secret)).verify(body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return True
    return False


def _key(secret: str) -> str:
    return secret if secret.startswith("whsec_") else f"whsec_{base64.b64encode(secret.encode()).decode()}"


def _refuse(status: int, why: str) -> HttpResponse:
    return JsonResponse({"error": why}, status=status)
