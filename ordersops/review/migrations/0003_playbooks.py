"""Playbooks, and which of them filled a decision in."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import ordersops.ids
from django.conf import settings
from django.db import migrations, models

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0002_never_changes"),
        ("stores", "0002_edit_playbooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="fitted",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                default=list,
                help_text="The playbook versions that fitted when it was decided, used or not.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="playbook_kept",
            field=models.BooleanField(help_text="Whether outcome, reason and terms are those that the playbook prepared.", null=True),
        ),
        migrations.AddField(
            model_name="proposal",
            name="playbook_kept",
            field=models.BooleanField(help_text="Whether outcome, reason and terms are those that the playbook prepared.", null=True),
        ),
        migrations.AddField(
            model_name="proposal",
            name="reason_version",
            field=models.PositiveIntegerField(help_text="As the code was worded; empty where it was as declared.", null=True),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="reason",
            field=models.CharField(help_text="Reason code of the lane.", max_length=10),
        ),
        migrations.CreateModel(
            name="Playbook",
            fields=[
                ("id", models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("lane", models.CharField(max_length=20)),
                ("key", models.SlugField(max_length=60)),
                (
                    "store",
                    models.ForeignKey(
                        help_text="Empty: for all stores.", null=True, on_delete=django.db.models.deletion.PROTECT, to="stores.store"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlaybookVersion",
            fields=[
                ("id", models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("active", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("name", models.CharField(max_length=80)),
                ("conditions", models.JSONField(help_text="[fact, operator, value] each; it fits where all of them hold.")),
                ("steps", models.JSONField(default=list, help_text="Sentences, in their order.")),
                ("outcome", models.CharField(blank=True, help_text="What it prepares; empty for nothing.", max_length=40)),
                ("reason", models.CharField(blank=True, help_text="Reason code where the outcome is as advised.", max_length=10)),
                ("reason_against", models.CharField(blank=True, help_text="Reason code where it is against the advice.", max_length=10)),
                ("terms", models.JSONField(default=dict, help_text="Words that go into the outcome's terms, by field.")),
                ("note", models.TextField(blank=True)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("playbook", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="review.playbook")),
            ],
        ),
        migrations.AddField(
            model_name="decision",
            name="playbook",
            field=models.ForeignKey(
                help_text="The playbook that filled it in.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="review.playbookversion",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="playbook",
            field=models.ForeignKey(
                help_text="The playbook that filled it in.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="review.playbookversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="playbook",
            constraint=models.UniqueConstraint(fields=("lane", "key"), name="review_one_playbook_per_key"),
        ),
        migrations.AddConstraint(
            model_name="playbookversion",
            constraint=models.UniqueConstraint(fields=("playbook", "version"), name="review_one_playbook_per_version"),
        ),
        deny_changes("review_playbookversion"),
    ]
