"""The site attacked by tools: see __main__.py."""

PLANTED = "planted/"
"""The address with faults put there on purpose."""
