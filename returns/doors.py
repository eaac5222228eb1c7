"""The page of a store on which its customers send goods back, without a login.

Whoever names an order number and an e-mail address is told the same, in the same time. Where they fit, a link goes to the address of
the order; it is exchanged for a visit, once, by a button, so that a program that looks into mails does not use it up. A visit is a
cookie of this page alone, and reaches that one order.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from ordersops.accounts.models import User
from ordersops.doors import for_customers
from ordersops.errors import Conflict, Invalid
from ordersops.stores.models import Store
from ordersops.throttle import address_of, within
from returns import actions, queries, telling
from returns.actions.requesting import Wanted
from returns.actions.visiting import VISIT, visit_of
from returns.forms import KnockForm, LineForm, WishForm
from returns.models import ReturnLink, ReturnRequest
from returns.models.request import Identity, Source
from returns.uploads import photos_in, with_photos

COOKIE = "returns_visit"
AN_HOUR, HOUR = 10, 3600  # knocks from one address of the network, and for one e-mail address
OPENED_AN_HOUR = 30
SENT_AN_HOUR = 12  # forms of one visit
TOO_MANY = "This was asked for too often from here. Please try again in an hour."
View = Callable[..., HttpResponse]


_open_to_customers = for_customers("returns/door/refusal.html")


@_open_to_customers
def ask(request: HttpRequest, store: Store) -> HttpResponse:
    """Ask for the link. Whatever is named, the answer is the same."""
    form = KnockForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, store, "ask", {"form": form})
    if not form.is_valid():
        return _page(request, store, "ask", {"form": form}, 422)
    said = form.cleaned_data
    here = within("return knock", f"{store.pk} {address_of(request)}", most=AN_HOUR, seconds=HOUR)
    if not within("return knock for", f"{store.pk} {said['email'].casefold()}", most=AN_HOUR, seconds=HOUR) or not here:
        form.add_error(None, TOO_MANY)
        return _page(request, store, "ask", {"form": form}, 429)
    actions.knock(store=store, number=said["number"], email=said["email"])
    return _page(request, store, "ask", {"done": True})


@sensitive_variables()
@_open_to_customers
def link(request: HttpRequest, store: Store, token: str) -> HttpResponse:
    """What the mail leads to. Looking at it uses nothing up and says nothing; the button does."""
    if request.method != "POST":
        return _page(request, store, "link", {})
    if not within("return link", f"{store.pk} {address_of(request)}", most=OPENED_AN_HOUR, seconds=HOUR):
        return _page(request, store, "refusal", {"said": TOO_MANY}, 429)
    secret = actions.open_link(store=store, token=token, by=User.objects.system())
    if not secret:
        return _over(request, store)
    answer = HttpResponseRedirect(_home(store), status=303)
    answer.set_cookie(
        COOKIE, secret, max_age=int(VISIT.total_seconds()), path=reverse("return_ask", args=[store.endpoint_id]), httponly=True,
        secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
    )  # fmt: skip
    return answer


def _visiting(view: View) -> View:
    """For whoever holds a visit, before anything of what they send is read."""

    @wraps(view)
    def page(request: HttpRequest, store: Store, **more: Any) -> HttpResponse:
        visit = visit_of(store.pk, request.COOKIES.get(COOKIE, ""))
        if visit is None:
            return _over(request, store)
        if request.method == "POST" and not within("return form", str(visit.pk), most=SENT_AN_HOUR, seconds=HOUR):
            return _page(request, store, "refusal", {"said": TOO_MANY, "home": _home(store)}, 429)
        return guarded(request, store, visit, **more)

    guarded = with_photos(view)
    page.csrf_exempt = True  # type: ignore[attr-defined]  # it is checked by `with_photos`, after the visit
    return page


@_open_to_customers
@_visiting
def visit(request: HttpRequest, store: Store, visit: ReturnLink) -> HttpResponse:
    """The order: what was asked for, and a form for what can still come back."""
    order = visit.order
    rows = queries.returnable(order)
    sent = request.POST if request.method == "POST" else None
    forms, wish = [LineForm(row, sent) for row in rows], WishForm(sent)
    about = {"order": order, "returns": _told(order), "forms": forms, "wish": wish}
    if sent is None:
        return _page(request, store, "visit", about)
    sound = [form.is_valid() for form in (*forms, wish)]
    if not all(sound):
        return _page(request, store, "visit", {**about, "wrong": ["Some answers are missing. Nothing was sent yet."]}, 422)
    try:
        wanted = [_wanted(form, request) for form in forms if form.cleaned_data["units"]]
        if not wanted:
            raise Invalid("Choose what comes back: how many of at least one thing.")
        made = actions.request(
            order=order, wanted=wanted, source=Source.PAGE, identity=Identity.CONTACT, wish=wish.cleaned_data["wish"],
            by=User.objects.system(),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        return _page(request, store, "visit", {**about, "wrong": [refusal.message]}, refusal.status)
    return HttpResponseRedirect(reverse("return_status", args=[store.endpoint_id, made.pk]), status=303)


@_open_to_customers
@_visiting
def status(request: HttpRequest, store: Store, visit: ReturnLink, pk: UUID) -> HttpResponse:
    """One return of the order: where it is, what was decided, what is asked for. Another order's is not found."""
    rows = ReturnRequest.objects.select_related("order__store", "decision").filter(order=visit.order_id, pk=pk)
    found = rows.first()
    if found is None:
        return _page(request, store, "refusal", {"said": "There is no such return of your order.", "home": _home(store)}, 404)
    about = {**telling.status(found), "home": _home(store)}
    if request.method != "POST":
        return _page(request, store, "status", about)
    try:
        _act(request, found, about)
    except (Invalid, Conflict) as refusal:
        return _page(request, store, "status", {**about, "wrong": [refusal.message]}, refusal.status)
    return HttpResponseRedirect(request.path, status=303)


