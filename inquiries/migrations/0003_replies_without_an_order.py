import django.db.models.deletion
import ordersops.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inquiries', '0002_usage_is_counted_for_all'),
        ('stores', '0015_right_to_decide_triage'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['store', '-last_at', '-id'], name='inquiries_newest'),
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('pending', 'Leaves soon'), ('sent', 'Sent'), ('dead', 'Could not be sent')], default='pending', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('not_before', models.DateTimeField(help_text='End of the hold window, or of the pause after a failure.')),
                ('lease_until', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('settled_at', models.DateTimeField(null=True)),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='posting', to='inquiries.message')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['not_before'], name='inquiries_posting_ready')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sent', 'dead'])), name='inquiries_posting_state_known')],
            },
        ),
    ]
