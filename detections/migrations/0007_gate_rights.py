"""Operators see the lists, the gates and what was decided, and may open a gate; staff set all of it up."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

SEEN = ["platelist", "registeredplate", "site", "gate", "accessdecision", "stay"]
OPERATOR = [*(f"view_{model}" for model in SEEN), "open_gate"]
STAFF = [
    *OPERATOR,
    *(f"{verb}_{model}" for verb in ("add", "change", "delete") for model in ("platelist", "registeredplate", "site", "gate", "destination")),
    "change_stay",
    "view_destination",
    "view_delivery",
    "change_delivery",
]
GROUPS = {"operator": OPERATOR, "staff": STAFF}


def give_rights(apps: Apps, schema_editor: object) -> None:
    config = apps.get_app_config("detections")
    config.models_module = True  # the permissions, otherwise made after the last migration, are needed now
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="detections")
    for name, codenames in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*permissions.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("detections", "0006_find_plates")]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