def _act(request: HttpRequest, found: ReturnRequest, about: dict[str, Any]) -> None:
    """What the page offers now, and nothing else."""
    by = User.objects.system()
    match request.POST.get("do", ""):
        case "add" if about["may_add"]:
            rows = list(found.lines.all())
            photos = {row.pk: given for row in rows if (given := photos_in(request, f"photos_{row.pk}"))}
            words = {row.pk: said[:2000] for row in rows if (said := request.POST.get(f"words_{row.pk}", "").strip())}
            actions.answer_evidence(request=found, by=by, photos=photos, words=words)
        case "sent" if about["may_send"]:
            carrier, number = (" ".join(request.POST.get(name, "").replace("\x00", "").split())[:120] for name in ("carrier", "number"))
            actions.mark_sent(request=found, by=by, carrier=carrier, tracking_number=number)
        case "cancel" if about["may_cancel"]:
            actions.cancel(request=found, by=by, why="The customer keeps it.")
        case _:
            raise Conflict("This return has moved on since you opened the page. Nothing was changed.")


def _wanted(form: LineForm, request: HttpRequest) -> Wanted:
    said = form.cleaned_data
    return Wanted(
        form.row["line"].external_id, said["units"], said["reason"], words=said["words"], photos=photos_in(request, form.photos_field)
    )


def _told(order: Any) -> list[dict[str, Any]]:
    rows = order.return_requests.select_related("decision").newest_first()
    return [{"pk": row.pk, "number": row.number, "at": row.requested_at, "said": telling.WORDS[telling.state_told(row)]} for row in rows]


def _home(store: Store) -> str:
    return reverse("return_visit", args=[store.endpoint_id])


def _over(request: HttpRequest, store: Store) -> HttpResponse:
    """The link was used or has run out, or never was: told alike."""
    return _page(request, store, "over", {}, 410)


def _page(request: HttpRequest, store: Store, name: str, about: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"returns/door/{name}.html", {"store": store, **about}, status=status)
