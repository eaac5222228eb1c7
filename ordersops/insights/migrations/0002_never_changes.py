"""Rows of these tables never change: the database refuses it."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [("insights", "0001_initial")]

    operations = [
        deny_changes("insights_secondanswer", "insights_settlement"),
    ]
