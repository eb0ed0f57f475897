"""The API's own matters, below all that it tells of: who calls, how often, with which token, and how it says no.

    problems.py     every error as problem details (RFC 9457), with a stable code and a sentence
    signing.py      the keys that sign tokens, and reading a signed one
    sign_ins.py     the sign-ins of apps: an access token and a refresh token, rotated; ended as one
    coming_in.py    the roads in: name and password with a second factor, or an id_token of LINE or Google
    callers.py      who calls: the bearer of a token or of a key, with scopes; floors above add kinds of bearers
    limits.py       how many calls a minute, counted in the database, so that all workers count as one
    middleware.py   no cookies, small bodies, CORS; the caller in the place of the session's person
    framework.py    the NinjaAPI: JSON in and out, errors, what an operation needs, the OpenAPI document
    routes.py       signing in and out, and who I am

Each app has its own `api`; homelog.api puts them together under /api/v1/.
"""
