import django.db.models.deletion
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('orders', '0001_initial'),
        ('review', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14)),
                ('currency', models.CharField(max_length=3)),
                ('limit', models.DecimalField(decimal_places=2, max_digits=14)),
                ('needs_two', models.BooleanField()),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('second', None), models.Q(('second', models.F('first')), _negated=True), _connector='OR'), name='effects_two_different_people'), models.CheckConstraint(condition=models.Q(('needs_two', False), ('second__isnull', False), _connector='OR'), name='effects_second_where_needed'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='effects_approval_of_an_amount')],
            },
        ),
        migrations.CreateModel(
            name='Breaker',
            fields=[
                ('key', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('faults', models.PositiveIntegerField(default=0, help_text='In a row.')),
                ('open_until', models.DateTimeField(null=True)),
                ('alert', models.CharField(blank=True, max_length=300)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='Effect',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='effects', to='orders.order')),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='effects', to='review.decision')),
                ('asked_by', models.ForeignKey(help_text='Who asked for it, where no decision did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('kind', models.CharField(max_length=40)),
                ('arguments', models.JSONField(db_default={}, default=dict)),
                ('before', models.JSONField(db_default={}, default=dict, help_text='What its inverse restores.')),
                ('inverse_of', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inverse', to='effects.effect')),
                ('amount', models.DecimalField(decimal_places=2, help_text='Money that goes back with it.', max_digits=14, null=True)),
                ('currency', models.CharField(blank=True, db_default='', default='', max_length=3)),
                ('approval', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='effects', to='effects.approval')),
                ('idempotency_key', models.CharField(max_length=120, unique=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting for a second person'), ('planned', 'Planned'), ('sending', 'Sending'), ('handed_over', 'Waiting for a person'), ('done', 'Done'), ('dead', 'Failed'), ('given_up', 'Given up'), ('undone', 'Undone')], default='planned', max_length=20)),
                ('planned_at', models.DateTimeField(auto_now_add=True)),
                ('due_at', models.DateTimeField(help_text='End of the hold window: until then it can be undone.')),
                ('not_before', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('external_id', models.CharField(blank=True, db_default='', default='', help_text='What it made is called there.', max_length=120)),
                ('accepted_at', models.DateTimeField(help_text='When the other side accepted it. From then on it is only looked at.', null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.ForeignKey(help_text='Who undid it or did it by hand.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('response_status', models.PositiveIntegerField(null=True)),
            ],
            options={
                'ordering': ['-planned_at'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['planned', 'sending'])), fields=['store', 'not_before', 'id'], name='effects_ready_in_store'), models.Index(condition=models.Q(('lease_until__isnull', False)), fields=['store', 'lease_until'], name='effects_under_way'), models.Index(fields=['store', 'state', '-planned_at'], name='effects_by_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'planned', 'sending', 'handed_over', 'done', 'dead', 'given_up', 'undone'])), name='effects_state_known'), models.CheckConstraint(condition=models.Q(('decision__isnull', False), ('asked_by__isnull', False), _connector='OR'), name='effects_rests_on_someone'), models.CheckConstraint(condition=models.Q(('amount', None), ('approval__isnull', False), ('state__in', ['waiting', 'undone']), _connector='OR'), name='effects_money_is_approved')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('effect', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='effects.effect')),
                ('number', models.PositiveIntegerField()),
                ('connector', models.CharField(blank=True, max_length=40)),
                ('step', models.CharField(choices=[('claimed', 'Taken by a worker'), ('looked', 'Looked in the store'), ('prepared', 'Request written down'), ('accepted', 'Accepted by the store'), ('seen', 'Seen in the store')], default='claimed', max_length=20)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('request', models.BinaryField(null=True)),
                ('response', models.BinaryField(null=True)),
                ('status', models.PositiveIntegerField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=120)),
                ('latency_ms', models.PositiveIntegerField(null=True)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('refused', models.BooleanField(default=False, help_text='The other side said no: nothing was done.')),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(condition=models.Q(('request__isnull', False)), fields=['at'], name='effects_bodies')],
            },
        ),
    ]
