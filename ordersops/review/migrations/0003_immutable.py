"""A decision never changes; a later one supersedes it."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [("review", "0002_initial")]
    operations = [deny_changes("review_decision")]
