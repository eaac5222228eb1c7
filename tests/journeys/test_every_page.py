"""Every page there is, by the map of addresses, in a browser: for a screen reader, by keyboard, on a phone, in the dark, at twice the size,
with less motion, and under the strict policy. A new address is walked without a line here.
"""

from typing import Any

import pytest
from django.urls import reverse

from tests.desk.access.addresses import DOORS, TABLES
from tests.desk.access.door import Asker
from tests.desk.conftest import World, world
from tests.journeys.looking import NotAPage, look_at
from tests.journeys.pages import AFTER_PASSWORD, FURTHER, HALFWAY_IN, NO_PAGE, WALKERS, WITH_FACTORS, give_factors, taking_get, to_walk
from tests.journeys.served import PASSWORD, Served, db, served

__all__ = ["db", "served", "world"]
pytestmark = [pytest.mark.walk, pytest.mark.browser, pytest.mark.xdist_group("served")]
KINDS = ["cases", "orders", "stores", "automation", "people", "one's own", "signing in", "open"]


def none(found: dict[str, list[str]]) -> None:
    told = {path: troubles for path, troubles in found.items() if troubles}
    assert not told, "\n".join(f"{path}\n    " + "\n    ".join(troubles) for path, troubles in told.items())


@pytest.mark.django_db
def test_what_has_no_page_is_an_address_still() -> None:
    """And brings about the test database that the walks copy."""
    assert set(NO_PAGE) | FURTHER <= set(taking_get())


@pytest.mark.parametrize("kind", KINDS)
def test_pages(kind: str, served: Served, world: World, make_person: Any) -> None:
    table = dict(zip(KINDS, TABLES, strict=False))[kind]
    askers = [Asker(make_person(role, world.store, name=f"Walker {role.label}"), role) for role in WALKERS]
    desks: dict[Asker, Any] = {}
    found: dict[str, list[str]] = {}
    met = set(NO_PAGE) | FURTHER
    for name, path, asker, status in to_walk(table, [*askers, Asker(None)], world):
        met.add(name)
        if asker not in desks:
            desks[asker] = served.sit_down(asker.person)
        try:
            found[path] = look_at(desks[asker], path, (status,))
        except NotAPage:
            continue
    none(found)
    assert [name for name in table if name in taking_get() and name not in met] == [], "nobody of those who walk sees these"


def test_pages_of_ones_own_factors(served: Served, world: World, make_person: Any) -> None:
    desk = served.sit_down(make_person(None), proved=True)
    found = {name: look_at(desk, reverse(name)) for name in AFTER_PASSWORD}
    careful = make_person(None)
    desk = served.sit_down(careful, proved=True)
    key = give_factors(careful)
    for name in WITH_FACTORS:
        path = reverse(name, args=[key] if DOORS[name].about else [])
        found[path] = look_at(desk, path)
    desk = served.sit_down(None)
    desk.page.goto(reverse("account_login"))
    desk.page.get_by_label("E-mail").fill(careful.email)
    desk.page.locator("input[type=password]").fill(PASSWORD)
    desk.press("Enter")
    desk.page.wait_for_url("**" + reverse("mfa_authenticate"))
    found |= {name: look_at(desk, reverse(name)) for name in HALFWAY_IN}
    none(found)


def test_refusals(served: Served, world: World, order_clerk: Any) -> None:
    desk = served.sit_down(order_clerk)
    none({path: look_at(desk, path, (403, 404)) for path in ("/nowhere/", f"/orders/{world.store.pk}/", reverse("fraud_lists"))})


def test_pages_with_nothing_on_them(served: Served, store: Any, make_person: Any) -> None:
    """Somebody's first day: what is empty says so, and what to do."""
    asker = Asker(make_person(WALKERS[0], store), WALKERS[0])
    desk = served.sit_down(asker.person)
    found: dict[str, list[str]] = {}
    for name, door in DOORS.items():
        if name in taking_get() and door.about is None and door.own is None and door.anybody is None and door.expected(asker, "GET") == 200:
            try:
                found[name] = look_at(desk, reverse(name), thoroughly=False)
            except NotAPage:
                continue
    none(found)
