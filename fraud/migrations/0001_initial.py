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
            name='ListEntry',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='stores.store')),
                ('kind', models.CharField(choices=[('block', 'Block'), ('allow', 'Allow')], max_length=10)),
                ('key', models.CharField(choices=[('email', 'E-mail'), ('phone', 'Phone'), ('ip', 'IP address'), ('card', 'Card'), ('ship', 'Shipping address'), ('device', 'Device')], max_length=10)),
                ('digest', models.BigIntegerField()),
                ('note', models.CharField(max_length=300)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('store', 'key', 'digest'), name='fraud_listed_once')],
            },
        ),
    ]
