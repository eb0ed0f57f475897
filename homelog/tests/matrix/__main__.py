"""Writes docs/access-matrix.md anew: `.venv/bin/python -m homelog.tests.matrix`."""

import os

import django

from homelog import testing_environment  # noqa: F401 - before Django reads its settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homelog.settings")
django.setup()

from homelog.tests.matrix import document  # noqa: E402 - after setup

document.place().write_text(document.page(), encoding="utf-8")
