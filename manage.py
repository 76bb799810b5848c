#!/usr/bin/env python
"""The command line of a site."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.node")
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:  # what was done is kept; a traceback would only frighten
        sys.exit(130)
