"""Where failed sign-ins are counted."""

from django.core.cache import cache


def test_many_other_counts_push_none_out(db: None) -> None:
    names = [f"count-{number}" for number in range(400)]
    for name in names:
        cache.set(name, [1])
    assert sorted(cache.get_many(names)) == sorted(names)
