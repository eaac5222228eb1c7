"""Prompts and calls never change; the bodies of calls are kept apart, and forgotten after a time."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [("advice", "0005_advisors")]
    operations = [deny_changes("advice_prompt", "advice_call")]
