"""What readings announces, for floors above to hear."""

from django.dispatch import Signal

source_viewed = Signal()
"""A person opened a source's page. Arguments: source."""

readings_imported = Signal()
"""The door for many rows stored some. Arguments: batch (its source fetched), facts (for the log: stored, first, …)."""
