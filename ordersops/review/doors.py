"""The page on which a customer confirms an order, by the link in a letter, without a login.

Looking at it uses nothing up, as programs look into mails; answering uses it up. Whoever answers reads the same thank-you to the byte,
whether it was right, wrong, used, too old or made up (fraud.md 5.7); a link that no longer works looks like one that never was.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from ordersops import links
from ordersops.accounts.models import User
from ordersops.doors import for_customers
from ordersops.review import actions
from ordersops.review.confirming import KINDS, NO, YES, boxes
from ordersops.review.models import Confirmation
from ordersops.stores.models import Store
from ordersops.throttle import within

PURPOSE = "confirm"
MOST, WINDOW = 30, 60  # looks and answers by one link in so many seconds; whoever holds another link is not touched
TOO_MANY = "This page was asked for too often. Please try again in a minute."
CHOOSE = "Say whether you placed this order."


# The link alone lets somebody answer, so there is nothing that another site could make a signed-in browser do. And as no address may
# be handed on (no-referrer), browsers do not name the origin that the usual token is checked with.
@csrf_exempt
@for_customers()
@sensitive_variables()
def confirm(request: HttpRequest, store: Store, token: str) -> HttpResponse:
    """What the letter leads to."""
    answer = _answer(request, store, token)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@sensitive_variables()
def _answer(request: HttpRequest, store: Store, token: str) -> HttpResponse:
    pk = links.read(PURPOSE, token)
    if pk is not None and not within("confirmation", str(pk), most=MOST, seconds=WINDOW):
        return render(request, "shop_refusal.html", {"store": store, "said": TOO_MANY}, status=429)
    asked = Confirmation.objects.live().filter(pk=pk, store=store).select_related("order").first() if pk else None
    if request.method != "POST":
        return _form(request, store, asked) if asked else _page(request, store, "over", status=410)
    if asked is not None:
        typed, wrong = read(asked, request.POST)
        if wrong:
            return _form(request, store, asked, wrong, status=422)
        actions.answer(confirmation=asked.pk, placed=request.POST["answer"] == YES, typed=typed, by=User.objects.system())
    return _page(request, store, "thanks")


@sensitive_variables()
def read(asked: Confirmation, said: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed, box by box, and what is wrong with its form. Whoever did not place it types nothing."""
    if said.get("answer") not in {YES, NO}:
        return {}, {"answer": CHOOSE}
    if said["answer"] == NO:
        return {}, {}
    typed = {box.name: box.read(said.get(box.name, "")) for box in boxes(asked.kinds)}
    wrong = {box.name: box.wrong for box in boxes(asked.kinds) if typed[box.name] is None}
    return {name: text for name, text in typed.items() if text is not None}, wrong


def _form(
    request: HttpRequest, store: Store, asked: Confirmation, wrong: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    """Nothing that was typed is written back into it."""
    found = wrong or {}
    kinds = [
        {"kind": kind, "boxes": [(box, found.get(box.name, "")) for box in kind.boxes]} for key, kind in KINDS.items() if key in asked.kinds
    ]
    about = {"order": asked.order, "kinds": kinds, "wrong": found, "yes": YES, "no": NO}
    return _page(request, store, "confirm", about, status)


def _page(request: HttpRequest, store: Store, name: str, about: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    return render(request, f"review/door/{name}.html", {"store": store, **(about or {})}, status=status)
