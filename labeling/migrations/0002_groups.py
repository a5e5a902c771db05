"""Labelers and staff may see and judge samples."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

LABELER = ["view_sample", "change_sample", "view_label"]
STAFF = [*LABELER, "delete_sample", "view_datasetsettings", "change_datasetsettings"]
GROUPS = {"labeler": LABELER, "staff": STAFF}


def give_permissions(apps: Apps, schema_editor: object) -> None:
    config = apps.get_app_config("labeling")
    config.models_module = True  # the permissions, otherwise made after the last migration, are needed now
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="labeling")
    for name, codenames in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*permissions.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [("labeling", "0001_initial"), ("detections", "0002_groups")]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
