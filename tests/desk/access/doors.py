"""The pages and acts, by the names of their addresses: what opens each and what it takes. A new one gets its line here, beside its kind."""

from django.urls import reverse

from ordersops.accounts.roles import ROLES, Perm, Role
from tests.desk.access import made
from tests.desk.access.door import Arguments, Door, act, both, page
from tests.returns.shop import delivered_order

FRAUD = Perm.DECIDE_FRAUD  # the right of the lane whose cases are asked about
DECIDES = frozenset({Perm.DECIDE_FRAUD, Perm.DECIDE_TRIAGE, Perm.DECIDE_RETURNS, Perm.DECIDE_INQUIRIES})  # in some lane
ASKED_EVERYWHERE = {"before": frozenset({Perm.VIEW_PEOPLE})}  # people are looked for across stores

CASES: dict[str, Door] = {
    "home": page(),
    "queue": page(Perm.VIEW_CASES, about=lambda w, me: ["fraud"], outside=None),
    "_queue_rows": page(Perm.VIEW_CASES, about=lambda w, me: ["fraud"], outside=None),
    "_queue_hints": page(Perm.VIEW_CASES, about=lambda w, me: ["fraud"], outside=None),
    "signals": page(Perm.VIEW_WORKLOAD, about=lambda w, me: ["fraud"], outside=None),
    "_signals_released": page(Perm.VIEW_WORKLOAD, about=lambda w, me: ["fraud"], outside=None),
    "queue_next": act(FRAUD, about=lambda w, me: ["fraud"], outside=None),
    "bulk_new": both(FRAUD, about=lambda w, me: ["fraud"], outside=None, gives=422),  # nothing is chosen
    "bulk": page(Perm.VIEW_CASES, about=lambda w, me: [made.a_bulk(w).pk]),
    "bulk_approve": act(Perm.APPROVE_SECOND, about=lambda w, me: [made.a_bulk(w).pk], form=lambda w, me: made.a_row(w)),
    "bulk_send_back": act(
        Perm.APPROVE_SECOND, about=lambda w, me: [made.a_bulk(w).pk], form=lambda w, me: {**made.a_row(w), "note": "Look at them one by one."}
    ),
    "case": page(Perm.VIEW_CASES, about=lambda w, me: [w.case.pk]),
    "_case_bar": page(Perm.VIEW_CASES, about=lambda w, me: [w.case.pk]),
    "_case_news": page(Perm.VIEW_CASES, about=lambda w, me: [w.case.pk]),
    "_case_conversation": page(Perm.VIEW_CASES, about=lambda w, me: [w.case.pk]),
    "attachment": page(Perm.VIEW_CASES, about=lambda w, me: [w.attachment.pk]),
    "case_claim": act(FRAUD, about=lambda w, me: [w.case.pk]),
    "case_release": act(Perm.VIEW_CASES, about=lambda w, me: [w.case.pk], gives=409),  # of the lease that one holds, and nobody does
    "case_lease": act(Perm.VIEW_CASES, about=lambda w, me: [w.case.pk], gives=409),
    "case_leave": act(Perm.VIEW_CASES, about=lambda w, me: [w.case.pk], gives=204),
    "case_comment": both(Perm.DISCUSS_CASES, about=lambda w, me: [w.case.pk], form=lambda w, me: {"text": "Have a look at the phone"}),
    "case_assign": both(Perm.ASSIGN_CASES, about=lambda w, me: [w.case.pk], form=lambda w, me: {"to": w.reviewer.pk}),
    "case_escalate": both(
        FRAUD, about=lambda w, me: [w.case.pk], form=lambda w, me: {"role": "supervisor", "note": "Beyond me"},
        # To somebody who can do more than oneself, or there is nobody.
        also=lambda held, method: None if held < ROLES[Role.SUPERVISOR] else 409 if method == "POST" else 403,
    ),
    "case_hand_back": both(FRAUD, about=lambda w, me: [made.an_escalated_case(w, me).pk], form=lambda w, me: {"note": "Not for us"}),
    "case_snooze": both(FRAUD, about=lambda w, me: [w.case.pk], form=lambda w, me: {"span": "1h", "reason": "customer"}),
    "case_tag": both(Perm.DISCUSS_CASES, about=lambda w, me: [w.case.pk], form=lambda w, me: {"more": "gift"}),
    "case_deadline": both(
        Perm.MOVE_DEADLINES, about=lambda w, me: [w.case.pk], form=lambda w, me: {"when": "2", "note": "The bank answers on Thursday."}
    ),
    "order_review": both(
        Perm.REQUEST_REVIEW, about=lambda w, me: [made.an_order_that_passed(w).pk],
        form=lambda w, me: {"lane": "fraud", "note": "The customer says that it was not her.", "working_days": "3"},
    ),
    "case_wake": act(FRAUD, about=lambda w, me: [w.case.pk]),
    "case_reopen": both(Perm.REOPEN_CASES, about=lambda w, me: [made.a_settled_case(w).pk], form=lambda w, me: {"reason": "mistake"}),
    "case_impression": act(FRAUD, about=lambda w, me: [w.case.pk], gives=409, form=lambda w, me: {"outcome": "release"}),  # its advice is open
    "case_tick": act(FRAUD, about=lambda w, me: [w.case.pk], form=lambda w, me: {"item": "asked", "on": "1"}),
    "case_approve": both(FRAUD, about=lambda w, me: [w.case.pk], form=lambda w, me: {"version": w.case.version}),
    "case_override": both(
        FRAUD, Perm.OVERRIDE, about=lambda w, me: [w.case.pk], form=lambda w, me: {"version": w.case.version, **made.OTHERWISE}
    ),
    "case_ask_customer": both(
        FRAUD, about=lambda w, me: [made.a_case_to_ask_about(w).pk],
        form=lambda w, me: {"version": 1, "subject": "Your order", "text": "Please tell us whether you placed this order."},
    ),
    "case_withdraw_link": act(FRAUD, about=lambda w, me: [made.a_case_with_a_link(w).pk]),
    "second": page(Perm.VIEW_CASES),
    "_second_rows": page(Perm.VIEW_CASES),
    "proposal_approve": both(
        Perm.APPROVE_SECOND, about=lambda w, me: [w.proposal.pk], form=lambda w, me: {"version": w.proposal.case.version}
    ),
    "proposal_send_back": both(
        Perm.APPROVE_SECOND, about=lambda w, me: [w.proposal.pk], form=lambda w, me: {"note": "Look at the address once more."}
    ),
    "proposal_otherwise": both(
        Perm.APPROVE_SECOND, about=lambda w, me: [w.proposal.pk],
        form=lambda w, me: {"version": w.proposal.case.version, **made.OTHERWISE},
    ),
    "proposal_take_back": act(FRAUD, about=lambda w, me: [made.a_proposal(w, me).pk], theirs=403),
    "tower": page(Perm.VIEW_WORKLOAD),
    "_tower_rows": page(Perm.VIEW_WORKLOAD),
    "workload": page(Perm.VIEW_WORKLOAD),
    "workload_assign": act(Perm.VIEW_WORKLOAD, Perm.ASSIGN_CASES, about=lambda w, me: [w.case.pk], form=lambda w, me: {"to": w.reviewer.pk}),
    "quality": page(Perm.VIEW_WORKLOAD),
    "quality_next": both(also=lambda held, method: None if held & DECIDES else 403),
    "second_review": both(FRAUD, about=lambda w, me: [made.to_review(w.decision, by=me).pk], theirs=404, refused=404, gives=422),
    "second_answer": both(
        Perm.SETTLE_REVIEWS, to_read=(Perm.VIEW_WORKLOAD,), about=lambda w, me: [made.judged(w.decision, w.colleague, "release").pk], gives=422
    ),
    "decision_undo": act(FRAUD, about=lambda w, me: [w.decision.pk]),
    "decision_take_back": both(
        FRAUD, about=lambda w, me: [made.a_done_decision(w).pk], form=lambda w, me: {"note": "The customer says it was not her."}
    ),
    "decision_harm": act(
        Perm.STOP_AUTOMATION, about=lambda w, me: [made.a_decision_of_automation(w).pk],
        form=lambda w, me: {"why": "The bank took the money back", "severity": "S1"},
    ),
    "reasons": page(Perm.VIEW_ROLLOUT),  # of a lane, in all stores
    "reason": page(Perm.VIEW_ROLLOUT, about=lambda w, me: ["fraud", "A1"], outside=None),
    "reason_change": act(
        Perm.EDIT_REASONS, about=lambda w, me: ["fraud", "A1"], outside=None,
        form=lambda w, me: {"version": 1, "text": "They called back", "customer_text": ""},
    ),
    "reason_add": act(
        Perm.EDIT_REASONS, about=lambda w, me: ["fraud"], outside=None,
        form=lambda w, me: {"code": "A7", "text": "Paid by wire", "customer_text": "", "like": "A1"},
    ),
    "reason_retire": act(Perm.EDIT_REASONS, about=lambda w, me: ["fraud", "A1"], outside=None),
    "reason_restore": act(Perm.EDIT_REASONS, about=lambda w, me: ["fraud", "A1"], outside=None, gives=409),  # it is not retired
    "playbooks": page(Perm.VIEW_CASES),
    "playbook": page(Perm.VIEW_CASES, about=lambda w, me: [made.a_playbook(w).playbook_id]),
    "playbook_add": both(
        Perm.EDIT_PLAYBOOKS, about=lambda w, me: ["fraud"], outside=None, form=lambda w, me: made.a_playbook_for(me)
    ),
    "playbook_change": both(
        Perm.EDIT_PLAYBOOKS, about=lambda w, me: [made.a_playbook(w).playbook_id], form=lambda w, me: {**made.A_PLAYBOOK, "version": 1}
    ),
    "playbook_retire": act(Perm.EDIT_PLAYBOOKS, about=lambda w, me: [made.a_playbook(w).playbook_id]),
    "playbook_restore": act(Perm.EDIT_PLAYBOOKS, about=lambda w, me: [made.a_playbook(w).playbook_id], gives=409),  # it is not retired
    "reason_move": act(Perm.EDIT_REASONS, about=lambda w, me: ["fraud", "A2"], outside=None, form=lambda w, me: {"to": "up"}),
}  # fmt: skip

