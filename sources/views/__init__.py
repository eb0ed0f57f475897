"""The pages on which homes, sources and their rules are made and changed; looking at them is readings' matter."""
