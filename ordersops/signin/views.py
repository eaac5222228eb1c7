"""My account: second factors and sessions. And, for those who answer for others, of which roles a factor is required."""

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from ordersops.accounts.access import get_or_404, require_anywhere
from ordersops.accounts.queries import visible_people
from ordersops.accounts.roles import Perm
from ordersops.errors import Invalid
from ordersops.htmx import Request, done
from ordersops.signin import actions, queries
from ordersops.signin.backend import owes_factor
from ordersops.signin.forms import RuleForm
from ordersops.stores.models import Store


@require_safe
def account(request: Request) -> HttpResponse:
    """My second factors and sessions. Open to whoever owes a factor: it is where one is set up."""
    context = {
        "factors": queries.factors(request.user),
        "sessions": queries.sessions(request.user, request.session.session_key or ""),
        "owes_factor": owes_factor(request.user),
    }
    return render(request, "signin/account.html", context)


@require_POST
def end_session(request: Request, pk: int) -> HttpResponse:
    session = UserSession.objects.filter(pk=pk, user=request.user).first()
    if session is None:
        raise Http404
    actions.end_session(session=session, by=request.user)
    return done(request, "mfa_index", say="Signed out there.")


@require_POST
def end_others(request: Request) -> HttpResponse:
    count = actions.end_sessions(person=request.user, by=request.user, but=request.session.session_key or "")
    return done(request, "mfa_index", say=f"Signed out everywhere else: {count}.")


@require_POST
def end_persons(request: Request, pk: UUID) -> HttpResponse:
    """Sign a colleague out everywhere."""
    require_anywhere(request.user, Perm.VIEW_PEOPLE)
    person = get_object_or_404(visible_people(request.user), pk=pk)
    count = actions.end_sessions(person=person, by=request.user)
    return done(request, "person", person.pk, say=f"{person} is signed out everywhere; sessions: {count}.")


@require_safe
def rules(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.REQUIRE_FACTOR)
    return render(request, "signin/rules.html", {"stores": queries.rules(request.user), "mine": queries.factors(request.user)["any"]})


@require_POST
def require_factor(request: Request) -> HttpResponse:
    store, role = _asked(request)
    actions.require_factor(store=store, role=role, by=request.user)
    return done(request, "factor_rules", say="It holds from the next request on.")


@require_POST
def lift_factor(request: Request) -> HttpResponse:
    store, role = _asked(request)
    rule = queries.rule_in(store, role)
    if rule is None:
        raise Invalid("No second factor is required of this role. Reload to see the rules as they are now.")
    actions.lift_factor(rule=rule, by=request.user)
    return done(request, "factor_rules", say="A second factor is no longer required of this role.")


def _asked(request: Request) -> tuple[Store, str]:
    form = RuleForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose a store and a role.")
    return get_or_404(Store.objects.all(), request, Perm.REQUIRE_FACTOR, pk=form.cleaned_data["store"]), form.cleaned_data["role"]
