import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('advice', '0001_initial'),
        ('cases', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bulk',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('lane', models.CharField(max_length=30)),
                ('outcome', models.CharField(max_length=40)),
                ('reason', models.CharField(max_length=10)),
                ('note', models.TextField(blank=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked', models.PositiveIntegerField(help_text='Cases that were chosen.')),
                ('left_out', models.JSONField(default=list, help_text='[case id, why] of those that could not be taken.')),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='FirstImpression',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='impressions', to='cases.case')),
                ('recommendation', models.ForeignKey(help_text='The advice that was closed.', on_delete=django.db.models.deletion.PROTECT, related_name='impressions', to='advice.recommendation')),
                ('outcome', models.CharField(max_length=40)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='impressions', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['at'],
                'indexes': [models.Index(fields=['store', '-at'], name='review_impressions')],
                'constraints': [models.UniqueConstraint(fields=('case', 'by'), name='review_one_impression_each')],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='cases.case')),
                ('bulk', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='review.bulk')),
                ('recommendation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advice.recommendation')),
                ('outcome', models.CharField(max_length=40)),
                ('terms', models.JSONField(default=dict, help_text='What the outcome means here in particular, as it was decided.')),
                ('overrides', models.BooleanField(help_text='Decided against the recommendation.')),
                ('reason', models.CharField(max_length=10)),
                ('note', models.TextField(blank=True)),
                ('label', models.CharField(choices=[('confirmed_fraud', 'Confirmed fraud'), ('suspected', 'Suspected'), ('legitimate', 'Legitimate'), ('inconclusive', 'Inconclusive')], max_length=20)),
                ('why_two', models.JSONField(default=list, help_text='Why two people are needed, in sentences.')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to=settings.AUTH_USER_MODEL)),
                ('parties', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('instead_of', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='review.proposal')),
                ('case_version', models.PositiveIntegerField(help_text='Of the case while it waits: a newer one means that advice arrived since.')),
                ('proposed_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting for a second person'), ('approved', 'Approved by a second person'), ('sent_back', 'Sent back'), ('otherwise', 'Decided otherwise'), ('taken_back', 'Taken back'), ('gone', 'Nothing was left to decide')], default='waiting', max_length=20)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_note', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['proposed_at'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['store', 'proposed_at'], name='review_second_queue'), models.Index(fields=['by', '-proposed_at'], name='review_proposed_by_person'), models.Index(condition=models.Q(('settled_at__isnull', False)), fields=['store', '-settled_at'], name='review_settled_newest'), models.Index(condition=models.Q(('bulk__isnull', False)), fields=['bulk'], name='review_rows_of_bulk')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('case',), name='review_one_proposal_waits'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'approved', 'sent_back', 'otherwise', 'taken_back', 'gone'])), name='review_proposal_state_known'), models.CheckConstraint(condition=models.Q(('parties__contains', [models.F('by')])), name='review_first_person_is_a_party'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('approved', 'sent_back', 'otherwise')), _negated=True), models.Q(('settled_by__isnull', False), models.Q(('parties__contains', [models.F('settled_by')]), _negated=True)), _connector='OR'), name='review_second_person_is_another'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='review_proposal_settled_when')],
            },
        ),
        migrations.CreateModel(
            name='ReasonCode',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('lane', models.CharField(max_length=20)),
                ('code', models.CharField(max_length=10)),
                ('version', models.PositiveIntegerField()),
                ('text', models.CharField(help_text='What reviewers read.', max_length=120)),
                ('customer_text', models.CharField(blank=True, help_text='What the customer may be told.', max_length=500)),
                ('outcomes', models.JSONField(default=list)),
                ('label', models.CharField(choices=[('confirmed_fraud', 'Confirmed fraud'), ('suspected', 'Suspected'), ('legitimate', 'Legitimate'), ('inconclusive', 'Inconclusive')], max_length=20)),
                ('overrides', models.BooleanField(default=False)),
                ('needs', models.CharField(blank=True, help_text='A further right.', max_length=40)),
                ('two', models.BooleanField(default=False, help_text='Always needs a second person.')),
                ('default', models.BooleanField(default=False, help_text='Taken where advice is approved without choosing one.')),
                ('rank', models.PositiveIntegerField()),
                ('active', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['lane', 'rank', 'code', '-version'],
                'constraints': [models.UniqueConstraint(fields=('lane', 'code', 'version'), name='review_one_reason_per_version')],
            },
        ),
        migrations.CreateModel(
            name='Tick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ticks', to='cases.case')),
                ('item', models.CharField(help_text="Key of the lane's Check.", max_length=40)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ticks', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'item'), name='review_one_tick_per_item')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='cases.case')),
                ('recommendation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='advice.recommendation')),
                ('outcome', models.CharField(max_length=40)),
                ('terms', models.JSONField(default=dict, help_text='What the outcome means here in particular, as it was decided.')),
                ('overrides', models.BooleanField(help_text='Decided against the recommendation.')),
                ('reason', models.CharField(help_text='Reason code of the lane.', max_length=10)),
                ('reason_version', models.PositiveIntegerField(help_text='As the code was worded; empty where it was as declared.', null=True)),
                ('note', models.TextField(blank=True)),
                ('label', models.CharField(choices=[('confirmed_fraud', 'Confirmed fraud'), ('suspected', 'Suspected'), ('legitimate', 'Legitimate'), ('inconclusive', 'Inconclusive')], max_length=20)),
                ('source', models.CharField(choices=[('person', 'A person'), ('system', 'The system')], default='person', max_length=20)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(help_text='Who approved it where two people were needed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.OneToOneField(help_text='As it waited for a second person.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='review.proposal')),
                ('case_version', models.PositiveIntegerField()),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='review.decision')),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-decided_at'],
                'indexes': [models.Index(fields=['store', '-decided_at'], name='review_newest'), models.Index(fields=['by', '-decided_at'], name='review_by_person')],
                'constraints': [models.UniqueConstraint(fields=('case', 'case_version'), name='review_one_decision_per_version'), models.CheckConstraint(condition=models.Q(('second', None), models.Q(('second', models.F('by')), _negated=True), _connector='OR'), name='review_two_different_people'), models.CheckConstraint(condition=models.Q(('overrides', False), models.Q(('note', ''), _negated=True), _connector='OR'), name='review_override_has_a_note')],
            },
        ),
    ]
