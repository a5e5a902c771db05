"""Staff make accounts, give roles, let in who mistyped too often, and read who did what."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "auth": ["view_user", "add_user", "change_user", "view_group"],
    "axes": ["view_accessattempt", "delete_accessattempt"],
    "auditlog": ["view_logentry"],
    "accounts": ["view_accessrecord", "view_apitoken"],
}


def give_rights(apps: Apps, schema_editor: object) -> None:
    staff, _ = apps.get_model("auth", "Group").objects.get_or_create(name="staff")
    for label, codenames in RIGHTS.items():
        config = apps.get_app_config(label)
        config.models_module = True  # the permissions, otherwise made after the last migration, are needed now
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
        permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label=label)
        staff.permissions.add(*permissions.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("cameras", "0004_tally"),
        ("accounts", "0001_tokens_and_access_log"),
        ("auditlog", "0017_add_actor_email"),
        ("axes", "0010_accessattemptexpiration"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
