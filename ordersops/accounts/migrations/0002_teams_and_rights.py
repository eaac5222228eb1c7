import django.db.models.deletion
import django.db.models.functions.text
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RightsChange',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('give', 'Give a role'), ('take', 'Take a role away'), ('reopen', 'Open a closed account again'), ('make', 'Make a role'), ('edit', 'Change a role'), ('retire', 'Retire a role')], max_length=20)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rights_changes', to=settings.AUTH_USER_MODEL)),
                ('store', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('role', models.CharField(blank=True, max_length=40)),
                ('content', models.JSONField()),
                ('before', models.JSONField(default=dict)),
                ('why', models.TextField()),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('asked', 'Waits for a second person'), ('approved', 'Approved'), ('sent_back', 'Sent back'), ('withdrawn', 'Withdrawn')], default='asked', max_length=20)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-asked_at'],
                'indexes': [models.Index(condition=models.Q(('state', 'asked')), fields=['-asked_at'], name='accounts_changes_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'approved', 'sent_back', 'withdrawn'])), name='accounts_change_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('give', 'take')), ('person__isnull', False), ('store__isnull', False), models.Q(('role', ''), _negated=True)), models.Q(('kind', 'reopen'), ('person__isnull', False), ('role', ''), ('store', None)), models.Q(('kind__in', ['make', 'edit', 'retire']), ('person', None), ('store', None), models.Q(('role', ''), _negated=True)), _connector='OR'), name='accounts_change_is_about_something'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('answered_by', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='accounts_change_is_answered_by_someone'), models.CheckConstraint(condition=models.Q(('person', None), models.Q(('person', models.F('asked_by')), _negated=True), _connector='OR'), name='accounts_nobody_asks_for_themselves'), models.CheckConstraint(condition=models.Q(('answered_by', None), models.Q(('state', 'withdrawn'), ('answered_by', models.F('asked_by'))), models.Q(models.Q(('state', 'withdrawn'), _negated=True), models.Q(('answered_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='accounts_two_different_people'), models.CheckConstraint(condition=models.Q(('person', None), ('answered_by', None), models.Q(('answered_by', models.F('person')), _negated=True), _connector='OR'), name='accounts_nobody_approves_themselves'), models.UniqueConstraint(condition=models.Q(('kind__in', ('give', 'take')), ('state', 'asked')), fields=('person', 'store', 'role'), name='accounts_one_open_change_of_a_role'), models.UniqueConstraint(condition=models.Q(('kind', 'reopen'), ('state', 'asked')), fields=('person',), name='accounts_one_open_reopening'), models.UniqueConstraint(condition=models.Q(('kind__in', ['make', 'edit', 'retire']), ('state', 'asked')), fields=('role',), name='accounts_one_open_change_to_a_role')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('dissolved_at', models.DateTimeField(null=True)),
                ('stores', models.ManyToManyField(related_name='teams', to='stores.store')),
                ('members', models.ManyToManyField(blank=True, related_name='teams', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), condition=models.Q(('dissolved_at', None)), name='accounts_one_team_of_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='stores.store')),
                ('role', models.CharField(max_length=40)),
                ('since', models.DateTimeField()),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('change', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grant', to='accounts.rightschange')),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-since'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('person', 'store', 'role'), name='accounts_one_grant_of_a_role'), models.CheckConstraint(condition=models.Q(('change', None), ('approved_by__isnull', False), _connector='OR'), name='accounts_grant_is_approved'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(models.Q(('approved_by', models.F('given_by')), _negated=True), models.Q(('approved_by', models.F('person')), _negated=True), models.Q(('given_by', models.F('person')), _negated=True)), _connector='OR'), name='accounts_grant_by_two_others')],
            },
        ),
    ]