ASK: dict[str, Arguments] = {"about": lambda w, me: [w.order.pk, "order.note"]}
ORDERS: dict[str, Door] = {
    "orders": page(),
    "search": page(),
    "_palette": page(),
    "view_save": act(
        Perm.SHARE_VIEWS, outside=404,  # shared; each person keeps their own
        form=lambda w, me: {"name": "Large", "path": reverse("orders"), "query": "risk=high", "store": w.store.pk},
    ),
    "view_delete": act(Perm.SHARE_VIEWS, about=lambda w, me: [made.a_shared_view(w).pk]),
    "order": page(Perm.VIEW_ORDERS, about=lambda w, me: [w.order.pk]),
    "order_hold": act(Perm.PLACE_HOLD, about=lambda w, me: [w.order.pk], form=lambda w, me: {"reason": "stock"}),
    "hold_release": act(Perm.RELEASE_HOLD, about=lambda w, me: [w.hold.pk]),
    "return_new": both(
        Perm.ACT_ON_ORDER, about=lambda w, me: [delivered_order(w.store).pk], form=lambda w, me: {"units_1": "1", "reason_1": "UNWANTED"}
    ),
    "return": page(Perm.VIEW_ORDERS, about=lambda w, me: [made.a_return(w).pk]),
    "return_act": act(
        Perm.ACT_ON_ORDER, about=lambda w, me: [made.a_return(w).pk, "cancel"], form=lambda w, me: {"why": "The customer keeps it."}
    ),
    "return_photo": page(Perm.VIEW_ORDERS, about=lambda w, me: [made.a_return_photo(w).pk]),
    "exceptions": page(Perm.VIEW_CASES),
    "inquiries": page(Perm.VIEW_CASES),
    "inquiry": page(Perm.VIEW_CASES, about=lambda w, me: [made.a_conversation(w).pk]),
    "inquiry_reply": act(
        Perm.DECIDE_INQUIRIES, about=lambda w, me: [made.a_message(w).conversation_id],
        form=lambda w, me: {"subject": "Your message", "text": "Please send us your order number."},
    ),
    "inquiry_take_back": act(Perm.DECIDE_INQUIRIES, about=lambda w, me: [made.a_reply(w).pk]),
    "inquiry_again": act(Perm.DECIDE_INQUIRIES, about=lambda w, me: [made.a_reply(w, state="dead").pk]),
    "inquiry_link": act(
        Perm.DECIDE_INQUIRIES, about=lambda w, me: [made.a_conversation(w).pk], form=lambda w, me: {"number": w.order.number}
    ),
    "inquiry_close": act(Perm.DECIDE_INQUIRIES, about=lambda w, me: [made.a_conversation(w).pk]),
    "inquiry_know": act(
        Perm.DECIDE_INQUIRIES, about=lambda w, me: [made.a_conversation(w, w.order).pk], form=lambda w, me: {"how": "person"}
    ),
    "stock": page(Perm.VIEW_ORDERS),
    "stock_location": both(
        Perm.MANAGE_STOCK, to_read=(Perm.VIEW_ORDERS,), about=lambda w, me: [made.a_level(w).location_id], gives=422,
    ),  # the form is empty
    "stock_location_node": act(Perm.MANAGE_STOCK, about=lambda w, me: [made.a_level(w).location_id]),
    "stock_location_pause": act(
        Perm.MANAGE_STOCK, about=lambda w, me: [made.a_level(w).location_id], form=lambda w, me: {"note": "Stock is being counted"}
    ),
    "stock_location_resume": act(Perm.MANAGE_STOCK, about=lambda w, me: [made.a_paused_location(w).pk]),
    "stock_keep_back": act(Perm.MANAGE_STOCK, about=lambda w, me: [made.a_level(w).pk], form=lambda w, me: {"units": 3}),
    "stock_release": act(Perm.MANAGE_STOCK, about=lambda w, me: [made.a_reservation(w).pk]),
    "effects": page(Perm.VIEW_CASES),
    "effect": page(Perm.VIEW_CASES, about=lambda w, me: [w.planned.pk]),
    "effect_take_back": act(Perm.RETRY_EFFECT, about=lambda w, me: [w.planned.pk], gives=409),  # a decision planned it
    "effect_approve": act(Perm.APPROVE_SECOND, about=lambda w, me: [w.planned.pk], gives=409),  # it does not wait
    "effect_send_back": act(Perm.APPROVE_SECOND, about=lambda w, me: [w.planned.pk], gives=409, form=lambda w, me: {"why": "Not for this order"}),
    "effect_give_up": act(Perm.RETRY_EFFECT, about=lambda w, me: [w.failed.pk], form=lambda w, me: {"why": "Not needed any more"}),
    "effect_edit": act(Perm.RETRY_EFFECT, about=lambda w, me: [w.failed.pk], form=lambda w, me: {"a.reason": "other"}),
    "effect_retry": act(Perm.RETRY_EFFECT, about=lambda w, me: [w.failed.pk]),
    "effect_done": act(Perm.RETRY_EFFECT, about=lambda w, me: [w.handed_over.pk]),
    "effect_ask": page(Perm.ACT_ON_ORDER, **ASK),
    "effect_ask_preview": act(Perm.ACT_ON_ORDER, **ASK, gives=200, form=lambda w, me: {"a.text": "Ring twice", "why": "They asked"}),
    "effect_ask_confirm": act(Perm.ACT_ON_ORDER, **ASK, form=lambda w, me: {"a.text": "Ring twice", "why": "They asked us to"}),
    "fraud_lists": page(Perm.VIEW_CASES),
    "fraud_list_add": act(
        Perm.EDIT_LISTS, outside=404,
        form=lambda w, me: {"store": w.store.pk, "kind": "block", "key": "email", "value": "x@example.com", "note": "Chargeback in May"},
    ),
    "fraud_list_add_from_order": act(
        Perm.EDIT_LISTS, about=lambda w, me: [w.order.pk], form=lambda w, me: {"kind": "block", "keys": ["email"], "note": "Chargeback in May"}
    ),
    "fraud_list_remove": act(Perm.EDIT_LISTS, about=lambda w, me: [w.entry.pk]),
}  # fmt: skip

