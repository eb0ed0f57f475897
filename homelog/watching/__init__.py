"""What whoever runs HomeLog sees of it: numbers of requests, lines of the log, figures (docs/watch.md)."""
