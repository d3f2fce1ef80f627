from django.db import migrations

from apps.core.packing import pack_with_lz4


def pack(apps, schema_editor):
    pack_with_lz4(schema_editor, "sync_receivedfact", "payload")


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(pack, migrations.RunPython.noop),
    ]
