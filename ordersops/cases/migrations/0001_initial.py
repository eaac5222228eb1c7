import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import ordersops.fields
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_teams_and_rights'),
        ('orders', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('lane', models.CharField(max_length=30)),
                ('order', models.ForeignKey(help_text='The order asked about; of an attack, the first.', on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='orders.order')),
                ('subject', ordersops.fields.SubjectField(editable=False)),
                ('title', models.CharField(blank=True, help_text='What it is about, where that is not the order itself.', max_length=60)),
                ('group_key', models.CharField(blank=True, help_text='What the orders of an attack share.', max_length=80)),
                ('headline', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('open', 'Open'), ('waiting', 'Waiting for a second person'), ('decided', 'Decided'), ('withdrawn', 'Withdrawn')], default='open', max_length=20)),
                ('band', models.CharField(max_length=20)),
                ('score', models.PositiveSmallIntegerField()),
                ('priority', models.PositiveIntegerField()),
                ('priority_reasons', models.JSONField(default=list)),
                ('orders_count', models.PositiveIntegerField(default=1)),
                ('amount', models.DecimalField(decimal_places=2, help_text='Money at risk, in `currency`.', max_digits=14, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('due_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('leased_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='leases', to=settings.AUTH_USER_MODEL)),
                ('lease_until', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1, help_text='A decision names the version it was made on.')),
                ('reopened_at', models.DateTimeField(help_text='When a person last opened it again: automation leaves it alone from then on.', null=True)),
                ('comments_count', models.PositiveIntegerField(default=0)),
                ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='assigned_cases', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(help_text='Whose members take it, each for themselves.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='accounts.team')),
                ('escalated_to', models.CharField(blank=True, help_text="The role that decides it, and supervisors; `team:` for the case's team; blank for everybody.", max_length=40)),
                ('warn_at', models.DateTimeField(help_text='When three quarters of the time are gone.', null=True)),
                ('warned_at', models.DateTimeField(help_text='When it was told that three quarters of the time are gone.', null=True)),
                ('breached_at', models.DateTimeField(help_text='When it was seen that nobody decided in time.', null=True)),
                ('authorised_until', models.DateTimeField(help_text='When the money can no longer be taken.', null=True)),
                ('paused_at', models.DateTimeField(help_text="Since when the clock stands, for the snooze's reason.", null=True)),
                ('snoozed_until', models.DateTimeField(null=True)),
                ('snooze_reason', models.CharField(blank=True, max_length=30)),
                ('wakes_on', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, help_text='Events that wake it before its time.', size=None)),
                ('wake_keys', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, help_text='Keys of its orders: a new order with one of them is linked.', size=None)),
                ('woken_because', models.CharField(blank=True, help_text='Why it came back, and comes first.', max_length=120)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('snoozed_until', None), ('state', 'open')), fields=['store', 'lane', '-priority', 'due_at', 'id'], name='cases_queue'), models.Index(condition=models.Q(('snoozed_until', None), ('state', 'open')), fields=['store', 'lane', 'due_at'], name='cases_due'), models.Index(condition=models.Q(('snoozed_until', None), ('state', 'open'), models.Q(('group_key', ''), _negated=True)), fields=['store', 'lane', '-priority', 'due_at', 'id'], name='cases_attacks'), models.Index(condition=models.Q(('assigned_to__isnull', False), ('state', 'open')), fields=['assigned_to'], name='cases_assigned'), models.Index(condition=models.Q(('state', 'open'), ('team__isnull', False)), fields=['team'], name='cases_of_teams'), models.Index(condition=models.Q(('snoozed_until', None), ('state', 'open')), fields=['store', 'lane', 'currency'], include=('id', 'amount', 'opened_at', 'due_at', 'leased_by', 'lease_until'), name='cases_added_up'), models.Index(condition=models.Q(('snoozed_until__isnull', False), ('state', 'open')), fields=['store', 'lane', '-priority', 'due_at', 'id'], name='cases_asleep'), models.Index(condition=models.Q(('snoozed_until__isnull', False), ('state', 'open')), fields=['snoozed_until'], name='cases_to_wake'), models.Index(condition=models.Q(('breached_at', None), ('paused_at', None), ('state', 'open')), fields=['due_at'], name='cases_to_breach'), models.Index(condition=models.Q(('breached_at', None), ('paused_at', None), ('state', 'open'), ('warned_at', None)), fields=['warn_at'], name='cases_to_warn'), models.Index(condition=models.Q(('snoozed_until', None), ('state', 'open'), models.Q(('escalated_to', ''), _negated=True)), fields=['store', 'lane', '-priority', 'due_at', 'id'], name='cases_escalated'), models.Index(condition=models.Q(('breached_at__isnull', False), ('state', 'open')), fields=['store', 'due_at'], name='cases_breached'), models.Index(condition=models.Q(('state', 'waiting')), fields=['store', '-changed_at'], name='cases_waiting_changed'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('snoozed_until__isnull', False), ('state', 'open')), fields=['wake_keys'], name='cases_wake_keys'), models.Index(fields=['store', '-changed_at'], name='cases_changed'), models.Index(fields=['order'], name='cases_of_order'), models.Index(fields=['store', '-opened_at', '-id'], name='cases_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'waiting'))), fields=('lane', 'subject'), name='cases_one_open_per_lane_and_subject'), models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'waiting')), models.Q(('group_key', ''), _negated=True)), fields=('store', 'lane', 'group_key'), name='cases_one_open_per_attack'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'waiting', 'decided', 'withdrawn'])), name='cases_state_known'), models.CheckConstraint(condition=models.Q(('paused_at', None), models.Q(('snoozed_until__isnull', False), models.Q(('snooze_reason', ''), _negated=True)), _connector='OR'), name='cases_paused_for_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='cases.case')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(choices=[('comment', 'said'), ('question', 'asked'), ('answer', 'answered'), ('assigned', 'assigned it'), ('escalated', 'escalated it'), ('handed_back', 'handed it back'), ('snoozed', 'put it aside'), ('reopened', 'opened it again'), ('file', 'attached a file')], default='comment', max_length=20)),
                ('text', models.TextField(blank=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at', 'id'],
                'indexes': [models.Index(fields=['case', 'at', 'id'], name='cases_conversation')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='cases.case')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='orders.order')),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'order'), name='cases_member_once')],
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='cases.comment')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='cases.case')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to=settings.AUTH_USER_MODEL)),
                ('answered_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('answered_at', None)), fields=['person', 'case'], name='cases_asked_of')],
                'constraints': [models.UniqueConstraint(fields=('comment', 'person'), name='cases_asked_once')],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='present', to='cases.case')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='stores.store')),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['store', 'seen_at'], name='cases_present')],
                'constraints': [models.UniqueConstraint(fields=('case', 'person'), name='cases_present_once')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stores.store')),
                ('lane', models.CharField(max_length=30)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('open', models.PositiveIntegerField()),
                ('overdue', models.PositiveIntegerField()),
                ('amount', models.DecimalField(decimal_places=2, help_text='Money at risk, in `currency`.', max_digits=18, null=True)),
                ('oldest', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('store', 'lane', 'currency'), name='cases_one_tally')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='cases.case')),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='cases.comment')),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(help_text='The content type that it is served with.', max_length=40)),
                ('size', models.PositiveIntegerField(help_text='Bytes, as it is served.')),
                ('sha256', models.CharField(max_length=64)),
                ('body', models.BinaryField(help_text='Sealed; see cases.files.')),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at', 'id'],
                'indexes': [models.Index(fields=['case', 'at'], name='cases_files')],
            },
        ),
    ]
