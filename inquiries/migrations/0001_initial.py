import django.db.models.deletion
import ordersops.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('orders', '0001_initial'),
        ('review', '0001_initial'),
        ('stores', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to='orders.order')),
                ('order_found_by', models.CharField(blank=True, help_text='number, email, tracking, or person', max_length=20)),
                ('thread', models.CharField(blank=True, help_text="What the sender's system calls the conversation.", max_length=200)),
                ('sender_email', models.CharField(blank=True, max_length=320)),
                ('sender_key', models.BigIntegerField(help_text='Digest of the address (orders/keys.py).', null=True)),
                ('sender_name', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('open', 'Waits for us'), ('answered', 'Answered'), ('closed', 'Closed')], default='open', max_length=10)),
                ('identity', models.CharField(choices=[('unknown', 'Not known'), ('asked', 'Asked by a code'), ('known', 'Known')], default='unknown', max_length=10)),
                ('identity_how', models.CharField(blank=True, help_text='sender, code or person', max_length=20)),
                ('identified_at', models.DateTimeField(null=True)),
                ('began_at', models.DateTimeField(auto_now_add=True)),
                ('last_at', models.DateTimeField(help_text='When the newest message came or left.')),
            ],
            options={
                'ordering': ['-last_at', '-id'],
                'indexes': [models.Index(fields=['store', 'sender_key', '-last_at'], name='inquiries_of_sender'), models.Index(fields=['order', '-last_at'], name='inquiries_of_order'), models.Index(fields=['store', '-last_at', '-id'], name='inquiries_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('thread', ''), _negated=True), fields=('store', 'thread'), name='inquiries_one_conversation_per_thread'), models.CheckConstraint(condition=models.Q(models.Q(('identified_at__isnull', False), ('identity', 'known')), models.Q(models.Q(('identity', 'known'), _negated=True), ('identified_at__isnull', True)), _connector='OR'), name='inquiries_known_since')],
            },
        ),
        migrations.CreateModel(
            name='IdentityCode',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='inquiries.conversation')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.order')),
                ('digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('tries_left', models.PositiveSmallIntegerField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-made_at'],
                'indexes': [models.Index(fields=['order', '-made_at'], name='inquiries_codes_of_order')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='inquiries.conversation')),
                ('outgoing', models.BooleanField(default=False)),
                ('automatic', models.BooleanField(default=False, help_text='Sent without a person.')),
                ('channel', models.CharField(choices=[('api', 'Interface'), ('form', 'Web form'), ('email', 'E-mail')], max_length=10)),
                ('external_id', models.CharField(blank=True, help_text="The sender's own name for it: the same one twice is one message.", max_length=200)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('body', models.TextField(max_length=10000)),
                ('machine', models.BooleanField(default=False, help_text='Sent by a machine, by its headers: never answered by one of ours.')),
                ('intent', models.CharField(blank=True, help_text='Of a reply: what it answers.', max_length=30)),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.decision')),
                ('written_by', models.ForeignKey(help_text='Of a reply.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['at', 'id'],
                'indexes': [models.Index(fields=['conversation', 'at'], name='inquiries_messages')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('store', 'external_id'), name='inquiries_message_once'), models.UniqueConstraint(condition=models.Q(('decision__isnull', False)), fields=('decision',), name='inquiries_one_reply_per_decision')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='posting', to='inquiries.message')),
                ('state', models.CharField(choices=[('pending', 'Leaves soon'), ('sent', 'Sent'), ('dead', 'Could not be sent')], default='pending', max_length=10)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('not_before', models.DateTimeField(help_text='End of the hold window, or of the pause after a failure.')),
                ('lease_until', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['not_before'], name='inquiries_posting_ready')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sent', 'dead'])), name='inquiries_posting_state_known')],
            },
        ),
    ]
