"""All settings, from the environment (see .env.example); a missing or odd value stops the program with a sentence."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from homelog import environment
from homelog.environment import env, flag, number, words
from homelog.postgresql.driver import Connection
from homelog.watching import logs

BASE_DIR = Path(__file__).resolve().parent.parent
environment.load(BASE_DIR / env.str("ENV_FILE", default=".env"))

DEBUG = flag("DEBUG")
_address = environment.site_address("SITE_ADDRESS")
HTTPS = flag("HTTPS", default=_address[0] if _address else not DEBUG)

# Secrets
HOW_TO_START = "For development run `make run`, which writes .env; for a deployment see .env.example."
SECRET_KEY = environment.secret("SECRET_KEY", least=40, when_missing=HOW_TO_START)
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
if SECRET_KEY.startswith("change-me"):
    raise ImproperlyConfigured("SECRET_KEY is still the example's. " + HOW_TO_START)

# Who is served
_hosts = [*_address[1]] if _address else []
_hosts += ["localhost", "127.0.0.1", "[::1]"] if DEBUG or (_address and not HTTPS) else []
ALLOWED_HOSTS = words("ALLOWED_HOSTS", default=",".join(dict.fromkeys(_hosts)))
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the host names of this site, separated by commas.")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = number("TRUSTED_PROXIES", 0, 0, 9)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "homelog.apps.HomelogConfig",
    "homelog.apps.HomelogAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "accounts.apps.AccountsConfig",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.socialaccount",
    "accounts.providers.line",
    "accounts.providers.google",
    "allauth.mfa",
    "allauth.headless",
    "sources.apps.SourcesConfig",
    "readings.apps.ReadingsConfig",
    "audit.apps.AuditConfig",
]

MIDDLEWARE = [
    "homelog.watching.middleware.WatchMiddleware",
    "homelog.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Lengths of compressed pages give little away (BREACH): Django pads them at random and masks the CSRF token anew in
    # each, and cookies that are Lax do not come along with what other sites ask for behind a person's back.
    "homelog.headers.CompressionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "homelog.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.api.middleware.EdgeMiddleware",
    "homelog.errors.ErrorPagesMiddleware",
    "accounts.deadline.DeadlineMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.ProlongMiddleware",
    "sources.picture_files.PendingPicturesMiddleware",
    "accounts.api.middleware.CallerMiddleware",
    "accounts.middleware.ActingMiddleware",
    "homelog.resending.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.RefusedFormMiddleware",
    "accounts.middleware.LastAskedMiddleware",
    "accounts.second_factor.StaffMiddleware",
]

ROOT_URLCONF = "homelog.urls"
WSGI_APPLICATION = "homelog.wsgi.application"
ADMIN_PATH = env.str("ADMIN_PATH", default="admin/")
if not ADMIN_PATH.endswith("/") or ADMIN_PATH.startswith("/") or len(ADMIN_PATH) < 3:
    raise ImproperlyConfigured("ADMIN_PATH must be a path such as admin/, with a slash at its end and none before.")
FORM_RENDERER = "homelog.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["homelog.icons", "homelog.steady", "homelog.whose"],
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.site",
            ],
        },
    }
]

# The database: DATABASE_URL is the site's (homelog_app), DATABASE_OWNER_URL the one that migrates (homelog_owner).
# In development both may be unset: then an embedded server under var/ is used.
DATABASE_POOL = number("DATABASE_POOL", 8, 0, 100)


def _databases() -> tuple[dict[str, object], dict[str, object]]:
    """The settings of the site's role and of the owner's role."""
    url = env.str("DATABASE_URL", default="").strip()
    if url:
        owner_url = env.str("DATABASE_OWNER_URL", default="").strip() or url
        return environment.database(url, "DATABASE_URL"), environment.database(owner_url, "DATABASE_OWNER_URL")
    if not DEBUG:
        raise ImproperlyConfigured("DATABASE_URL is not set. " + HOW_TO_START)
    from homelog import devdb

    try:
        server = devdb.ensure(devdb.FOLDER)
    except devdb.DevDatabaseError as error:
        raise ImproperlyConfigured(str(error)) from error
    return server.settings("homelog_app"), server.settings("homelog_owner")


_site, DATABASE_OWNER = _databases()
_site["ENGINE"] = "homelog.postgresql"
_site["DISABLE_SERVER_SIDE_CURSORS"] = True
_site["CONN_HEALTH_CHECKS"] = True
_options: dict[str, object] = {"connect_timeout": "4", **_site.get("OPTIONS", {})}  # type: ignore[dict-item]
if DATABASE_POOL:
    _options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 3, "connection_class": Connection}
_site["OPTIONS"] = _options
DATABASES = {"default": _site}
# A second server that follows the first and only reads, or none: accounts/replica.py, docs/scale.md
if _replica := env.str("REPLICA_URL", default="").strip():
    DATABASES["replica"] = environment.replica(_replica, "REPLICA_URL", _site)
    DATABASE_ROUTERS = ["accounts.replica.Router"]
AUDIT_VIEWS_DAYS = number("AUDIT_VIEWS_DAYS", 400, 90, 36_500)  # so long `audit_prune` keeps who looked at what
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# It holds the counts of failed sign-ins: full at Django's 300 entries, it would throw some of them away.
CACHES = {
    "default": {
        "BACKEND": "homelog.postgresql.cache.JsonCache",
        "LOCATION": "cache_entry",
        "VERSION": 2,  # part of each name: releases that pickled neither find these values nor leave theirs here
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# People (allauth does the pages)
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PersonBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.strength.GuessableValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.SignInForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
_PRINTED = env.str("EMAIL_URL", default="").startswith("consolemail:") and not DEBUG
ACCOUNT_EMAIL_VERIFICATION = environment.choice(
    "EMAIL_VERIFICATION", "none" if _PRINTED else "mandatory", ("mandatory", "none")
)
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION == "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600  # of the code for who shows by mail that it is them: accounts/reauthentication.py
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_EMAIL_VERIFICATION == "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SIGNUP_OPEN = flag("SIGNUP_OPEN", default=True)
ACCOUNT_USERNAME_BLACKLIST = ["admin", "root", "homelog", "staff", "support"]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/15m/ip,5/15m/key",
    "signup": "20/15m/ip",
    "reset_password": "20/15m/ip,5/15m/key",
    "reauthenticate": "10/m/user",
    "request_login_code": "20/m/ip,3/m/key",  # to show that it is oneself, not to sign in
    "invite": "20/d/user",
    "first_run": "20/15m/ip",
}
# What one person may keep: sources/quotas.py
HOMES_PER_PERSON = number("HOMES_PER_PERSON", 100, 1, 1_000_000)
SOURCES_PER_PERSON = number("SOURCES_PER_PERSON", 1000, 1, 1_000_000)
PICTURES_PER_PERSON = number("PICTURES_PER_PERSON", 5000, 1, 10_000_000)
PICTURE_MEGABYTES_PER_PERSON = number("PICTURE_MEGABYTES_PER_PERSON", 2000, 1, 10_000_000)
DRAFTS_PER_PERSON = number("DRAFTS_PER_PERSON", 20, 1, 10_000)
# LINE and Google: offered once both lines of one are set. The providers' addresses stand in accounts/providers.
DEMO_IDP = environment.loopback("DEMO_IDP", allowed=DEBUG)
SIGN_IN = {
    "line": {
        **environment.provider(
            "LINE_CHANNEL_ID", "LINE_CHANNEL_SECRET", origin="https://access.line.me", demo=DEMO_IDP
        ),
        "keeps_tokens": flag("LINE_KEEP_TOKENS"),
    },
    "google": {
        **environment.provider(
            "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", origin="https://accounts.google.com", demo=DEMO_IDP
        ),
        "keeps_tokens": flag("GOOGLE_KEEP_TOKENS"),
        "domains": [domain.lower() for domain in words("GOOGLE_HOSTED_DOMAINS")],
    },
}
SIGN_IN_HOSTS = [host.lower() for host in words("SIGN_IN_HOSTS")] or [h for h in ALLOWED_HOSTS if h[0] != "."]
SIGN_IN_SECONDS = 5  # for each of their answers
TOKEN_KEYS = environment.fernet_keys("TOKEN_KEYS")
SOCIALACCOUNT_ADAPTER = "accounts.social.SocialAdapter"
SOCIALACCOUNT_FORMS = {
    "signup": "accounts.social_forms.SocialSignupForm",
    "disconnect": "accounts.social_forms.DisconnectForm",
}
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_STORE_TOKENS = False  # ours are kept by accounts/identity_tokens.py, encrypted
# The API, for phones, gadgets and other programs: docs/api.md
API_ISSUER = env.str("API_ISSUER", default=f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0].lstrip('.')}")
API_SIGNING_KEYS = environment.signing_keys("API_SIGNING_KEYS")
API_ORIGINS = environment.origins("API_ORIGINS")
API_PER_MINUTE = number("API_PER_MINUTE", 100, 1, 100_000)
API_SIGN_INS_PER_MINUTE = number("API_SIGN_INS_PER_MINUTE", 10, 1, 1000)
HEADLESS_CLIENTS = ("app",)
HEADLESS_ADAPTER = "accounts.provider_token.HeadlessAdapter"

# The second factor
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.second_factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.second_factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.second_factor_forms.SetUpForm",
    "add_webauthn": "accounts.second_factor_forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a code of half a minute ago still counts: clocks of phones differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
STAFF_SECOND_FACTOR = flag("STAFF_SECOND_FACTOR", default=not DEBUG)

SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 30 * 24 * 3600
STAFF_SESSION_AGE = 12 * 3600
SESSION_MOST_AGE = number("SESSION_MOST_DAYS", 180, 1, 3650) * 24 * 3600  # of browsers and apps, however often used
SESSION_SAVE_EVERY_REQUEST = False  # once a day is enough: accounts/sessions.py

# Mail
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="HomeLog <homelog@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Language and time. A home's zone and a person's zone are theirs; this one is for who has none yet.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# Static files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "homelog.staticfiles.HashedStaticFilesStorage"
    },
}
MEDIA_ROOT = Path(env.str("MEDIA_FOLDER", default="") or BASE_DIR / "var" / "media")

# Cookies and headers
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [
    r"^api/v1/(?!docs/$)",
    r"^_allauth/",
]  # programs are refused instead: accounts/api/middleware.py
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "accounts.message_storage.CookieFirst"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 1
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        # After the form is sent, browsers hold the addresses it leads on to against this too.
        "form-action": [SELF, *{each["origin"] for each in SIGN_IN.values() if each["client_id"] and each["secret"]}],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# For whoever watches the site: docs/watch.md
METRICS_TOKEN = environment.token("METRICS_TOKEN", least=16)
LOG_FORMAT = environment.choice("LOG_FORMAT", "text", ("text", "json"))
LOGGING = logs.settings_of(LOG_FORMAT, debug=DEBUG)
