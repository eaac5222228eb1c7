from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("stores", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="store",
            options={
                "default_permissions": (),
                "ordering": ["name"],
                "permissions": [
                    ("view_orders", "See orders, customers and their history"),
                    ("view_cases", "See queues, cases, advice and decisions"),
                    ("view_intake", "See deliveries and their failures"),
                    ("view_audit", "Search the audit history"),
                    ("export_audit", "Take the audit history out as a file"),
                    ("view_people", "See who has which role"),
                    ("decide_fraud", "Claim fraud cases and approve the recommendation"),
                    ("decide_returns", "Decide return requests, take goods in, and have them paid back"),
                    ("decide_triage", "Claim triage cases and decide where orders ship from"),
                    ("decide_inquiries", "Claim inquiries, answer customers, and make sure who writes"),
                    ("discuss_cases", "Comment on cases, attach files, and ask colleagues"),
                    ("assign_cases", "Give cases to colleagues, and see what is past its deadline"),
                    ("reopen_cases", "Open a decided or withdrawn case again"),
                    ("override", "Decide against a recommendation"),
                    ("override_block_list", "Release an order that hits the block list"),
                    ("edit_lists", "Add to and remove from block and allow lists"),
                    ("place_hold", "Stop an order from shipping"),
                    ("release_hold", "End a hold that is not a fraud hold"),
                    ("retry_effect", "Send a failed effect again, or mark a hand-over as done"),
                    ("act_on_order", "Ask for acts on an order: tags, notes, address, fulfilment, returns, stock"),
                    ("manage_stock", "Set up and pause locations, set safety stock, release what is kept for orders"),
                    ("cancel_order", "Ask for the cancellation of an order"),
                    ("refund", "Ask for a refund"),
                    ("approve_second", "Approve as the second person what somebody else asked for"),
                    ("replay_delivery", "Process a failed delivery again"),
                    ("share_views", "Share saved views of lists with everybody in the store"),
                    ("view_workload", "See who has how much to do, how fast it is done, and how well people agree"),
                    ("settle_reviews", "Settle which of two judgements of a case stands"),
                    ("view_rollout", "See policies, how far a lane is automated, and how advisors are doing"),
                    ("write_policy", "Propose a policy version"),
                    ("approve_policy", "Approve or send back a policy version that somebody else wrote"),
                    ("promote", "Move a lane up or down the ladder of automation"),
                    ("stop_automation", "Throw a kill switch, and lift it"),
                    ("edit_reasons", "Word, order, add and retire reason codes"),
                    ("edit_playbooks", "Write, change and retire playbooks"),
                    ("export_advice", "Take decisions and their masked evidence out as a file"),
                    ("manage_stores", "Change a store's connection and secrets"),
                    ("manage_teams", "Set up teams, skills and working hours"),
                    ("manage_people", "Invite people, and ask for or approve a change of their rights"),
                    ("require_factor", "Require a second factor of a role"),
                ],
            },
        ),
    ]
