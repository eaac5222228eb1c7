import django.db.models.deletion
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('intake', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonalRequest',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='personal_requests', to='stores.store')),
                ('delivery', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='personal_request', to='intake.delivery')),
                ('kind', models.CharField(choices=[('access', 'A customer asks what is kept of them'), ('erase', 'A customer is to be forgotten'), ('close', 'The shop left; all of its customers are to be forgotten')], max_length=20)),
                ('customer_key', models.CharField(blank=True, max_length=200)),
                ('orders', models.JSONField(default=list, help_text="The store's ids of the orders that it is about.")),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('note', models.CharField(blank=True, help_text='What was done.', max_length=500)),
                ('erasing_since', models.DateTimeField(null=True)),
                ('erasing_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cursor', models.UUIDField(help_text='The last order that was erased.', null=True)),
                ('erased', models.JSONField(default=dict, help_text='How much was erased, by name.')),
            ],
            options={
                'ordering': ['due_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['store', 'due_at'], name='privacy_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['access', 'erase', 'close'])), name='privacy_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('settled_by', None)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='privacy_settled_by_someone_who_says_how'), models.CheckConstraint(condition=models.Q(models.Q(('erasing_by', None), ('erasing_since', None)), models.Q(('erasing_by__isnull', False), ('erasing_since__isnull', False)), _connector='OR'), name='privacy_erased_on_someones_word')],
            },
        ),
    ]