STORES: dict[str, Door] = {
    "intake": page(Perm.VIEW_INTAKE),
    "deliveries": page(Perm.VIEW_INTAKE),
    "delivery": page(Perm.VIEW_INTAKE, about=lambda w, me: [w.delivery.pk]),
    "delivery_replay": act(Perm.REPLAY_DELIVERY, about=lambda w, me: [w.delivery.pk]),
    "stores": page(Perm.VIEW_INTAKE),
    "store": both(Perm.MANAGE_STORES, to_read=(Perm.VIEW_INTAKE,), about=lambda w, me: [w.store.pk], gives=422),
    "store_connect": both(Perm.MANAGE_STORES, gives=422),  # the form is empty
    "store_compare": act(Perm.MANAGE_STORES, about=lambda w, me: [w.store.pk], gives=422),  # these three need a key of the store's interface
    "store_subscriptions": act(Perm.MANAGE_STORES, about=lambda w, me: [w.store.pk], gives=422),
    "store_subscribe": act(Perm.MANAGE_STORES, about=lambda w, me: [w.store.pk], gives=422),
    "store_hours": act(
        Perm.MANAGE_STORES, about=lambda w, me: [w.store.pk],
        form=lambda w, me: {"time_zone": "Europe/Berlin", "country": "DE", "working_days": [0, 1, 2, 3, 4]},
    ),
    "store_margin": act(Perm.WRITE_POLICY, about=lambda w, me: [w.store.pk], form=lambda w, me: {"gross_margin": "30"}),
    "store_rotate": act(Perm.MANAGE_STORES, about=lambda w, me: [w.store.pk], gives=200),
    "privacy": page(Perm.VIEW_INTAKE),
    "privacy_erase": act(Perm.MANAGE_STORES, about=lambda w, me: [made.personal_request(w.delivery).pk]),
    "privacy_export": act(Perm.MANAGE_STORES, about=lambda w, me: [made.personal_request(w.delivery, kind="access").pk], gives=200),
    "privacy_settle": act(
        Perm.MANAGE_STORES, about=lambda w, me: [made.personal_request(w.delivery).pk],
        form=lambda w, me: {"note": "Exported and sent to the shop."},
    ),
    "webhooks": page(Perm.MANAGE_STORES),
    "webhook_new": both(Perm.MANAGE_STORES, gives=422),  # the form is empty
    "webhook": both(Perm.MANAGE_STORES, about=lambda w, me: [made.a_subscriber(w).pk], gives=422),
    "webhook_test": act(Perm.MANAGE_STORES, about=lambda w, me: [made.a_subscriber(w).pk]),
    "webhook_rotate": act(Perm.MANAGE_STORES, about=lambda w, me: [made.a_subscriber(w).pk], gives=200),
    "webhook_send_again": act(Perm.MANAGE_STORES, about=lambda w, me: [made.a_subscriber(w).pk], gives=409),  # nothing has failed
    "webhook_remove": act(Perm.MANAGE_STORES, about=lambda w, me: [made.a_subscriber(w).pk]),
}  # fmt: skip

