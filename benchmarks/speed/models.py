"""What the minimal form of the reference stores; its table is made by benchmarks/speed/people.py."""

from django.db import models


class Note(models.Model):
    """A value."""

    id = models.BigAutoField(primary_key=True)
    value = models.DecimalField(max_digits=18, decimal_places=6)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        managed = False
        app_label = "speed"
        db_table = "bench_note"

    def __str__(self) -> str:
        return str(self.value)
