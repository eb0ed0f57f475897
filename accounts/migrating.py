"""What migrations of every app share: indexes that are made while the site goes on working.

Such a migration says `atomic = False` and holds nothing else: what was begun stays where the rest fails, and running it
again begins the index anew.
"""

from django.db import migrations


def index_made_beside(name: str, on: str, unique: bool = False) -> migrations.RunSQL:
    """An index that nobody waits for. `on`: the table with its columns, such as "reading (source_id)".

    It waits itself for the transactions that are under way, however long they take, and holds nobody up meanwhile; so
    it has no lock time-out, as `manage.py migrate` gives all others. One that was left half-made is made anew.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    unlimited, limited = "SET lock_timeout = 0", "RESET lock_timeout"
    return migrations.RunSQL(
        [unlimited, drop, f"CREATE {kind} CONCURRENTLY {name} ON {on}", limited], [unlimited, drop, limited]
    )
