import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import ordersops.ids
import ordersops.sealing
import ordersops.stores.models
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orders', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='stores.store')),
                ('external_id', models.CharField(max_length=200)),
                ('sku', models.CharField(blank=True, max_length=200)),
                ('title', models.CharField(blank=True, max_length=500)),
                ('grams', models.PositiveIntegerField(null=True)),
                ('origin', models.CharField(blank=True, help_text='Country of origin.', max_length=2)),
                ('hs_code', models.CharField(blank=True, max_length=20)),
                ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('configured', models.BooleanField(default=False, help_text='Made to order: a line of it needs a specification.')),
                ('source_at', models.DateTimeField(null=True)),
                ('marks', models.JSONField(db_default={}, default=dict, help_text='Watermark -> the fields taken from it (orders/watermarks.py).')),
            ],
            options={
                'indexes': [models.Index(fields=['store', 'sku'], name='stock_by_sku')],
                'constraints': [models.UniqueConstraint(fields=('store', 'external_id'), name='stock_one_item_per_external_id'), models.CheckConstraint(condition=models.Q(('needs__contained_by', ['hazmat', 'lithium', 'cold_chain', 'oversize', 'gift_wrap', 'customs'])), name='stock_needs_known')],
            },
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='locations', to='stores.store')),
                ('external_id', models.CharField(max_length=200)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('is_active', models.BooleanField(default=True, help_text='As the store states it.')),
                ('country', models.CharField(blank=True, max_length=2)),
                ('region', models.CharField(blank=True, max_length=120)),
                ('city', models.CharField(blank=True, max_length=120)),
                ('postal_code', models.CharField(blank=True, max_length=60)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('source_at', models.DateTimeField(null=True)),
                ('marks', models.JSONField(db_default={}, default=dict, help_text='Watermark -> the fields taken from it (orders/watermarks.py).')),
                ('kind', models.CharField(choices=[('warehouse', 'Warehouse'), ('partner', '3PL'), ('shop', 'Shop'), ('supplier', 'Supplier'), ('hub', 'International hub')], default='warehouse', max_length=20)),
                ('capabilities', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('serves', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), blank=True, default=list, help_text='Countries; none named means all.', size=None)),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='Sources of orders that it works for; none named means all.', size=None)),
                ('time_zone', models.CharField(default='UTC', max_length=60)),
                ('holidays_of', models.CharField(blank=True, max_length=2)),
                ('working_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=ordersops.stores.models.every_day, help_text='0 is Monday.', size=None)),
                ('cut_off', models.TimeField(help_text='Local time; what is routed later leaves on the next working day.', null=True)),
                ('capacity', models.PositiveIntegerField(help_text='Orders in a day; none means no limit.', null=True)),
                ('handling_days', models.PositiveSmallIntegerField(default=1, help_text='Working days from order to hand-over.')),
                ('pick_pack', models.DecimalField(decimal_places=2, default=Decimal('0'), help_text="Cost of one parcel, in the store's currency.", max_digits=14)),
                ('priority', models.PositiveSmallIntegerField(default=100, help_text='Lower comes first where all else is equal.')),
                ('paused', models.BooleanField(default=False)),
                ('paused_note', models.CharField(blank=True, max_length=300)),
                ('node_url', models.URLField(blank=True, help_text='Where orders are sent, signed.')),
                ('node_secret', ordersops.sealing.SealedField(help_text="Of Standard Webhooks; the warehouse's own, never the store's.", null=True)),
                ('node_endpoint', models.UUIDField(help_text='The unguessable part of the address that it answers at.', null=True, unique=True)),
            ],
            options={
                'ordering': ['priority', 'name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('store', 'external_id'), name='stock_one_location_per_external_id'), models.CheckConstraint(condition=models.Q(('capabilities__contained_by', ['hazmat', 'lithium', 'cold_chain', 'oversize', 'gift_wrap', 'customs'])), name='stock_capabilities_known')],
            },
        ),
        migrations.CreateModel(
            name='Inbound',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('external_id', models.CharField(max_length=200)),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inbound', to='stock.location')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='inbound', to='stock.item')),
                ('units', models.PositiveIntegerField()),
                ('expected_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('expected', 'Expected'), ('arrived', 'Arrived'), ('cancelled', 'Cancelled')], default='expected', max_length=10)),
                ('source_at', models.DateTimeField(null=True)),
                ('mark', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'expected')), fields=['store', '-expected_at', '-id'], name='stock_expected'), models.Index(condition=models.Q(('state', 'expected')), fields=['item'], name='stock_expected_of_item')],
                'constraints': [models.UniqueConstraint(fields=('store', 'external_id'), name='stock_one_inbound_per_external_id')],
            },
        ),
        migrations.CreateModel(
            name='Level',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='levels', to='stock.location')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='levels', to='stock.item')),
                ('on_hand', models.IntegerField(default=0, help_text='As last stated, with what is kept here and the statement has taken off already. Below zero where the store has oversold.')),
                ('net', models.BooleanField(db_default=False, default=False, help_text='The store states it after what it has sold.')),
                ('safety_stock', models.PositiveIntegerField(default=0)),
                ('reserved', models.PositiveIntegerField(default=0)),
                ('oversold', models.BooleanField(default=False)),
                ('source_at', models.DateTimeField(null=True)),
                ('mark', models.CharField(blank=True, help_text='Watermark of the statement that it was taken from (orders/watermarks.py).', max_length=60)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'indexes': [models.Index(fields=['store', '-changed_at', '-id'], name='stock_levels_newest'), models.Index(fields=['item'], name='stock_levels_of_item')],
                'constraints': [models.UniqueConstraint(fields=('location', 'item'), name='stock_one_level_per_place_and_item'), models.CheckConstraint(condition=models.Q(('reserved__gte', 0)), name='stock_reserved_not_negative'), models.CheckConstraint(condition=models.Q(('oversold', True), ('reserved', 0), ('reserved__lte', models.F('on_hand')), _connector='OR'), name='stock_reserved_within_on_hand')],
            },
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reservations', to='orders.order')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reservations', to='orders.line')),
                ('level', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reservations', to='stock.level')),
                ('units', models.PositiveIntegerField()),
                ('netted', models.BooleanField(db_default=False, default=False, help_text="The store's count is without these units already, so they are added to what lies there.")),
                ('state', models.CharField(choices=[('held', 'Kept'), ('used', 'Shipped'), ('released', 'Released')], default='held', max_length=10)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('because', models.CharField(blank=True, help_text='Why it ended.', max_length=200)),
            ],
            options={
                'ordering': ['made_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'held')), fields=['store', '-made_at', '-id'], name='stock_kept_newest'), models.Index(condition=models.Q(('state', 'held')), fields=['level'], name='stock_kept_at')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'held')), fields=('line', 'level'), name='stock_one_reservation_per_line_and_level'), models.CheckConstraint(condition=models.Q(('units__gt', 0)), name='stock_reservation_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'held')), models.Q(models.Q(('state', 'held'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='stock_reservation_ends_once')],
            },
        ),
    ]
