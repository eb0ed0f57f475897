"""What each page and call costs beside a minimal one of the same server. `python -m benchmarks.speed [quick]`."""
