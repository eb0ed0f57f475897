"""Django admin: which pages each model has at all. Who comes in depends on the permissions of staff alone.

A model that is new in Django admin gets its line here, with what may be done with it there: add, change, delete. All
of them can be looked at. An admin page of our own gets a name in OTHERS.
"""

MODELS = {
    "auth_group": "",
    "accounts_user": "add change",
    "account_emailaddress": "add change",
    "socialaccount_socialaccount": "",
    "mfa_authenticator": "",
    "sources_home": "add change delete",
    "sources_homemember": "add change delete",
    "sources_datasource": "add change delete",
    "sources_sourceaccess": "add change delete",
    "sources_datavalidator": "add change delete",
    "sources_meterchange": "add change delete",
    "sources_sourcepart": "add change delete",
    "sources_sourceinvitation": "change delete",
    "sources_apikey": "delete",
    "readings_reading": "add change delete",
    "readings_importbatch": "",
    "readings_importdraft": "",
    "audit_auditlog": "",
}
OF_SUPERUSERS = {"auth_group": "add change delete"}
"""What only a superuser may do: with it, staff could give themselves every right."""
OWN_HISTORY = {"auth_group"}
"""Where Django's own page of a row's history stands; elsewhere it leads to the audit log."""
OTHERS = {
    "admin:index": 200,
    "admin:login": 302,
    "admin:logout": 405,
    "admin:password_change": 200,
    "admin:password_change_done": 200,
    "admin:jsi18n": 200,
    "admin:audit_auditlog_export": 403,
    "admin:autocomplete": 403,
    "admin:app_list": 404,
    "admin:view_on_site": 404,
    "admin:auth_user_password_change": 403,
}
"""The other pages, and what staff without any permission are answered with."""
PAGES = ("changelist", "add", "change", "delete", "history")
STAFF = {
    "nothing": "staff without a permission",
    "view": "staff who may look at the model",
    "all": "staff with all permissions of the model",
    "root": "superuser",
}


def possible(model: str, who: str) -> list[str]:
    """What one of STAFF may do with a model beside looking at it."""
    everything = f"{MODELS[model]} {OF_SUPERUSERS.get(model, '')}" if who == "root" else MODELS[model]
    return everything.split() if who in {"all", "root"} else []


def expected(model: str, page: str, who: str) -> int:
    """The status of a page of a model for one of STAFF. Whoever may look only sees the page of a change too."""
    if who == "nothing" or (page in {"add", "delete"} and page not in possible(model, who)):
        return 403
    return 302 if page == "history" and model not in OWN_HISTORY else 200
