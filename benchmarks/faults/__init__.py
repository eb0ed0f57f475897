"""Fault rounds: what becomes of readings while things break. `python -m benchmarks.faults ROUND` (docs/faults.md).

Each round makes a PostgreSQL of its own in a temporary folder and serves the site with gunicorn and its real settings,
as homelog_app, on loopback; it is bounded in count and time, says what it found and ends with 1 where that is bad.
"""
