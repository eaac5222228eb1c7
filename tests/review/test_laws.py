"""What the database itself refuses: evidence, advice and decisions never change."""

import pytest
from django.db import DatabaseError, connection, transaction

from ordersops.accounts.models import User
from ordersops.advice.models import Recommendation, Signal, Snapshot
from ordersops.cases.models import TRANSITIONS as CASE_TRANSITIONS
from ordersops.cases.models import CaseState
from ordersops.effects.models import TRANSITIONS as EFFECT_TRANSITIONS
from ordersops.effects.models import EffectState
from ordersops.review.actions import approve
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.review.scene import case_about

pytestmark = pytest.mark.django_db
FROZEN = [(Snapshot, "body"), (Signal, "says"), (Recommendation, "outcome"), (Decision, "note")]


@pytest.fixture
def decided(store: Store, system: User, fraud_reviewer: User) -> Decision:
    return approve(case=case_about(store, system), by=fraud_reviewer, version=1)


@pytest.mark.parametrize(("model", "field"), FROZEN)
@pytest.mark.parametrize("way", ["update", "delete", "truncate", "upsert"])
def test_a_row_that_never_changes(decided: Decision, model: type, field: str, way: str) -> None:
    rows = model._default_manager.all()
    row = rows.first()
    assert row is not None
    before = getattr(row, field)
    table = model._meta.db_table
    columns = ", ".join(f'"{column.column}"' for column in model._meta.concrete_fields)
    pk = model._meta.pk.column
    statement = {
        "update": f'UPDATE "{table}" SET "{field}" = \'changed\'',
        "delete": f'DELETE FROM "{table}"',
        "truncate": f'TRUNCATE "{table}" CASCADE',
        "upsert": f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "{table}" ON CONFLICT ("{pk}") DO UPDATE SET "{field}" = \'changed\'',
    }[way]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is deferred to the commit would refuse TRUNCATE by itself
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            cursor.execute(statement)
    row.refresh_from_db()
    assert getattr(row, field) == before


def test_the_tables_of_states_name_every_state() -> None:
    assert set(CASE_TRANSITIONS) == set(CaseState.values)
    assert set(EFFECT_TRANSITIONS) == set(EffectState.values)
    assert EFFECT_TRANSITIONS[EffectState.DONE] == EFFECT_TRANSITIONS[EffectState.UNDONE] == frozenset()
