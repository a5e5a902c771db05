#!/usr/bin/env python
"""Django's command line."""

import atexit
import gc
import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from anpr_site import use_settings

    use_settings()
    atexit.register(gc.freeze)  # the exit would search every module for garbage: half a second of a core
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
