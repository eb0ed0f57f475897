"""What readings announces, for floors above to hear."""

from django.dispatch import Signal

source_viewed = Signal()
"""A person opened a source's page. Arguments: source."""

readings_imported = Signal()
"""The door for many rows stored some. Arguments: batch (its source fetched), facts (for the log: stored, first, …)."""

readings_import_undone = Signal()
"""An import was taken back. Arguments: batch (its source fetched), facts (for the log: deleted, corrected, …)."""

readings_exported = Signal()
"""A person downloads the readings of a source. Arguments: source, format (csv, xlsx, json, zip)."""

home_exported = Signal()
"""A person downloads the readings of all sources of a home that they may see. Arguments: home, format."""

outbox_answered = Signal()
"""What waited on a device was answered. Arguments: state (of readings.outbox.STATUSES)."""
