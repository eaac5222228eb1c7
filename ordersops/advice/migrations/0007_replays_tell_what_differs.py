from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("advice", "0006_calls_never_change")]

    operations = [
        migrations.AddField(
            model_name="replayanswer",
            name="differs",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Of the scorecard, which answers the same to the bit: what is not as it was, and why.",
                max_length=200,
            ),
            preserve_default=False,
        ),
    ]
