"""Every address x every role x every method: each answer is the one that its declaration and the table of roles foresee."""

from collections.abc import Iterable, Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from ordersops.accounts.roles import Role
from tests.desk.access.addresses import ADDRESSES, DOORS, TABLES
from tests.desk.access.door import ALL_METHODS, Asker, Door
from tests.desk.conftest import World
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
HOW = "{} has no declaration: add a line to its table in tests/desk/access/doors.py, which says what right in `Perm` opens it."


def test_every_address_is_declared_once() -> None:
    names = [name for name, _ in ADDRESSES]
    assert not (missing := [name for name in names if name not in DOORS]), "\n".join(map(HOW.format, missing))
    assert not (gone := DOORS.keys() - set(names)), f"Declared, but no address: {gone}"
    assert len(names) == len(set(names)) == sum(len(table) for table in TABLES)
    assert all(not name.startswith("/") for name in names), "An address without a name"


class Asks:
    """One asker's requests, each in a world in which nothing has happened yet."""

    def __init__(self, asker: Asker, world: World) -> None:
        self.asker, self.world, self.client, self.cookies = asker, world, Client(raise_request_exception=False), SimpleCookie()
        if asker.person is not None:
            asker.person.set_password("correct horse battery staple")  # something to prove oneself with
            asker.person.save()
            self.client.force_login(asker.person)
            self.cookies = self.client.cookies

    def __call__(self, name: str, door: Door, methods: Iterable[str], *, theirs: bool = False) -> Iterator[tuple[str, Any]]:
        """The answers, by method. What the address is about is made once, and is to each of the requests as it was made."""
        person = self.world.colleague if theirs or self.asker.person is None else self.asker.person
        with transaction.atomic():
            url = reverse(name, args=door.about(self.world, person) if door.about else [])
            for method in methods:
                with transaction.atomic():
                    yield method, self._answer(url, method, door.form(self.world, person) if door.form and method == "POST" else {})
                    transaction.set_rollback(True)
            transaction.set_rollback(True)

    def _answer(self, url: str, method: str, data: dict[str, Any]) -> Any:
        self.client.cookies = SimpleCookie({key: value.value for key, value in self.cookies.items()})
        return self.client.post(url, data) if method == "POST" else self.client.generic(method, url)

    def surprises(self, methods: tuple[str, ...] | None = None, doors: dict[str, Door] = DOORS) -> Iterator[str]:
        """What was answered otherwise than foreseen."""
        for name, door in doors.items():
            for method, answer in self(name, door, methods or sorted(door.methods)):
                foreseen = door.expected(self.asker, method)
                if answer.status_code != foreseen:
                    yield f"{method} {name} as {self.asker}: {answer.status_code}, foreseen {foreseen}"
                elif self.asker.role is None and door.anybody is None and not answer["Location"].startswith(f"{reverse('account_login')}?"):
                    yield f"{method} {name} as {self.asker}: led to {answer['Location']}"
                if not self.asker.at_home:
                    yield from (f"{method} {name} as {self.asker}: tells of {word!r}" for word in self.told(answer, door))

    def told(self, answer: Any, door: Door) -> list[str]:
        """What an answer says of the world: no page, list or file tells people of another store of it. A page for customers names its shop."""
        text = (answer.getvalue() if answer.streaming else answer.content).decode()
        world = self.world
        words = (
            world.colleague.name,
            world.entry.note,
            world.policy.note,
            world.switch.why,
            world.order.number,
            world.order.name,
        )
        named = () if door.anybody else (world.store.name,)
        return [word for word in (*named, *words, str(world.case.pk), str(world.delivery.pk)) if word in text]

    def others(self) -> Iterator[str]:
        """What was answered otherwise than foreseen about what is somebody else's."""
        for name, door in DOORS.items():
            for method, answer in self(name, door, sorted(door.methods), theirs=True) if door.theirs else ():
                status, foreseen = answer.status_code, door.expected(self.asker, method)
                foreseen = door.theirs if foreseen in (door.shows, door.gives) else foreseen
                if status != foreseen:
                    yield f"{method} {name} of somebody else as {self.asker}: {status}, foreseen {foreseen}"


def _none(surprises: list[str]) -> None:
    assert not surprises, f"{len(surprises)} answers:\n" + "\n".join(surprises)


@pytest.mark.parametrize("role", Role)
def test_each_role_at_home(role: Role, world: World, make_person: MakePerson) -> None:
    asks = Asks(Asker(make_person(role, world.store), role), world)
    _none([*asks.surprises(ALL_METHODS), *asks.others()])


@pytest.mark.parametrize("role", Role)
def test_each_role_of_another_store(role: Role, world: World, make_person: MakePerson, other_store: Any) -> None:
    """By the methods that an address takes: what it does not take, it refused at home before it looked."""
    _none(list(Asks(Asker(make_person(role, other_store), role, at_home=False), world).surprises()))


def test_nobody_signed_in(world: World) -> None:
    _none(list(Asks(Asker(None), world).surprises(ALL_METHODS)))


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_door_of_webhooks_asks_for_a_signature_and_for_nothing_else(slash: str, world: World, supervisor: Any) -> None:
    """It lies before the map of addresses."""
    for asker in (Asker(None), Asker(supervisor, Role.SUPERVISOR)):
        client = Asks(asker, world).client
        for method in ALL_METHODS:
            answer = client.generic(method, f"/hooks/{world.store.endpoint_id}{slash}", b"{}", "application/json")
            assert answer.status_code == (401 if method == "POST" else 405), (method, asker)
