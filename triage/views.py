"""What is wrong with orders now: one row for each open exception, and what of it is one problem."""

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.roles import Perm, Role
from ordersops.htmx import Request, show
from ordersops.lists import Filters, StoreField, Words
from ordersops.stores.models import Store
from triage import queries
from triage.exceptions import EXCEPTIONS

SEVERITIES = [("1", "1, now"), ("2", "2, today"), ("3", "3, soon"), ("4", "4, later")]


class ExceptionFilters(Filters):
    store = StoreField()
    key = forms.ChoiceField(choices=[("", "All"), *sorted(((one.key, one.label) for one in EXCEPTIONS.values()), key=lambda pair: pair[1])])
    severity = forms.ChoiceField(choices=[("", "All"), *SEVERITIES])
    owner = forms.ChoiceField(
        choices=[("", "All"), *((owner, Role(owner).label) for owner in sorted({one.owner for one in EXCEPTIONS.values()}))]
    )
    shared = Words()


@require_safe
def exceptions(request: Request) -> HttpResponse:
    require_anywhere(request.user, Perm.VIEW_CASES)
    stores = list(Store.objects.visible_to(request.user, Perm.VIEW_CASES))
    filters = ExceptionFilters(request.GET, store=[(str(store.pk), store.name) for store in stores])
    asked = {name: value or "" for name, value in filters.read().items()}
    page = queries.page_of(request.user, asked, request.GET.get("cursor", ""))
    for row in page.rows:
        row.way_label = next((way.label for way in row.of.resolutions if way.key == row.way), "") if row.of else ""
        row.owner_label = Role(row.owner).label if row.owner in Role.values else row.owner
    context = {**filters.context(page), "rows": page.rows, "stores": stores, "groups": queries.groups(request.user)}
    return show(request, "triage/exceptions.html", context, fragment="triage/_exceptions.html")
