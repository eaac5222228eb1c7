import django.db.models.deletion
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('advice', '0001_initial'),
        ('review', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consideration',
            fields=[
                ('recommendation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='consideration', serialize=False, to='advice.recommendation')),
                ('result', models.CharField(choices=[('decided', 'Decided automatically'), ('sampled', "Drawn for a person's check"), ('person', 'Left to a person')], max_length=20)),
                ('why', models.CharField(blank=True, max_length=300)),
                ('decision', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.decision')),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['result', '-at'], name='rollout_considered')],
            },
        ),
        migrations.CreateModel(
            name='Harm',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lane', models.CharField(max_length=30)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('scope', models.CharField(max_length=60)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='harms', to='review.decision')),
                ('severity', models.CharField(default='S1', max_length=4)),
                ('why', models.CharField(max_length=300)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['lane', 'scope', '-at'], name='rollout_harms')],
                'constraints': [models.UniqueConstraint(fields=('decision',), name='rollout_one_harm_a_decision')],
            },
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('lane', models.CharField(max_length=30)),
                ('store', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('scope', models.CharField(default='everything', max_length=60)),
                ('number', models.PositiveIntegerField(help_text='Counts up within lane, store and scope.')),
                ('rule', models.JSONField(default=list)),
                ('content', models.JSONField()),
                ('note', models.TextField(help_text='Why it is proposed.')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-written_at'],
                'constraints': [models.UniqueConstraint(fields=('lane', 'store', 'scope', 'number'), name='rollout_policies_count_up', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('rule', []), ('scope', 'everything')), models.Q(models.Q(('scope', 'everything'), _negated=True), models.Q(('rule', []), _negated=True)), _connector='OR'), name='rollout_scope_has_a_rule')],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lane', models.CharField(max_length=30)),
                ('store', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('scope', models.CharField(default='everything', max_length=60)),
                ('mode', models.CharField(choices=[('off', 'Off'), ('shadow', 'Shadow'), ('assist', 'Assist'), ('sampled', 'Sampled'), ('auto', 'Auto')], default='shadow', max_length=20)),
                ('policy_version', models.CharField(max_length=60)),
                ('advisor', models.CharField(help_text='Advisor and its version.', max_length=170)),
                ('since', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('lane', 'store', 'scope'), name='rollout_one_standing', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('mode__in', ['off', 'shadow', 'assist', 'sampled', 'auto'])), name='rollout_mode_known')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lane', models.CharField(max_length=30)),
                ('store', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('scope', models.CharField(max_length=60)),
                ('before', models.CharField(choices=[('off', 'Off'), ('shadow', 'Shadow'), ('assist', 'Assist'), ('sampled', 'Sampled'), ('auto', 'Auto')], max_length=20)),
                ('after', models.CharField(choices=[('off', 'Off'), ('shadow', 'Shadow'), ('assist', 'Assist'), ('sampled', 'Sampled'), ('auto', 'Auto')], max_length=20)),
                ('policy_version', models.CharField(max_length=60)),
                ('advisor', models.CharField(max_length=170)),
                ('because', models.CharField(max_length=300)),
                ('figures', models.JSONField(default=dict, help_text='The gates as they were.')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['lane', 'scope', '-at'], name='rollout_steps')],
            },
        ),
        migrations.CreateModel(
            name='Switch',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('lane', models.CharField(blank=True, max_length=30)),
                ('store', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('effect', models.CharField(blank=True, max_length=40)),
                ('why', models.CharField(max_length=300)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('lane', 'store', 'effect'), name='rollout_one_switch', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('lane', models.CharField(max_length=30)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('scope', models.CharField(max_length=60)),
                ('policy_version', models.CharField(max_length=60)),
                ('advisor', models.CharField(help_text='Advisor and its version.', max_length=170)),
                ('recommendation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='advice.recommendation')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='review.decision')),
                ('advised', models.CharField(max_length=40)),
                ('decided', models.CharField(max_length=40)),
                ('agreed', models.BooleanField()),
                ('source', models.CharField(choices=[('person', 'A person decided'), ('sampled', 'A person checked a decision that would have been automatic'), ('replay', 'A stored question was asked again')], max_length=20)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['lane', 'scope', '-at'], name='rollout_trials'), models.Index(fields=['store', 'lane', 'scope', '-at'], name='rollout_trials_of_store'), models.Index(fields=['policy_version', 'advisor', '-at'], name='rollout_trials_of_version'), models.Index(condition=models.Q(('source', 'sampled')), fields=['policy_version', 'advisor', '-at'], name='rollout_checks')],
                'constraints': [models.UniqueConstraint(fields=('recommendation', 'decision', 'advisor', 'source', 'policy_version'), name='rollout_measured_once')],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('policy', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='verdict', serialize=False, to='rollout.policyversion')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved', models.BooleanField()),
                ('note', models.TextField(blank=True)),
                ('effective_from', models.DateTimeField(null=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('approved', True)), fields=['effective_from'], name='rollout_in_force')],
                'constraints': [models.CheckConstraint(condition=models.Q(('author', models.F('by')), _negated=True), name='rollout_two_people'), models.CheckConstraint(condition=models.Q(('approved', False), ('effective_from__isnull', False), _connector='OR'), name='rollout_approved_from_when')],
            },
        ),
        migrations.CreateModel(
            name='Void',
            fields=[
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='review.decision')),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
