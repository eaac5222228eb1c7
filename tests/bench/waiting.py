"""Open cases by the hundred thousand, as a bad week leaves them: assigned, held, escalated, put aside, late, attacks, talked about.

Import it after `Stage.django()`.
"""

import psycopg

from ordersops.accounts.actions import give_role, invite
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.stores.models import Store
from tests.bench.past import Past

COLLEAGUES = 40

# The cases that are copied stay as they are, and come last.
_TEMPLATES = """
    UPDATE cases_case c SET priority = 1 FROM orders_order o WHERE o.id = c.order_id AND c.state = 'open' AND o.external_id NOT LIKE '91%%'
"""

# `n` is a number from 0 to 999 that belongs to the case, `who` one of the colleagues.
_STATES = """
    UPDATE cases_case c SET priority = 20 + n % 97, due_at = now() + (n % 53 - 2) * interval '1 hour' + n * interval '1 second',
        warn_at = now() + (n % 53 - 2) * interval '45 minutes', breached_at = CASE WHEN n % 53 < 2 THEN now() END,
        assigned_to_id = CASE WHEN n BETWEEN 100 AND 139 THEN who END, escalated_to = CASE WHEN n BETWEEN 200 AND 219 THEN 'supervisor' ELSE '' END,
        leased_by_id = CASE WHEN n = 300 THEN who END, lease_until = CASE WHEN n = 300 THEN now() + interval '20 minutes' END,
        snoozed_until = CASE WHEN n BETWEEN 400 AND 429 THEN now() + interval '1 day' END,
        snooze_reason = CASE WHEN n BETWEEN 400 AND 429 THEN 'later' ELSE '' END,
        group_key = CASE WHEN n BETWEEN 500 AND 509 THEN 'ip:' || md5(c.id::text) ELSE '' END,
        woken_because = CASE WHEN n BETWEEN 800 AND 804 THEN 'an answer came' WHEN n BETWEEN 805 AND 809 THEN 'its time came' ELSE '' END,
        authorised_until = now() + (n % 241 + 1) * interval '1 hour',
        orders_count = CASE WHEN n BETWEEN 500 AND 509 THEN 4 ELSE 1 END, comments_count = CASE WHEN n BETWEEN 600 AND 699 THEN 1 ELSE 0 END
    FROM (SELECT id, abs(hashtext(id::text)) %% 1000 AS n, (%(people)s::uuid[])[1 + abs(hashtext(id::text || 'who')) %% %(count)s] AS who
        FROM cases_case) k
    WHERE k.id = c.id AND c.state = 'open' AND c.priority > 1
""".replace(" n % ", " n %% ").replace("(n % ", "(n %% ")

_MEMBERS = """
    INSERT INTO cases_member (case_id, order_id, added_at) SELECT c.id, o.id, now() FROM cases_case c
    CROSS JOIN (SELECT id FROM orders_order o WHERE NOT EXISTS (SELECT FROM cases_case x WHERE x.order_id = o.id) ORDER BY id LIMIT 3) o
    WHERE c.group_key LIKE 'ip:%%' AND length(c.group_key) = 35
"""

_COMMENTS = """
    INSERT INTO cases_comment (id, store_id, case_id, by_id, kind, text, at)
    SELECT uuidv7(), store_id, id, (%(people)s::uuid[])[1 + abs(hashtext(id::text)) %% %(count)s], 'question', 'Do you know this customer?', now()
    FROM cases_case WHERE state = 'open' AND comments_count = 1
"""

_MENTIONS = """
    INSERT INTO cases_mention (comment_id, case_id, person_id)
    SELECT id, case_id, (%(people)s::uuid[])[1 + abs(hashtext(id::text)) %% %(count)s] FROM cases_comment
"""

# Some of those that are open and ordinary wait for a second person instead.
_PROPOSALS = """
    WITH chosen AS (
        UPDATE cases_case SET state = 'waiting' WHERE id IN (
            SELECT id FROM cases_case WHERE state = 'open' AND priority > 1 AND abs(hashtext(id::text)) %% 1000 BETWEEN 700 AND 709)
        RETURNING id, order_id, store_id, version
    )
    INSERT INTO review_proposal (id, store_id, case_id, recommendation_id, outcome, terms, overrides, reason, note, label, why_two, by_id, parties,
        case_version, proposed_at, state, settled_note)
    SELECT uuidv7(), c.store_id, c.id, r.id, r.outcome, '{}', false, 'F01', '', 'suspected', '["It is dear."]', (%(people)s::uuid[])[1],
        ARRAY[(%(people)s::uuid[])[1]], c.version, now(), 'waiting', ''
    FROM chosen c JOIN LATERAL (SELECT id, outcome FROM advice_recommendation r WHERE r.order_id = c.order_id ORDER BY advised_at DESC LIMIT 1) r
        ON true
"""


def fill(past: Past, count: int) -> float:
    """That many open cases in the stores of the bench; returns the seconds it took."""
    took = past.wait_for_people(count, past.stores)
    people = colleagues(past.stores, COLLEAGUES, "colleague")
    known = {"people": [past.supervisor.pk, past.reviewer.pk, *(person.pk for person in people)]}
    with psycopg.connect(past.on.url, autocommit=True) as connection:
        for statement in (_TEMPLATES, _STATES, _MEMBERS, _COMMENTS, _MENTIONS, _PROPOSALS):
            connection.execute(statement, {**known, "count": len(known["people"])})
        # Whoever takes cases in this bench has room for them.
        connection.execute("UPDATE cases_case SET leased_by_id = NULL, lease_until = NULL WHERE leased_by_id = %s", [past.reviewer.pk])
        connection.execute("VACUUM ANALYZE")
    return took


def colleagues(stores: list[Store], count: int, name: str) -> list[User]:
    """Reviewers in these stores."""
    system, people = User.objects.system(), []
    for number in range(count):
        person = invite(email=f"{name}{number}@bench.example", name=f"{name.title()} {number}", by=system)
        for store in stores:
            give_role(person=person, role=Role.FRAUD_REVIEWER, store=store, by=system)
        people.append(person)
    return people
