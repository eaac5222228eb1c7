"""Evidence and advice never change."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [("advice", "0003_initial")]
    operations = [deny_changes("advice_snapshot", "advice_recommendation", "advice_signal")]
