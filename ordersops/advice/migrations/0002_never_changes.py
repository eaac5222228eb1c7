"""Rows of these tables never change: the database refuses it."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [("advice", "0001_initial")]

    operations = [
        deny_changes("advice_snapshot", "advice_recommendation", "advice_signal", "advice_prompt", "advice_call"),
    ]
