import django.contrib.postgres.fields
import django.db.models.deletion
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(help_text="What it is for, in the owner's words.", max_length=80)),
                ('prefix', models.CharField(help_text='Its first characters, to recognise it by.', max_length=11, unique=True)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None)),
                ('all_stores', models.BooleanField(default=True, help_text='All stores of its owner, also later ones.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(help_text='To the minute.', null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stores', models.ManyToManyField(help_text='Where it is not for all stores.', related_name='+', to='stores.store')),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='api_token_expires_later'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='api_token_revoked_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='api.accesstoken')),
                ('key', models.CharField(max_length=120)),
                ('fingerprint', models.CharField(help_text='SHA-256 of method, address, conditions and body.', max_length=64)),
                ('store_id', models.UUIDField(help_text='Where it was done: who lost the right to see it does not see it again here.', null=True)),
                ('needs', models.CharField(blank=True, help_text='The right to see it.', max_length=40)),
                ('status', models.PositiveSmallIntegerField()),
                ('etag', models.CharField(blank=True, max_length=20)),
                ('body', models.BinaryField()),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='api_answers_by_age')],
                'constraints': [models.UniqueConstraint(fields=('token', 'key'), name='api_one_answer_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Usage',
            fields=[
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='api.accesstoken')),
                ('minute', models.BigIntegerField(help_text='Minutes since 1970.')),
                ('count', models.PositiveIntegerField()),
            ],
        ),
    ]