AUTOMATION: dict[str, Door] = {
    "advisors": page(Perm.VIEW_ROLLOUT),
    "advice_export": page(Perm.EXPORT_ADVICE),
    "advice_replays": page(Perm.VIEW_ROLLOUT),
    "advice_replay": page(Perm.VIEW_ROLLOUT, about=lambda w, me: [made.ReplayFactory(store=w.store).pk]),
    "advice_call": page(Perm.VIEW_ROLLOUT, about=lambda w, me: [made.CallFactory(snapshot__order=w.order).pk]),
    "rollout": page(Perm.VIEW_ROLLOUT),
    "policy_new": page(Perm.WRITE_POLICY),
    "policy_write": act(Perm.WRITE_POLICY, outside=404, form=lambda w, me: made.a_policy(w)),
    "policy": page(Perm.VIEW_ROLLOUT, about=lambda w, me: [w.policy.pk]),
    "policy_approve": act(Perm.APPROVE_POLICY, about=lambda w, me: [w.policy.pk]),
    "policy_send_back": act(Perm.APPROVE_POLICY, about=lambda w, me: [w.policy.pk], form=lambda w, me: {"note": "The cap is far too high."}),
    "rollout_promote": act(Perm.PROMOTE, outside=404, gives=409, form=lambda w, me: made.a_scope(w)),  # no policy of the store is in force yet
    "rollout_demote": act(Perm.PROMOTE, outside=404, gives=409, form=lambda w, me: made.a_scope(w)),
    "rollout_stop": act(
        Perm.STOP_AUTOMATION, outside=404,
        form=lambda w, me: {"lane": "fraud", "store": w.store.pk, "effect": "order.release", "why": "The store asks us to"},
    ),
    "rollout_allow": act(Perm.STOP_AUTOMATION, about=lambda w, me: [w.switch.pk]),
    "audit": page(Perm.VIEW_AUDIT),
    "audit_csv": page(Perm.EXPORT_AUDIT),
    "timeline": page(Perm.VIEW_CASES, about=lambda w, me: ["case", w.case.pk]),  # of orders and people: test_access.py
}  # fmt: skip

