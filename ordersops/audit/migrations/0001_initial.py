import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('cases', '0001_initial'),
        ('orders', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('epoch', models.BigIntegerField()),
                ('low', models.BigIntegerField()),
                ('high', models.BigIntegerField()),
                ('size', models.BigIntegerField(help_text='How many events.')),
                ('at', models.DateTimeField()),
                ('root', models.BinaryField(max_length=32)),
                ('prev', models.BinaryField(help_text='Hash of the previous checkpoint.', max_length=32)),
                ('hash', models.BinaryField(max_length=32)),
                ('public_key', models.BinaryField(max_length=32)),
                ('signature', models.BinaryField(max_length=64)),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('stream', models.CharField(db_collation='C', help_text='order:<id>, case:, user:, refused:, store:<id> or system', max_length=80)),
                ('seq', models.BigIntegerField(help_text='Place in the stream, from 1.')),
                ('epoch', models.BigIntegerField(help_text='The database cluster that wrote it: transaction ids restart in a new one.')),
                ('xid', models.BigIntegerField(help_text='The transaction that wrote it.')),
                ('at', models.DateTimeField()),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('actor_name', models.CharField(help_text='As it was then.', max_length=120)),
                ('verb', models.CharField(max_length=40)),
                ('payload', models.TextField(help_text='JSON, hashed as these bytes.')),
                ('store', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='stores.store')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orders.order')),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
                ('request_id', models.CharField(help_text='Groups what one gesture caused.', max_length=64)),
                ('prev', models.BinaryField(max_length=32)),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'indexes': [models.Index(models.F('order'), models.F('id'), condition=models.Q(('order__isnull', False)), name='audit_of_order'), models.Index(models.F('case'), models.F('id'), condition=models.Q(('case__isnull', False)), name='audit_of_case'), models.Index(models.F('store'), models.F('id'), name='audit_of_store'), models.Index(models.F('actor'), models.F('id'), name='audit_by_actor'), models.Index(models.F('verb'), models.F('id'), name='audit_by_verb'), django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['xid'], name='audit_by_transaction', pages_per_range=32), django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['at'], name='audit_by_time', pages_per_range=32)],
                'constraints': [models.UniqueConstraint(fields=('stream', 'seq'), name='audit_one_event_per_place')],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('stream', models.CharField(db_collation='C', max_length=80, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
            ],
        ),
    ]
