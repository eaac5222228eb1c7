"""What a code said when it was chosen stays readable; a change is a new version."""

from django.db import migrations

from ordersops.audit.immutable import deny_changes


class Migration(migrations.Migration):
    dependencies = [("review", "0006_reason_codes")]
    operations = [deny_changes("review_reasoncode")]
