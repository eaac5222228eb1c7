"""The pages of the desk, each with endless addresses, of another row each time."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.past import Past


def pages(past: "Past") -> dict[str, Callable[[], Iterator[str]]]:
    """Each page with endless addresses, of another row each time."""
    from django.urls import reverse

    from ordersops.cases.hints import hints_of
    from ordersops.cases.lanes import lane
    from ordersops.cases.models import Case
    from ordersops.cases.views import VIEWS
    from ordersops.lists import write_cursor
    from ordersops.orders.models import Order

    open_cases = _some(past, "SELECT id FROM cases_case WHERE state = 'open'")
    decided = _some(past, "SELECT id FROM cases_case WHERE state = 'decided'")
    sampled = _some(past, "SELECT id FROM bench_map WHERE full_copy")
    orders = _some(past, "SELECT id FROM orders_order WHERE placed_at IS NOT NULL")
    rows = list(Order.objects.filter(pk__in=orders).only("number", "email", "name", "placed_at", "external_id"))
    words = [row.name.split()[0] for row in rows if row.name]
    skus = _some(past, "SELECT sku FROM (SELECT DISTINCT lower(sku) AS sku FROM orders_line WHERE sku <> '') s")
    queue, listed = reverse("queue", args=["fraud"]), reverse("orders")
    about = list(Case.objects.filter(pk__in=open_cases).select_related("order"))
    return {
        "home": _same(reverse("home")),
        "queue": _same(queue),
        "queue, page 20": _same(f"{queue}?cursor={_further(past, 19)}"),
        "queue, high band": _same(f"{queue}?band=high"),
        **{f"queue, {view}": _same(f"{queue}?{view}=1") for view in VIEWS},
        "queue, its rows": _same(f"{queue}rows"),
        "queue, what stands out": _same(f"{queue}hints"),
        **{f"queue, hint {key}": _same(f"{queue}?hint={key}") for key in hints_of(lane("fraud"))},
        "queue, frequent signal": _same(f"{queue}?signal=first_order"),
        "signals": _same(reverse("signals", args=["fraud"])),
        "queue, search": _each(f"{queue}?q={one.order.number.lstrip('#')}" for one in about),
        "case, open": _each(reverse("case", args=[pk]) for pk in open_cases),
        "case, decided": _each(reverse("case", args=[pk]) for pk in decided),
        "decision bar": _each(reverse("_case_bar", args=[pk]) for pk in open_cases),
        "second": _same(reverse("second")),
        "second, its rows": _same(reverse("_second_rows")),
        "search": _each(f"{reverse('search')}?q={word}" for word in words),
        "palette": _each(f"{reverse('_palette')}?q={row.number.lstrip('#')}" for row in rows),
        "palette, nothing typed": _same(reverse("_palette")),
        **_where(("workload", "quality")),
        "order": _each(reverse("order", args=[pk]) for pk in sampled),
        "orders": _same(listed),
        "orders, further down": _each(f"{listed}?cursor={write_cursor(row.placed_at.isoformat(), str(row.pk))}" for row in rows),
        "orders, waiting for risk": _same(f"{listed}?stage=risk"),
        "orders, on hold": _same(f"{listed}?on_hold=1"),
        "orders, one month": _each(f"{listed}?since={row.placed_at.date()}&until={row.placed_at.date()}" for row in rows),
        "search, number": _each(f"{listed}?q={row.number.lstrip('#')}" for row in rows),
        "search, e-mail": _each(f"{listed}?q={row.email}" for row in rows),
        "search, name": _each(f"{listed}?q={row.name.replace(' ', '+')}" for row in rows),
        "search, first name": _each(f"{listed}?q={word}" for word in words),
        "search, SKU": _each(f"{listed}?q={sku}" for sku in skus),
        "effects": _same(reverse("effects")),
        "intake": _same(reverse("intake")),
        "deliveries": _same(reverse("deliveries")),
        "audit": _same(reverse("audit")),
        "audit of an order": _each(f"{reverse('audit')}?order={pk}" for pk in sampled),
    }


def _some(past: "Past", statement: str) -> list[Any]:
    """Sixty values, the same for the same data."""
    return [row[0] for row in past.on.rows(f"SELECT * FROM ({statement}) AS found ORDER BY md5(found::text) LIMIT 60")]


def _same(address: str) -> Callable[[], Iterator[str]]:
    return _each(iter([address]))


def _each(addresses: Iterator[str]) -> Callable[[], Iterator[str]]:
    known = list(addresses)

    def endless() -> Iterator[str]:
        while True:
            yield from known

    return endless


def _further(past: "Past", pages: int) -> str:
    """The cursor after so many pages of the queue."""
    from ordersops.cases.forms import QueueFilters
    from ordersops.cases.lanes import lane
    from ordersops.cases.queries import queue

    cursor, filters = "", QueueFilters({}, store=[]).read()
    for _ in range(pages):
        cursor = queue(lane("fraud"), past.supervisor, filters, cursor).next_cursor
    return cursor


def _where(names: tuple[str, ...]) -> dict[str, Callable[[], Iterator[str]]]:
    """Those of these pages that there are."""
    from django.urls import NoReverseMatch, reverse

    found = {}
    for name in names:
        try:
            found[name] = _same(reverse(name))
        except NoReverseMatch:
            continue
    return found
