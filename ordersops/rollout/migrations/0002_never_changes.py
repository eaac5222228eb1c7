"""Rows of these tables never change: the database refuses it."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [("rollout", "0001_initial")]

    operations = [
        deny_changes("rollout_policyversion", "rollout_verdict", "rollout_step", "rollout_trial", "rollout_void", "rollout_harm", "rollout_consideration"),
    ]
