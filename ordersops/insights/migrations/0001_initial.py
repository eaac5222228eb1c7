import django.db.models.deletion
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('advice', '0001_initial'),
        ('cases', '0001_initial'),
        ('review', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondReview',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('lane', models.CharField(max_length=30)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='second_reviews', to='cases.case')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='second_review', to='review.decision')),
                ('recommendation', models.ForeignKey(help_text='Its snapshot is what is shown.', on_delete=django.db.models.deletion.PROTECT, related_name='second_reviews', to='advice.recommendation')),
                ('decider', models.ForeignKey(help_text='Of the decision.', on_delete=django.db.models.deletion.PROTECT, related_name='reviewed_again', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(choices=[('sampled', 'Sampled'), ('known', 'Known answer')], max_length=20)),
                ('truth', models.CharField(blank=True, choices=[('bad', 'It was fraud'), ('good', 'It was legitimate')], help_text='Of a known answer.', max_length=20)),
                ('drawn_at', models.DateTimeField()),
                ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='second_reviews', to=settings.AUTH_USER_MODEL)),
                ('assigned_until', models.DateTimeField(null=True)),
                ('is_answered', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_answered', False)), fields=['store', 'lane', 'drawn_at', 'id'], name='insights_waiting'), models.Index(fields=['drawn_at'], name='insights_drawn')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind', 'known'), ('truth', ''), _connector='XOR'), name='insights_known_has_truth'), models.CheckConstraint(condition=models.Q(('assigned_to', None), models.Q(('assigned_to', models.F('decider')), _negated=True), _connector='OR'), name='insights_not_one_s_own')],
            },
        ),
        migrations.CreateModel(
            name='SecondAnswer',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('lane', models.CharField(max_length=30)),
                ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='insights.secondreview')),
                ('decider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided', models.CharField(help_text='The outcome of the decision.', max_length=40)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='second_answers', to=settings.AUTH_USER_MODEL)),
                ('outcome', models.CharField(max_length=40)),
                ('reason', models.CharField(max_length=10)),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-at'],
                'indexes': [models.Index(fields=['store', '-at'], name='insights_answers')],
                'constraints': [models.CheckConstraint(condition=models.Q(('by', models.F('decider')), _negated=True), name='insights_by_somebody_else')],
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('answer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='insights.secondanswer')),
                ('stands', models.CharField(choices=[('first', 'The decision'), ('second', 'The second review'), ('either', 'Either can be held')], max_length=20)),
                ('note', models.TextField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='insights_settled_with_a_note')],
            },
        ),
    ]
