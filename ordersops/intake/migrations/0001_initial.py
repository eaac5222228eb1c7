import django.db.models.deletion
import django.db.models.expressions
import ordersops.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orders', '0001_initial'),
        ('stock', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='stores.store')),
                ('location', models.ForeignKey(db_index=False, help_text='Whose warehouse sent it; none: the store.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.location')),
                ('topic', models.CharField(max_length=120)),
                ('resource', models.CharField(blank=True, help_text='What it is about, such as order:1001. Same resource, same worker.', max_length=220)),
                ('dedupe_key', models.CharField(max_length=300)),
                ('delivery_id', models.CharField(blank=True, max_length=200)),
                ('event_id', models.CharField(blank=True, max_length=200)),
                ('body', models.BinaryField(null=True)),
                ('body_sha256', models.CharField(max_length=64)),
                ('headers', models.JSONField(default=dict)),
                ('source_at', models.DateTimeField(help_text='When the sender says it happened.', null=True)),
                ('received_at', models.DateTimeField()),
                ('duplicates', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('done', 'Done'), ('ignored', 'Ignored'), ('dead', 'Failed')], default='pending', max_length=20)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('not_before', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('processed_at', models.DateTimeField(null=True)),
                ('order', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['not_before', 'id'], name='intake_ready'), models.Index(condition=models.Q(('state', 'pending')), fields=['store', 'resource'], name='intake_pending_resource'), models.Index(fields=['store', '-received_at'], name='intake_newest'), models.Index(condition=models.Q(('state', 'dead')), fields=['store', '-received_at'], name='intake_dead'), models.Index(condition=models.Q(('order__isnull', False)), fields=['order'], name='intake_of_order'), models.Index(condition=models.Q(('body__isnull', False)), fields=['received_at'], name='intake_bodies')],
                'constraints': [models.UniqueConstraint(fields=('store', 'dedupe_key'), name='intake_one_row_per_delivery'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'done', 'ignored', 'dead'])), name='intake_state_known')],
            },
        ),
        migrations.CreateModel(
            name='PollWindow',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='windows', to='stores.store')),
                ('kind', models.CharField(choices=[('recent', 'Every five minutes'), ('daily', 'Once a day, 60 days'), ('asked', 'Asked for')], max_length=10)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Comparing'), ('done', 'Compared'), ('failed', 'Failed')], default='open', max_length=10)),
                ('cursor', models.TextField(blank=True)),
                ('pages', models.PositiveIntegerField(default=0)),
                ('found', models.PositiveIntegerField(default=0)),
                ('announced', models.PositiveIntegerField(default=0)),
                ('missed', models.PositiveIntegerField(default=0)),
                ('repaired', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveIntegerField(default=0, help_text='Since the last page that was read.')),
                ('planned_at', models.DateTimeField()),
                ('not_before', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['not_before', 'id'], name='intake_window_ready'), models.Index(fields=['store', '-planned_at'], name='intake_window_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('store', 'kind'), name='intake_one_open_window'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'done', 'failed'])), name='intake_window_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['recent', 'daily', 'asked'])), name='intake_window_kind_known'), models.CheckConstraint(condition=models.Q(('since__lt', models.F('until'))), name='intake_window_has_a_length'), models.CheckConstraint(condition=models.Q(('found__gte', django.db.models.expressions.CombinedExpression(models.F('announced'), '+', models.F('missed')))), name='intake_window_adds_up')],
            },
        ),
        migrations.CreateModel(
            name='Pulse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pulse', to='stores.store')),
                ('counted_until', models.DateTimeField()),
                ('last_event_at', models.DateTimeField(null=True)),
                ('usual_gap_seconds', models.FloatField(help_text='Moving average of the time between events.', null=True)),
                ('silent_since', models.DateTimeField(null=True)),
                ('bad_signatures', models.PositiveIntegerField(default=0)),
                ('last_bad_signature_at', models.DateTimeField(null=True)),
                ('missed', models.PositiveIntegerField(db_default=0, default=0, help_text='Changes that a comparison found and no webhook announced.')),
                ('last_missed_at', models.DateTimeField(null=True)),
                ('repaired', models.PositiveIntegerField(db_default=0, default=0, help_text='Orders that a comparison changed here.')),
                ('subscriptions', models.JSONField(db_default=[], default=list, help_text='What the store has subscribed for us, as it was last read.')),
                ('subscriptions_at', models.DateTimeField(null=True)),
            ],
        ),
    ]