_JOINS = {"email": "new@desk.example", "name": "New Colleague", "role": "auditor", "why": "Joins us"}
PEOPLE: dict[str, Door] = {
    "people": page(Perm.VIEW_PEOPLE),
    "person": page(Perm.VIEW_PEOPLE, about=lambda w, me: [w.colleague.pk], **ASKED_EVERYWHERE),
    "person_invite": act(
        Perm.MANAGE_PEOPLE, gives=200, outside=404, before=frozenset({Perm.MANAGE_PEOPLE}),
        form=lambda w, me: {**_JOINS, "store": w.store.pk},
    ),
    "person_link": act(Perm.MANAGE_PEOPLE, about=lambda w, me: [w.colleague.pk], gives=200, **ASKED_EVERYWHERE),
    "person_role_give": act(
        Perm.MANAGE_PEOPLE, about=lambda w, me: [w.colleague.pk], **ASKED_EVERYWHERE,
        form=lambda w, me: {"role": "auditor", "store": w.store.pk, "why": "Reads"},
    ),
    "person_role_take": act(
        Perm.MANAGE_PEOPLE, about=lambda w, me: [w.colleague.pk], **ASKED_EVERYWHERE,
        form=lambda w, me: {"role": "ops_reviewer", "store": w.store.pk, "why": "Moves"},
    ),
    "person_deactivate": act(Perm.MANAGE_PEOPLE, about=lambda w, me: [w.colleague.pk], **ASKED_EVERYWHERE),
    "person_reopen": act(  # it is open
        Perm.MANAGE_PEOPLE, about=lambda w, me: [w.colleague.pk], gives=409, form=lambda w, me: {"why": "Is back"}, **ASKED_EVERYWHERE
    ),
    "person_sessions_end": act(Perm.MANAGE_PEOPLE, about=lambda w, me: [w.colleague.pk], **ASKED_EVERYWHERE),
    "person_describe": act(
        Perm.MANAGE_TEAMS, about=lambda w, me: [w.colleague.pk], form=lambda w, me: {"time_zone": "Europe/Berlin"}, **ASKED_EVERYWHERE
    ),
    "rights_changes": page(Perm.VIEW_PEOPLE),
    "rights_change": page(Perm.VIEW_PEOPLE, about=lambda w, me: [made.a_change(w).pk], **ASKED_EVERYWHERE),
    "rights_approve": act(Perm.MANAGE_PEOPLE, about=lambda w, me: [made.a_change(w).pk], **ASKED_EVERYWHERE),
    "rights_send_back": act(
        Perm.MANAGE_PEOPLE, about=lambda w, me: [made.a_change(w).pk], form=lambda w, me: {"why": "Not needed there"}, **ASKED_EVERYWHERE
    ),
    "rights_withdraw": act(about=lambda w, me: [made.a_change_asked_by(w, me).pk], outside=None, theirs=403),
    "roles": page(Perm.VIEW_PEOPLE),
    "role": page(Perm.VIEW_PEOPLE, about=lambda w, me: ["auditor"], outside=None),
    "role_new": page(Perm.MANAGE_PEOPLE),
    "role_make": act(
        Perm.MANAGE_PEOPLE, form=lambda w, me: {"name": "Night watch", "based_on": "auditor", "perms": ["view_orders"], "why": "For nights"}
    ),
    "role_edit": page(Perm.MANAGE_PEOPLE, about=lambda w, me: [made.an_own_role()], outside=None),
    "role_change": act(
        Perm.MANAGE_PEOPLE, about=lambda w, me: [made.an_own_role()], outside=None,
        form=lambda w, me: {"name": "Day watch", "perms": ["view_cases"], "why": "For days"},
    ),
    "role_retire": act(Perm.MANAGE_PEOPLE, about=lambda w, me: [made.an_own_role()], outside=None, form=lambda w, me: {"why": "Nobody has it"}),
    "teams": page(Perm.VIEW_PEOPLE),
    "team": page(Perm.VIEW_PEOPLE, about=lambda w, me: [made.a_team(w).pk], **ASKED_EVERYWHERE),
    "team_make": act(
        Perm.MANAGE_TEAMS, outside=422, before=frozenset({Perm.MANAGE_TEAMS}), form=lambda w, me: {"name": "Night team", "stores": [w.store.pk]}
    ),
    "team_change": act(
        Perm.MANAGE_TEAMS, about=lambda w, me: [made.a_team(w).pk], form=lambda w, me: {"name": "Day team", "stores": [w.store.pk]},
        **ASKED_EVERYWHERE,
    ),
    "team_dissolve": act(Perm.MANAGE_TEAMS, about=lambda w, me: [made.a_team(w).pk], **ASKED_EVERYWHERE),
    "skill_add": act(Perm.MANAGE_TEAMS, form=lambda w, me: {"kind": "language", "name": "Basque"}),
    "skill_remove": act(Perm.MANAGE_TEAMS, about=lambda w, me: [made.a_skill().pk], outside=None),
    "factor_rules": page(Perm.REQUIRE_FACTOR),
    "factor_require": act(Perm.REQUIRE_FACTOR, outside=404, gives=409, form=lambda w, me: made.a_role(w)),  # they have no factor themselves
    "factor_lift": act(Perm.REQUIRE_FACTOR, outside=404, gives=422, form=lambda w, me: made.a_role(w)),  # nothing is required yet
}  # fmt: skip

