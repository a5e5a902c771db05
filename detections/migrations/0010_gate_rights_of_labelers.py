"""Labelers look at lists and gates as operators do; operators may also correct who is inside."""

from django.apps.registry import Apps
from django.db import migrations

SEEN = [f"view_{model}" for model in ("platelist", "registeredplate", "site", "gate", "accessdecision", "stay")]
GROUPS = {"labeler": SEEN, "operator": ["change_stay"]}


def give_rights(apps: Apps, schema_editor: object) -> None:
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="detections")
    for name, codenames in GROUPS.items():
        apps.get_model("auth", "Group").objects.get(name=name).permissions.add(*permissions.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("detections", "0009_delivery_expiry")]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
