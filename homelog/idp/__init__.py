"""A server on this machine that plays LINE and Google, honest or not: for the tests and for `manage.py demo_idp`.

The site never imports it. `server` answers HTTP, `tokens` makes id_tokens, `people` are who can be signed in as,
`faults` is what can be wrong.
"""
