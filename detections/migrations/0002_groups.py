"""The groups: operators watch, labelers judge what was read, staff also set up cameras."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

OPERATOR = ["view_camera", "view_camerahealth", "view_detection", "view_attempt"]
STAFF = [*OPERATOR, "add_camera", "change_camera", "delete_camera", "delete_detection", "delete_attempt"]
GROUPS = {"operator": OPERATOR, "labeler": OPERATOR, "staff": STAFF}


def make_groups(apps: Apps, schema_editor: object) -> None:
    for label in ("cameras", "detections"):
        config = apps.get_app_config(label)
        config.models_module = True  # the permissions, otherwise made after the last migration, are needed now
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label__in=["cameras", "detections"])
    for name, codenames in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*permissions.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("detections", "0001_initial"),
        ("cameras", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
