"""Writing the history: units of work, the events that they record, and refused attempts.

    with atomic():
        ...change rows...
        record(Verb.CASE_CLAIMED, by=user, case=case, until=until)

Events are written last in the outermost unit, in one statement, sorted by stream: two transactions take the locks of the
streams in the same order, so they cannot deadlock, and hold them for the shortest time.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, overload
from uuid import UUID

import psycopg
from django.apps import apps
from django.db import connection, models, transaction

from ordersops.audit.verbs import Verb, canonical, payload

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ordersops.accounts.models import User

Subject: TypeAlias = models.Model | UUID | None
Function = TypeVar("Function", bound=Callable[..., Any])

log = logging.getLogger(__name__)
_request_id: ContextVar[str] = ContextVar("audit_request_id", default="")
_unit: ContextVar["list[_Pending] | None"] = ContextVar("audit_unit", default=None)


class _Pending(NamedTuple):
    """An event that waits for the end of its unit."""

    stream: str
    actor: UUID
    actor_name: str
    verb: str
    payload: str
    store: UUID | None
    order: UUID | None
    case: UUID | None
    request_id: str


@contextmanager
def request_scope(request_id: str) -> Iterator[None]:
    """Everything recorded inside belongs to one gesture: a request, or one run of a job."""
    token = _request_id.set(request_id[:64])
    try:
        yield
    finally:
        _request_id.reset(token)


@overload
def atomic(function: Function, /) -> Function: ...
@overload
def atomic(*, savepoint: bool = True) -> "AbstractContextManager[None]": ...
def atomic(function: Any = None, /, *, savepoint: bool = True) -> Any:
    """One unit of work, as `with atomic():` or `@atomic`: a transaction whose events are written last.

    Nested units join the outer one. A nested unit that raises drops its own rows and events, and the outer one may go on;
    with `savepoint=False` it costs no round trips and the outer unit cannot go on. An exception drops everything.
    Inside a unit, use this and not `transaction.atomic` to catch errors: that one cannot drop events.
    """
    unit = _one_unit(savepoint)
    return unit if function is None else unit(function)


@contextmanager
def _one_unit(savepoint: bool) -> Iterator[None]:
    outer = _unit.get()
    mine: list[_Pending] = []
    token = _unit.set(mine)
    try:
        with transaction.atomic(savepoint=savepoint or outer is None):
            yield
            if outer is None:
                _write(mine)
    finally:
        _unit.reset(token)
    if outer is not None:
        outer.extend(mine)


def record(
    verb: Verb, *, by: "User", order: Subject = None, case: Subject = None, store: Subject = None, person: Subject = None, **data: Any
) -> None:
    """Record that `by` did this, in the unit of work that is under way.

    Subjects are instances or ids. The store is taken from the order or case, the order from the case; with bare ids it is looked up
    when the unit ends. `data` is exactly the payload of the verb (verbs.py). Raises TypeError if it is not, RuntimeError outside a unit.
    """
    unit = _unit.get()
    if unit is None:
        raise RuntimeError(f"{verb} is recorded outside a unit of work: wrap the verb in audit.actions.atomic()")
    order_id, case_id, store_id = _pk(order), _pk(case), _pk(store)
    if order_id is None and isinstance(case, models.Model):
        order_id = getattr(case, "order_id", None)
    if store_id is None:
        store_id = getattr(order, "store_id", None) or getattr(case, "store_id", None)
    stream = _stream(order_id, case_id, _pk(person), store_id if store is not None else None)
    unit.append(_Pending(stream, by.pk, _name(by), verb, payload(verb, data), store_id, order_id, case_id, _request_id.get()))


def record_refusal(*, by: "User", perm: str, store_id: UUID | None, **about: Any) -> None:
    """Record a refused attempt on a connection of its own, so that it outlives the rollback of the caller, who raises Forbidden next.

    `about` may name `order` and `case` (instances or ids) and anything else, of which the text is kept. The stream is the
    person's stream of refusals, which no transaction of the product holds: waiting for one that waits for us cannot happen.
    """
    order, case = about.pop("order", None), about.pop("case", None)
    case_id, order_id = _pk(case), _pk(order) or getattr(case, "order_id", None)
    rest = {key: str(getattr(value, "pk", value))[:200] for key, value in about.items()}
    text = payload(Verb.ACCESS_REFUSED, {"right": str(perm), "about": rest})
    event = _Pending(f"refused:{by.pk}", by.pk, _name(by), Verb.ACCESS_REFUSED, text, store_id, order_id, case_id, _request_id.get())
    try:
        with own_connection() as own:
            own.execute("SET lock_timeout = '3s'")
            own.execute(_INSERT, _columns([event]))
    except psycopg.Error:
        # The attempt is refused either way; that its record failed must not turn the refusal into a crash.
        log.exception("A refused attempt of %s (%s in store %s) could not be recorded.", by.pk, perm, store_id)


def own_connection() -> psycopg.Connection[Any]:
    """A new connection to the same database, outside the transaction and the pool of this thread. Used as a context manager it commits."""
    parameters = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}
    return psycopg.connect(**parameters)


# The other columns are the trigger's. ORDER BY keeps the streams sorted whatever the plan.
_INSERT = """
INSERT INTO audit_event (stream, actor_id, actor_name, verb, payload, store_id, order_id, case_id, request_id)
SELECT stream, actor, actor_name, verb, payload, store, "order", "case", request_id
FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[])
WITH ORDINALITY AS e (stream, actor, actor_name, verb, payload, store, "order", "case", request_id, place)
ORDER BY place
"""


def _write(events: list[_Pending]) -> None:
    if not events:
        return
    events = sorted(_placed(events), key=attrgetter("stream"))  # stable: within a stream the order of recording
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _columns(events))


def _columns(events: Iterable[_Pending]) -> list[list[Any]]:
    return [list(column) for column in zip(*events, strict=True)]


def _placed(events: list[_Pending]) -> list[_Pending]:
    """Give events that were recorded with bare ids the case's order and the store, as if with instances."""
    if cases := {e.case for e in events if e.case and not e.order}:
        found = apps.get_model("cases.Case")._default_manager.filter(pk__in=cases).values_list("pk", "order_id", "store_id")
        about = {case: (order, store) for case, order, store in found}
        for place, e in enumerate(events):
            if not e.order and e.case in about:
                order, store = about[e.case]
                events[place] = e._replace(order=order, store=e.store or store, stream=_stream(order, e.case, None, None))
    if orders := {e.order for e in events if e.order and not e.store}:
        stores = dict(apps.get_model("orders.Order")._default_manager.filter(pk__in=orders).values_list("pk", "store_id"))
        events = [e._replace(store=stores.get(e.order) if e.order else None) if not e.store else e for e in events]
    return events


def _stream(order: UUID | None, case: UUID | None, person: UUID | None, store: UUID | None) -> str:
    for kind, subject in (("order", order), ("case", case), ("user", person), ("store", store)):
        if subject is not None:
            return f"{kind}:{subject}"
    return "system"


def _name(by: "User") -> str:
    return str(canonical(by.name))[:120]


def _pk(subject: Any) -> UUID | None:
    if subject is None or isinstance(subject, UUID):
        return subject
    if isinstance(subject, str):
        return UUID(subject)
    pk: UUID = subject.pk
    return pk
