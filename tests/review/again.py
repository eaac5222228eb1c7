"""A case that somebody decided, took back, and that another person judges again, with its advice closed."""

from decimal import Decimal
from typing import Any

from ordersops.accounts.models import User
from ordersops.cases.actions import claim
from ordersops.cases.models import Case
from ordersops.review.actions import approve, give_impression, undo
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.people import MakePerson
from tests.review.automated import allowed
from tests.review.scene import held


def judged_again(store: Store, system: User, make_person: MakePerson, **more: Any) -> Case:
    policy = allowed(store, make_person(), make_person(), mode="assist", blind_share=Decimal(1))
    order = held(store, system, **more)
    case: Case = CaseFactory(order=order, store=store, advice__policy_version=policy, advice__outcome="release")
    first = make_person("fraud_reviewer", store)
    claim(case=case, by=first)
    give_impression(case=case, by=first, outcome="release")
    case.refresh_from_db()
    undo(decision=approve(case=case, by=first, version=case.version), by=first)
    case.refresh_from_db()
    return case
