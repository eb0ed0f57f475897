"""The operations of the API on homes, sources, rights and rules; and the keys of gadgets, a kind of caller.

They use the access functions and forms of the pages, so that both say the same.
"""
