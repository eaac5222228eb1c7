import django.contrib.postgres.fields
import django.db.models.deletion
import ordersops.ids
import ordersops.sealing
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('audit', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Breaker',
            fields=[
                ('key', models.CharField(db_collation='C', max_length=60, primary_key=True, serialize=False)),
                ('faults', models.PositiveIntegerField(default=0, help_text='In a row.')),
                ('open_until', models.DateTimeField(null=True)),
                ('alert', models.CharField(blank=True, max_length=300)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('epoch', models.BigIntegerField()),
                ('xid', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notification_rules', to=settings.AUTH_USER_MODEL)),
                ('topics', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('lane', models.CharField(blank=True, help_text='Empty: every lane.', max_length=30)),
                ('store', models.ForeignKey(help_text="None: all of the person's.", null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stores.store')),
                ('high', models.CharField(blank=True, choices=[('', 'Not at all'), ('email:now', 'E-mail, at once'), ('email:hourly', 'E-mail, gathered hourly'), ('email:daily', 'E-mail, gathered daily'), ('slack:now', 'Slack, at once'), ('slack:hourly', 'Slack, gathered hourly'), ('teams:now', 'Teams, at once'), ('teams:hourly', 'Teams, gathered hourly')], max_length=20)),
                ('anomalous', models.CharField(blank=True, choices=[('', 'Not at all'), ('email:now', 'E-mail, at once'), ('email:hourly', 'E-mail, gathered hourly'), ('email:daily', 'E-mail, gathered daily'), ('slack:now', 'Slack, at once'), ('slack:hourly', 'Slack, gathered hourly'), ('teams:now', 'Teams, at once'), ('teams:hourly', 'Teams, gathered hourly')], max_length=20)),
                ('rest', models.CharField(blank=True, choices=[('', 'Not at all'), ('email:now', 'E-mail, at once'), ('email:hourly', 'E-mail, gathered hourly'), ('email:daily', 'E-mail, gathered daily'), ('slack:now', 'Slack, at once'), ('slack:hourly', 'Slack, gathered hourly'), ('teams:now', 'Teams, at once'), ('teams:hourly', 'Teams, gathered hourly')], max_length=20)),
                ('slack_channel', models.CharField(blank=True, max_length=30)),
                ('teams_url', ordersops.sealing.SealedField(null=True)),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_until', models.TimeField(null=True)),
                ('time_zone', models.CharField(default='UTC', max_length=60)),
                ('high_comes_through', models.BooleanField(default=True)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['created_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('topics__len__gt', 0)), name='notifications_rule_wants_something'), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='notifications_quiet_has_two_ends')],
            },
        ),
        migrations.CreateModel(
            name='SlackAccount',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='slack_account', to=settings.AUTH_USER_MODEL)),
                ('team', models.CharField(blank=True, max_length=30)),
                ('slack_user', models.CharField(max_length=30, unique=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SlackRequest',
            fields=[
                ('signature', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Subscriber',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('url', models.URLField()),
                ('store', models.ForeignKey(help_text="None: all of the owner's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verbs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('secret', ordersops.sealing.SealedField(null=True)),
                ('previous_secret', ordersops.sealing.SealedField(null=True)),
                ('previous_secret_expires_at', models.DateTimeField(null=True)),
                ('is_active', models.BooleanField(default=True)),
                ('stopped_because', models.CharField(blank=True, help_text='Why we stopped it; empty when a person did.', max_length=300)),
                ('failing_since', models.DateTimeField(help_text='The first failure after the last success.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('verbs__len__gt', 0)), name='notifications_subscriber_wants_something')],
            },
        ),
        migrations.CreateModel(
            name='Outgoing',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('slack', 'Slack'), ('teams', 'Teams'), ('webhook', 'Webhook')], max_length=10)),
                ('line', models.CharField(db_collation='C', max_length=60)),
                ('subscriber', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='outgoing', to='notifications.subscriber')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='notifications.rule')),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, help_text='None: a test.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='audit.event')),
                ('message_id', models.CharField(help_text='The same for every attempt, and for every recipient of the event.', max_length=80)),
                ('verb', models.CharField(blank=True, max_length=40)),
                ('severity', models.CharField(choices=[('high', 'High'), ('anomalous', 'Anomalous'), ('rest', 'Everything else')], default='rest', max_length=10)),
                ('stream', models.CharField(blank=True, db_collation='C', max_length=80)),
                ('seq', models.BigIntegerField(default=0)),
                ('target', models.CharField(blank=True, help_text='Slack channel or user, or address.', max_length=320)),
                ('secret_target', ordersops.sealing.SealedField(help_text='An address that is a secret by itself.', null=True)),
                ('content', models.JSONField(help_text='The message, where no event makes it.', null=True)),
                ('bundle', models.CharField(blank=True, max_length=120)),
                ('dedupe_key', models.CharField(max_length=160, unique=True)),
                ('state', models.CharField(choices=[('ready', 'Waiting'), ('sending', 'Sending'), ('done', 'Delivered'), ('dead', 'Failed'), ('dropped', 'Not wanted any more')], default='ready', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('not_before', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(models.F('line'), models.F('not_before'), models.F('id'), condition=models.Q(('state__in', ['ready', 'sending'])), name='notifications_ready'), models.Index(models.F('subscriber'), models.F('stream'), models.F('seq'), condition=models.Q(('state__in', ['ready', 'sending'])), name='notifications_chain'), models.Index(models.F('bundle'), condition=models.Q(('state', 'ready'), models.Q(('bundle', ''), _negated=True)), name='notifications_bundle'), models.Index(models.F('subscriber'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('subscriber__isnull', False)), name='notifications_of_subscriber'), models.Index(models.F('subscriber'), condition=models.Q(('state', 'dead'), ('subscriber__isnull', False)), name='notifications_dead'), models.Index(models.F('person'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('person__isnull', False)), name='notifications_of_person'), models.Index(models.F('settled_at'), condition=models.Q(('settled_at__isnull', False)), name='notifications_settled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['ready', 'sending', 'done', 'dead', 'dropped'])), name='notifications_state_known')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('outgoing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='notifications.outgoing')),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('status', models.PositiveIntegerField(null=True)),
                ('latency_ms', models.PositiveIntegerField(null=True)),
                ('excerpt', models.CharField(blank=True, max_length=300)),
                ('error', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
    ]
