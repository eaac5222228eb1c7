"""A case is about a subject, which so far was its order."""

from django.db import migrations, models

import ordersops.fields


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_teams_hold_cases")]

    operations = [
        migrations.RemoveConstraint(model_name="case", name="cases_one_open_per_lane_and_order"),
        migrations.AddField(model_name="case", name="subject", field=ordersops.fields.SubjectField(null=True)),
        migrations.AddField(
            model_name="case",
            name="title",
            field=models.CharField(blank=True, default="", help_text="What it is about, where that is not the order itself.", max_length=60),
            preserve_default=False,
        ),
        migrations.RunSQL("UPDATE cases_case SET subject = order_id", migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(model_name="case", name="subject", field=ordersops.fields.SubjectField()),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "waiting"))), fields=("lane", "subject"), name="cases_one_open_per_lane_and_subject"
            ),
        ),
    ]
