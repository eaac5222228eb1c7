"""Counting is not worth a write to disk: a crash starts the minute anew."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.RunSQL('ALTER TABLE "api_usage" SET UNLOGGED', 'ALTER TABLE "api_usage" SET LOGGED'),
    ]
