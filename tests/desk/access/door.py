"""How an address is declared, and the one rule by which every answer of it is foreseen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from tests.desk.conftest import World

READS, ALL_METHODS = ("GET", "HEAD"), ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SIGN_IN = 302  # to the page where one signs in

Held = frozenset[Perm]
Answers = dict[str, int]  # by method


@dataclass(frozen=True)
class Asker:
    """Who asks: a person with one role in one store, at home where the world is or in another store; or nobody who is signed in."""

    person: User | None
    role: Role | None = None
    at_home: bool = True

    def __str__(self) -> str:
        return "nobody signed in" if self.role is None else f"{self.role.value}{'' if self.at_home else ' of another store'}"


Arguments = Callable[[World, User], list[Any]]
Form = Callable[[World, User], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Door:
    """One address: what right opens it to look (`read`) and to do (`act`); None where it takes no such method.

    No right at all means: whoever is signed in. `about` makes the arguments and `form` what is sent, in the world of the tests and for
    the person who asks. `shows` and `gives` are the answers to those who may, `refused` that to those without the right.
    A row of a store is `outside` for people of another store; None where the address is about no row of one store.
    `before` is asked for anywhere, before the row is looked for. `also` is the answer to those who fail what is asked beyond rights.
    `theirs` is the answer about somebody else's, where the address is about one's own. `anybody` are the answers to everybody, signed
    in or not; `own` those of one's own account to whoever is signed in.
    """

    read: Held | None = None
    act: Held | None = None
    about: Arguments | None = None
    form: Form | None = None
    shows: int = 200
    gives: int = 303
    refused: int = 403
    outside: int | None = None
    before: Held = frozenset()
    also: Callable[[Held, str], int | None] = field(default=lambda held, method: None)
    theirs: int | None = None
    anybody: Answers | None = None
    own: Answers | None = None

    @property
    def methods(self) -> set[str]:
        """Those that it takes."""
        said = {**(self.anybody or {}), **(self.own or {})}
        return {*said, *(READS if self.read is not None else ()), *(("POST",) if self.act is not None else ())}

    def expected(self, asker: Asker, method: str) -> int:
        """The rule: signed in? a method that is taken? the right to see such things? in one's store? the right? then the answer."""
        if self.own is None and self.anybody is not None:
            return self.anybody.get(method, 405)
        if asker.role is None:
            return self.anybody.get(method, 405) if self.anybody is not None else SIGN_IN
        if method not in self.methods:
            return 405
        if self.own is not None:
            return self.own.get(method, 405)
        held, needed = ROLES[asker.role], self.read if method in READS else self.act
        assert needed is not None
        if not self.before <= held:
            return 403
        if self.outside is not None and not asker.at_home:
            return self.outside
        if not needed <= held:
            return self.refused
        return self.also(held, method) or (self.shows if method in READS else self.gives)


def page(*perms: Perm, about: Arguments | None = None, **more: Any) -> Door:
    """Read with these rights, all of them. With arguments it is about a row of a store."""
    return Door(read=frozenset(perms), about=about, **{"outside": 404 if about else None, **more})


def act(*perms: Perm, about: Arguments | None = None, **more: Any) -> Door:
    """Done by POST, with these rights."""
    return Door(act=frozenset(perms), about=about, **{"outside": 404 if about else None, **more})


def both(*perms: Perm, to_read: tuple[Perm, ...] | None = None, about: Arguments | None = None, **more: Any) -> Door:
    """A form that is drawn and sent at one address, with the same rights unless less is enough to read it."""
    reads = frozenset(perms if to_read is None else to_read)
    return Door(read=reads, act=frozenset(perms), about=about, **{"outside": 404 if about else None, **more})


def anybody(about: Arguments | None = None, **answers: int) -> Door:
    """Open to those who are not signed in: `anybody(GET=200, HEAD=200)`."""
    return Door(anybody=answers, about=about)


def machines(about: Arguments | None = None) -> Door:
    """Opened by a token alone; a session opens nothing. Who may do what with a token: tests/api/test_access.py."""
    return Door(anybody=dict.fromkeys(ALL_METHODS, 401), about=about)


def own(about: Arguments | None = None, signed_out: Answers | None = None, **answers: int) -> Door:
    """A page of allauth about one's own account, the same for every role."""
    return Door(own=answers, about=about, anybody=signed_out)
