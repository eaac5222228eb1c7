import django.db.models.deletion
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('effects', '0001_initial'),
        ('orders', '0001_initial'),
        ('review', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Knock',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stores.store')),
                ('number', models.CharField(max_length=60)),
                ('email_key', models.BigIntegerField(null=True)),
                ('state', models.CharField(default='pending', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['not_before'],
                'indexes': [models.Index(fields=['not_before'], name='returns_knocks_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'pending')), name='returns_a_knock_is_pending')],
            },
        ),
        migrations.CreateModel(
            name='ReturnLink',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stores.store')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.order')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('visit', models.CharField(blank=True, help_text="Digest of what the customer's browser holds.", max_length=64)),
                ('visit_until', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-made_at'],
                'indexes': [models.Index(fields=['order', '-made_at'], name='returns_links_of_order')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('visit', ''), _negated=True), fields=('visit',), name='returns_one_visit'), models.CheckConstraint(condition=models.Q(models.Q(('used_at', None), ('visit', '')), ('used_at__isnull', False), _connector='OR'), name='returns_a_visit_used_its_link')],
            },
        ),
        migrations.CreateModel(
            name='ReturnRequest',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='return_requests', to='orders.order')),
                ('number', models.CharField(help_text='R-<order>-<n>: what stands on the parcel.', max_length=140)),
                ('external_id', models.CharField(blank=True, help_text='What the store calls it, where it has it.', max_length=200)),
                ('stated', models.CharField(blank=True, help_text="The store's own word for its state, verbatim.", max_length=60)),
                ('source_at', models.DateTimeField(help_text='The source time of the newest facts applied.', null=True)),
                ('source', models.CharField(choices=[('store', 'Store'), ('api', 'API'), ('inquiry', 'Message'), ('desk', 'Desk'), ('page', 'Returns page')], max_length=20)),
                ('identity', models.CharField(choices=[('contact', 'Number and contact fit'), ('signed_in', 'Signed in'), ('store', 'The store vouches'), ('staff', 'Asked by a colleague'), ('none', 'Not verified')], default='none', max_length=20)),
                ('wish', models.CharField(blank=True, choices=[('refund', 'Money back'), ('exchange', 'Exchange'), ('replacement', 'Replacement'), ('credit', 'Store credit'), ('repair', 'Repair'), ('keep', 'Keep it for a lower price')], max_length=20)),
                ('state', models.CharField(choices=[('requested', 'Requested'), ('waiting', 'Waiting for evidence'), ('approved', 'Approved'), ('declined', 'Declined'), ('in_transit', 'On its way back'), ('received', 'Received'), ('inspected', 'Inspected'), ('settled', 'Settled'), ('expired', 'Expired'), ('cancelled', 'Cancelled')], default='requested', max_length=20)),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_at', models.DateTimeField()),
                ('value', models.DecimalField(decimal_places=2, help_text="What was paid for what is asked, in the order's currency.", max_digits=14, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('outcome', models.CharField(blank=True, help_text='What was decided: approve, keep_item, replace or decline.', max_length=30)),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.decision')),
                ('decline', models.CharField(blank=True, max_length=30)),
                ('instructions', models.TextField(blank=True, help_text='What the customer is told.')),
                ('refund_shipping', models.BooleanField(default=False)),
                ('inspect', models.BooleanField(default=True, help_text='Money goes back only after an inspection.')),
                ('destination', models.CharField(blank=True, max_length=60)),
                ('approved_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('carrier', models.CharField(blank=True, max_length=120)),
                ('tracking_number', models.CharField(blank=True, max_length=120)),
                ('sent_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('inspected_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['-requested_at', '-id'],
                'indexes': [models.Index(fields=['store', 'state', '-requested_at'], name='returns_by_state'), models.Index(fields=['store', '-requested_at', '-id'], name='returns_newest'), models.Index(condition=models.Q(('state__in', ['approved', 'waiting'])), fields=['store', 'expires_at'], name='returns_expiring')],
                'constraints': [models.UniqueConstraint(fields=('store', 'order', 'number'), name='returns_one_request_per_number'), models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('store', 'external_id'), name='returns_one_request_per_external_id'), models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'waiting', 'approved', 'declined', 'in_transit', 'received', 'inspected', 'settled', 'expired', 'cancelled'])), name='returns_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'in_transit']), _negated=True), ('approved_at__isnull', False), _connector='OR'), name='returns_approved_at_some_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), ('closed_at__isnull', False), _connector='OR'), name='returns_declined_at_some_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'inspected'), _negated=True), ('inspected_at__isnull', False), _connector='OR'), name='returns_inspected_at_some_time')],
            },
        ),
        migrations.CreateModel(
            name='ReturnLine',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='returns.returnrequest')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='return_lines', to='orders.line')),
                ('external_id', models.CharField(blank=True, help_text='What the store calls it.', max_length=200)),
                ('quantity', models.PositiveIntegerField()),
                ('reason', models.CharField(choices=[('SIZE_TOO_SMALL', 'Too small'), ('SIZE_TOO_LARGE', 'Too large'), ('COLOR', 'I do not like the colour'), ('STYLE', 'I do not like the style'), ('UNWANTED', 'I changed my mind'), ('NOT_AS_DESCRIBED', 'Not as described'), ('DEFECTIVE', 'It does not work'), ('DAMAGED_IN_TRANSIT', 'It arrived damaged'), ('WRONG_ITEM', 'I got something else'), ('MISSING_ITEM', 'Something was missing'), ('NOT_RECEIVED', 'It never came'), ('ARRIVED_LATE', 'It came too late'), ('CANCELLED_YET_SHIPPED', 'I had cancelled it'), ('PRICING', 'The price or the tax was wrong'), ('GOODWILL', 'Goodwill'), ('OTHER', 'Something else')], max_length=40)),
                ('stated_reason', models.CharField(blank=True, help_text="The store's own word, verbatim.", max_length=120)),
                ('words', models.CharField(blank=True, help_text='Typed by the customer.', max_length=2000)),
                ('condition', models.CharField(blank=True, max_length=20)),
                ('outcome', models.CharField(blank=True, choices=[('REFUND_ORIGINAL', 'Refund when it is back'), ('STORE_CREDIT', 'Store credit when it is back'), ('EXCHANGE_SAME', 'Exchange for the same product'), ('EXCHANGE_OTHER', 'Exchange for another product'), ('REPLACE_NO_RETURN', 'Send a replacement, nothing comes back'), ('KEEP_ITEM_REFUND', 'Refund, the customer keeps it'), ('PARTIAL_CREDIT', 'Refund a part, the customer keeps it'), ('DONATE', 'Refund, the customer gives it away'), ('REPAIR', 'Repair and send back'), ('DECLINE', 'Decline'), ('NEEDS_REVIEW', 'A person decides')], max_length=30)),
                ('approved', models.PositiveIntegerField(default=0, help_text='Units.')),
                ('amount', models.DecimalField(decimal_places=2, help_text='Money that goes back for it.', max_digits=14, null=True)),
                ('received', models.PositiveIntegerField(default=0)),
                ('grade', models.CharField(blank=True, choices=[('unopened', 'Unopened'), ('a', 'Opened, like new'), ('b', 'Signs of use'), ('damaged', 'Damaged'), ('missing', 'Not in the parcel')], max_length=20)),
                ('disposition', models.CharField(blank=True, max_length=20)),
                ('report', models.CharField(blank=True, choices=[('package-never-received', 'Earlier parcels were reported as never received'), ('package-is-empty', 'An earlier return came back empty'), ('package-is-missing-items', 'An earlier return came back incomplete'), ('instant-return-charge-failed', 'The charge for an earlier instant return failed'), ('keep-item-abuse', 'Earlier refunds without return form a pattern'), ('splitting-returns-to-avoid-restrictions', 'Earlier returns were split around the limits'), ('item-is-worn', 'An earlier return came back worn'), ('other', 'An earlier return was reported for another reason')], max_length=60)),
                ('finding', models.CharField(blank=True, max_length=500)),
                ('restocked', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('request', 'line'), name='returns_one_row_per_line'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='returns_some_units'), models.CheckConstraint(condition=models.Q(('approved__lte', models.F('quantity'))), name='returns_approved_within_asked'), models.CheckConstraint(condition=models.Q(('restocked__lte', models.F('received'))), name='returns_restocked_within_received'), models.CheckConstraint(condition=models.Q(('amount', None), ('amount__gte', 0), _connector='OR'), name='returns_amount_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='CheckRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='returns.returnline')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('snapshot', models.CharField(help_text='SHA-256 of the evidence on which it was made.', max_length=64)),
                ('number', models.PositiveSmallIntegerField()),
                ('check_key', models.CharField(max_length=20)),
                ('policy', models.CharField(max_length=60)),
                ('inputs', models.JSONField(default=dict)),
                ('result', models.CharField(max_length=20)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('reason', models.CharField(max_length=300)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['line', '-at', 'number'],
                'constraints': [models.UniqueConstraint(fields=('line', 'snapshot', 'number'), name='returns_one_row_per_check'), models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 12)), name='returns_twelve_checks')],
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='returns.returnline')),
                ('kind', models.CharField(max_length=40)),
                ('size', models.PositiveIntegerField(help_text='Bytes, as it is served.')),
                ('sha256', models.CharField(max_length=64)),
                ('body', models.BinaryField(help_text='Sealed; see returns/photos.py.')),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('line', 'sha256'), name='returns_one_of_each_photo')],
            },
        ),
        migrations.CreateModel(
            name='ReturnAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='returns.returnrequest')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='stores.store')),
                ('effect', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='return_act', to='effects.effect')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='returns.returnline')),
            ],
            options={
                'ordering': ['effect'],
            },
        ),
    ]
