import django.db.models.deletion
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('orders', '0001_initial'),
        ('review', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='orders.order')),
                ('reason', models.CharField(choices=[('fraud', 'Fraud'), ('payment', 'Payment'), ('address', 'Address'), ('stock', 'Stock'), ('other', 'Other')], max_length=30)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placed_at', models.DateTimeField()),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('released_at', models.DateTimeField(null=True)),
                ('decision', models.ForeignKey(help_text='On which it was released.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.decision')),
            ],
            options={
                'ordering': ['placed_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('order', 'reason'), name='orders_one_open_hold_per_reason'), models.CheckConstraint(condition=models.Q(models.Q(('released_at__isnull', True), ('released_by__isnull', True)), models.Q(('released_at__isnull', False), ('released_by__isnull', False)), _connector='OR'), name='orders_hold_released_by_someone'), models.CheckConstraint(condition=models.Q(models.Q(('reason', 'fraud'), _negated=True), ('released_at__isnull', True), ('decision__isnull', False), _connector='OR'), name='orders_fraud_hold_needs_decision')],
            },
        ),
    ]
