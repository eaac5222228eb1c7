"""A question is about a subject, which so far was its order; advice says what its outcome means in particular."""

from django.db import migrations, models

import ordersops.fields

# Advice never changes. The column is new, and this is the one moment at which it is filled.
FILL = """
    ALTER TABLE advice_recommendation DISABLE TRIGGER deny_changes;
    UPDATE advice_recommendation SET subject = order_id;
    ALTER TABLE advice_recommendation ENABLE ALWAYS TRIGGER deny_changes;
    UPDATE advice_question SET subject = order_id;
"""


class Migration(migrations.Migration):
    dependencies = [("advice", "0007_replays_tell_what_differs")]

    operations = [
        migrations.RemoveConstraint(model_name="question", name="advice_one_pending_question"),
        migrations.AddField(model_name="question", name="subject", field=ordersops.fields.SubjectField(null=True)),
        migrations.AddField(model_name="recommendation", name="subject", field=ordersops.fields.SubjectField(null=True)),
        migrations.AddField(
            model_name="recommendation",
            name="terms",
            field=ordersops.fields.PlainJSONField(
                default=dict, help_text="What the outcome means here in particular, as the lane's rules computed it from the snapshot."
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(model_name="question", name="subject", field=ordersops.fields.SubjectField()),
        migrations.AlterField(model_name="recommendation", name="subject", field=ordersops.fields.SubjectField()),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")), fields=("lane", "subject"), name="advice_one_pending_question"
            ),
        ),
    ]
