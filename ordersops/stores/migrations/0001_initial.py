import django.contrib.postgres.fields
import django.db.models.deletion
import ordersops.ids
import ordersops.sealing
import ordersops.stores.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Store',
            fields=[
                ('id', models.UUIDField(default=ordersops.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('endpoint_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120, unique=True)),
                ('platform', models.CharField(max_length=30)),
                ('currency', models.CharField(default='USD', max_length=3)),
                ('time_zone', models.CharField(default='UTC', max_length=60)),
                ('country', models.CharField(blank=True, help_text='Whose public holidays are kept; blank for none.', max_length=2)),
                ('opens_at', models.TimeField(null=True)),
                ('closes_at', models.TimeField(null=True)),
                ('working_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=ordersops.stores.models.every_day, help_text='0 is Monday.', size=None)),
                ('is_active', models.BooleanField(default=True)),
                ('webhook_secret', ordersops.sealing.SealedField(null=True)),
                ('previous_webhook_secret', ordersops.sealing.SealedField(null=True)),
                ('previous_secret_expires_at', models.DateTimeField(blank=True, null=True)),
                ('callback_url', models.URLField(blank=True, help_text='Where decisions are sent, signed (generic platform).')),
                ('api_url', models.URLField(blank=True, help_text="Where the platform's own interface is: https://<shop>.myshopify.com, or the shop's address.")),
                ('api_key', ordersops.sealing.SealedField(help_text='Access token, or consumer key.', null=True)),
                ('api_secret', ordersops.sealing.SealedField(help_text='Consumer secret, where the platform has one.', null=True)),
                ('helpdesk_url', models.URLField(blank=True, help_text='Where tickets are made, signed (docs/generic-contract.md).')),
                ('helpdesk_secret', ordersops.sealing.SealedField(help_text="Of Standard Webhooks; the helpdesk's own, never the store's.", null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
                'permissions': [('view_orders', 'See orders, customers and their history'), ('view_cases', 'See queues, cases, advice and decisions'), ('view_intake', 'See deliveries and their failures'), ('view_audit', 'Search the audit history'), ('export_audit', 'Take the audit history out as a file'), ('view_people', 'See who has which role'), ('decide_fraud', 'Claim fraud cases and approve the recommendation'), ('decide_returns', 'Decide return requests, take goods in, and have them paid back'), ('decide_triage', 'Claim triage cases and decide where orders ship from'), ('decide_inquiries', 'Claim inquiries, answer customers, and make sure who writes'), ('discuss_cases', 'Comment on cases, attach files, and ask colleagues'), ('assign_cases', 'Give cases to colleagues, and see what is past its deadline'), ('reopen_cases', 'Open a decided or withdrawn case again'), ('override', 'Decide against a recommendation'), ('override_block_list', 'Release an order that hits the block list'), ('edit_lists', 'Add to and remove from block and allow lists'), ('place_hold', 'Stop an order from shipping'), ('release_hold', 'End a hold that is not a fraud hold'), ('retry_effect', 'Send a failed effect again, or mark a hand-over as done'), ('act_on_order', 'Ask for acts on an order: tags, notes, address, fulfilment, returns, stock'), ('manage_stock', 'Set up and pause locations, set safety stock, release what is kept for orders'), ('cancel_order', 'Ask for the cancellation of an order'), ('refund', 'Ask for a refund'), ('approve_second', 'Approve as the second person what somebody else asked for'), ('replay_delivery', 'Process a failed delivery again'), ('share_views', 'Share saved views of lists with everybody in the store'), ('view_workload', 'See who has how much to do, how fast it is done, and how well people agree'), ('settle_reviews', 'Settle which of two judgements of a case stands'), ('view_rollout', 'See policies, how far a lane is automated, and how advisors are doing'), ('write_policy', 'Propose a policy version'), ('approve_policy', 'Approve or send back a policy version that somebody else wrote'), ('promote', 'Move a lane up or down the ladder of automation'), ('stop_automation', 'Throw a kill switch, and lift it'), ('edit_reasons', 'Word, order, add and retire reason codes'), ('export_advice', 'Take decisions and their masked evidence out as a file'), ('manage_stores', "Change a store's connection and secrets"), ('manage_teams', 'Set up teams, skills and working hours'), ('manage_people', 'Invite people, and ask for or approve a change of their rights'), ('require_factor', 'Require a second factor of a role')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='StoreGroupPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='stores.store')),
            ],
            options={
                'unique_together': {('group', 'permission', 'content_object')},
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StoreRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='stores.store')),
                ('role', models.CharField(help_text='A role of accounts/roles.py, or the key of one that the installation made.', max_length=40)),
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='store_role', to='auth.group')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('store', 'role'), name='stores_one_group_per_role')],
            },
        ),
        migrations.CreateModel(
            name='StoreUserPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='stores.store')),
            ],
            options={
                'unique_together': {('user', 'permission', 'content_object')},
                'abstract': False,
            },
        ),
    ]
