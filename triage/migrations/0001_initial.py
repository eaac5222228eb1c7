import django.contrib.postgres.fields
import django.db.models.deletion
import ordersops.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('effects', '0001_initial'),
        ('orders', '0001_initial'),
        ('review', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NodeAnswer',
            fields=[
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='node_answer', serialize=False, to='effects.effect')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='node_answers', to='orders.order')),
                ('said', models.CharField(choices=[('accepted', 'Accepted'), ('rejected', 'Rejected'), ('shipped', 'Shipped'), ('cancelled', 'Let go')], max_length=20)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('said_at', models.DateTimeField()),
                ('mark', models.CharField(help_text='Watermark of the statement (orders/watermarks.py).', max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='OrderException',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exceptions', to='orders.order')),
                ('key', models.CharField(max_length=40)),
                ('rule', models.CharField(max_length=40)),
                ('severity', models.PositiveSmallIntegerField()),
                ('owner', models.CharField(help_text='The role that solves it.', max_length=40)),
                ('way', models.CharField(help_text='The resolution that fits best.', max_length=40)),
                ('shared', models.CharField(blank=True, help_text='The carrier or node by which many are one problem.', max_length=200)),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('handled_at', models.DateTimeField(help_text='A decision was made about it; it is open until its condition clears.', null=True)),
                ('resolved_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['severity', 'due_at'],
                'indexes': [models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['store', 'severity', 'due_at'], name='triage_open_exceptions'), models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['store', 'key', 'shared'], name='triage_open_shared')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at__isnull', True)), fields=('order', 'key'), name='triage_one_open_exception_per_class')],
            },
        ),
        migrations.CreateModel(
            name='RoutingResult',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='routing_result', to='orders.order')),
                ('kind', models.CharField(help_text='standard, flagged or exception', max_length=20)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('priority', models.PositiveSmallIntegerField(default=0)),
                ('reasons', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('waiting', 'Not routed yet'), ('routed', 'Routed'), ('sent', 'Sent to the node'), ('accepted', 'Accepted by the node'), ('rejected', 'Rejected by the node'), ('done', 'Left')], default='waiting', max_length=20)),
                ('terms', models.JSONField(default=dict, help_text='Plans, what decided and the nearest flip, as they were when it was last looked at.')),
                ('parcels', models.JSONField(default=list, help_text='[location id, line id, units] of the plan by which it was routed.')),
                ('node', models.CharField(blank=True, help_text='What the plan is called.', max_length=200)),
                ('refused_by', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('refused_because', models.CharField(blank=True, max_length=60)),
                ('reroutes', models.PositiveSmallIntegerField(default=0)),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='review.decision')),
                ('assessed_at', models.DateTimeField()),
                ('routed_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('next_look_at', models.DateTimeField(null=True)),
                ('waits_on', models.CharField(blank=True, help_text='release: another lane or a hold decides; blank: time does.', max_length=20)),
                ('seen_version', models.PositiveIntegerField(default=0, help_text="The order's version when it was looked at last.")),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('next_look_at__isnull', False)), fields=['next_look_at'], name='triage_next_look'), models.Index(fields=['store', 'kind', '-assessed_at'], name='triage_by_kind')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['standard', 'flagged', 'exception'])), name='triage_kind_known')],
            },
        ),
    ]