ONES_OWN: dict[str, Door] = {
    "notifications": page(),
    "notification_log": page(),
    "notification_rule_new": both(gives=422),  # the form is empty
    "notification_rule": both(about=lambda w, me: [made.a_rule(me).pk], outside=None, theirs=404, gives=422),
    "notification_test": act(about=lambda w, me: [made.a_rule(me).pk], outside=None, theirs=404),
    "notification_rule_remove": act(about=lambda w, me: [made.a_rule(me).pk], outside=None, theirs=404),
    "slack_accounts": page(Perm.MANAGE_PEOPLE),
    "slack_propose": act(
        Perm.MANAGE_PEOPLE, outside=422, before=frozenset({Perm.MANAGE_PEOPLE}),
        form=lambda w, me: {"person": w.colleague.pk, "slack_user": "U0123456789"},
    ),
    "slack_end": act(Perm.MANAGE_PEOPLE, about=lambda w, me: [made.a_slack_account(w.colleague).pk]),
    "slack_confirm": act(gives=409),  # nothing waits to be confirmed
    "slack_disconnect": act(gives=404),  # it is not connected
    "slack_link": both(shows=422, gives=422),  # without what Slack showed
    "tokens": both(gives=422),  # the form is empty
    "token_revoke": act(Perm.MANAGE_PEOPLE, about=lambda w, me: [made.a_token(w).pk]),
    "api_docs": page(),
    "session_end": act(about=lambda w, me: [made.a_session(me).pk], outside=None, theirs=404),
    "sessions_end": act(),
    "mfa_index": page(),
    "mfa_list_webauthn": page(),
}  # fmt: skip
