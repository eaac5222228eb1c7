"""Rows of these tables never change: the database refuses it."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [
        deny_changes("review_decision", "review_firstimpression", "review_reasoncode"),
    ]
