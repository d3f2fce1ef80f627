"""Facts in the order of their writing, and with a number for those that other systems are told.

A new table is filled from the old one: SQLite cannot give a table another primary key.
"""

import uuid

from django.db import migrations, models

COPY = """
    INSERT INTO core_outboxevent (event_id, type, version, aggregate, payload, occurred_at,
        leased_until, relayed_at, is_shared)
    SELECT id, type, version, aggregate, payload, occurred_at, leased_until, relayed_at, {no}
    FROM core_oldoutboxevent ORDER BY occurred_at, id
"""


def copy(apps, schema_editor):
    """Carry the facts over. None of them has been told to another system."""
    no = "FALSE" if schema_editor.connection.vendor == "postgresql" else "0"
    schema_editor.execute(COPY.format(no=no))


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RemoveIndex("outboxevent", "outbox_waiting_oldest_first"),
        migrations.AlterField("outboxevent", "occurred_at", models.DateTimeField()),
        migrations.RenameModel("OutboxEvent", "OldOutboxEvent"),
        migrations.CreateModel(
            name="OutboxSequence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("position", models.BigAutoField(help_text="In the order of writing, whatever the clock says", primary_key=True, serialize=False)),
                ("event_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("type", models.CharField(max_length=80)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("aggregate", models.CharField(help_text="What it is about: kind and id", max_length=120)),
                ("payload", models.JSONField()),
                ("occurred_at", models.DateTimeField(db_index=True)),
                ("leased_until", models.DateTimeField(help_text="A relay is handing it on until then", null=True)),
                ("relayed_at", models.DateTimeField(help_text="All subscribers have been told", null=True)),
                ("is_shared", models.BooleanField(default=False, help_text="Other systems are told")),
                ("sequence", models.PositiveBigIntegerField(help_text="Its place among all facts that other systems are told", null=True, unique=True)),
                ("fault", models.TextField(blank=True, db_default="", help_text="Why it cannot be told: it is not as its schema says")),
            ],
        ),
        migrations.RunPython(copy, elidable=True),
        migrations.DeleteModel("OldOutboxEvent"),
        migrations.AddIndex(
            "outboxevent",
            models.Index(condition=models.Q(("relayed_at__isnull", True)), fields=["position"], name="outbox_waiting_in_order"),
        ),
        migrations.AddIndex(
            "outboxevent",
            models.Index(condition=models.Q(("is_shared", True), ("sequence__isnull", True)), fields=["position"], name="outbox_unnumbered_in_order"),
        ),
        migrations.AddIndex(
            "outboxevent",
            models.Index(condition=models.Q(("fault", ""), _negated=True), fields=["aggregate"], name="outbox_faulty"),
        ),
        migrations.AddConstraint(
            "outboxevent",
            models.CheckConstraint(condition=models.Q(("sequence__isnull", True), models.Q(("fault", ""), ("is_shared", True)), _connector="OR"), name="outbox_number_of_what_is_told"),
        ),
    ]
