"""What stands out in a queue: the signals of each case, and the few that came back or whose authorisation ends, by index.

Cases that nobody has decided get the signals of their newest advice here; a decided one gets its own with the next advice.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

FILL = """
    UPDATE cases_case c SET signals = found.keys
    FROM (
        SELECT o.id, array_agg(DISTINCT s.key ORDER BY s.key) AS keys
        FROM cases_case o
        CROSS JOIN LATERAL (
            SELECT r.id FROM advice_recommendation r
            WHERE r.order_id = o.order_id AND r.subject = o.subject AND r.lane = o.lane AND r.shown
            ORDER BY r.advised_at DESC, r.id DESC LIMIT 1
        ) newest
        JOIN advice_signal s ON s.recommendation_id = newest.id AND s.state = 'fired' AND s.points > 0
        WHERE o.state IN ('open', 'waiting')
        GROUP BY o.id
    ) found
    WHERE found.id = c.id
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_unlogged"), ("advice", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="signals",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), default=list,
                help_text="Signals that speak for risk in its newest advice, by key and without weight.", size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(("state", "open")), fields=["signals"], name="cases_signals"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("snoozed_until", None), ("state", "open"), models.Q(("woken_because", ""), _negated=True)),
                fields=["store", "lane", "woken_because"], name="cases_woken",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("snoozed_until", None), ("state", "open"), ("authorised_until__isnull", False)),
                fields=["store", "lane", "authorised_until"], name="cases_authorised",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("snoozed_until", None), ("state", "open")), fields=["store", "lane", "amount"], name="cases_by_amount"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]  # fmt: skip
