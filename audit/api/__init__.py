"""The operations of the API on histories, and putting a deleted reading back."""
