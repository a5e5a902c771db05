"""Every setting, read once from the environment; DATABASE_URL and REDIS_URL decide the mode."""

from __future__ import annotations

import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any

import chartkick
import font_fjallaone
from bootstrap_wrapper import get_bootstrap_dir
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from anpr_site.environment import Environment, kept_secret_key
from anpr_site.logs import FORMATS as LOG_FORMATS

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")

# --- core ------------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ROOT_URLCONF = "anpr_site.urls"
ASGI_APPLICATION = "anpr_site.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE: str = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
TIME_ZONE: str = env.str("TIME_ZONE", default="UTC")
if TIME_ZONE not in zoneinfo.available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE: {TIME_ZONE!r} is no time zone; write it like Europe/Berlin")
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

INSTALLED_APPS = [
    "daphne",
    "anpr_site.apps.PlatewatchAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "anpr_site.accounts.apps.SignInConfig",
    "auditlog",
    "django_filters",
    "django_bootstrap5",
    "django_htmx",
    "anpr_site.apps.SiteConfig",
    "anpr_site.accounts",
    "cameras",
    "detections",
    "labeling",
]

MIDDLEWARE = [
    "anpr_site.requests.watched",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "anpr_site.middleware.viewer_time_zone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "anpr_site.accounts.audit.Actor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anpr_site.context.navigation",
                "django.template.context_processors.i18n",
            ],
            "libraries": {"lucide": "anpr_site.icons"},
        },
    },
]

# --- api -------------------------------------------------------------------------------------------------------------
API_RATE = env.whole("API_RATE", default=3000)
API_RATE_ADDRESS = env.whole("API_RATE_ADDRESS", default=6000)
API_WRONG_TOKENS = env.whole("API_WRONG_TOKENS", default=30)
PROXIES = env.whole("PROXIES", default=0)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "anpr_site.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["anpr_site.accounts.parsers.BoundedJSONParser"],
    "DEFAULT_PERMISSION_CLASSES": ["anpr_site.accounts.scopes.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": [
        "anpr_site.accounts.throttles.TokenThrottle",
        "anpr_site.accounts.throttles.AddressThrottle",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 100,
    "EXCEPTION_HANDLER": "anpr_site.accounts.problems.handle",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS: the schema says more
    "DEFAULT_SCHEMA_CLASS": "anpr_site.openapi.Schema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Platewatch",
    "VERSION": "1",
    "DESCRIPTION": "Cameras, what they saw, and who is told of it. docs/ref/api.md says more.",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["anpr_site.openapi.of_version_1"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "anpr_site.openapi.with_problem",
    ],
}
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(api/|v1/|recognize$)"
METRICS_ADDRESSES = env.networks("METRICS_ADDRESSES")

# --- database --------------------------------------------------------------------------------------------------------
DATABASE: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'anpr.sqlite3'}")
IS_SQLITE = DATABASE["ENGINE"] == "django.db.backends.sqlite3"
if IS_SQLITE:
    # IMMEDIATE: a transaction that reads and then writes would otherwise fail with "database is locked".
    DATABASE["OPTIONS"] = {
        # SQLite's waiting is not fair: with six writers one of them waited for over five seconds.
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
elif DATABASE["ENGINE"] == "django.db.backends.mysql":
    # Worker threads need both of the connection settings: either alone fails on a connection that MySQL has closed.
    DATABASE |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    DATABASE["OPTIONS"] = {"charset": "utf8mb4", "connect_timeout": 5, "read_timeout": 30, "write_timeout": 30}
    DATABASE["TEST"] = {"CHARSET": "utf8mb4"}
else:
    raise ImproperlyConfigured("DATABASE_URL: write sqlite:///file or mysql://user:password@host:3306/name")
DATABASES = {"default": DATABASE}

# --- redis: messages, pictures, who starts the workers ---------------------------------------------------------------
REDIS_URL: str = env.str("REDIS_URL", default="")
CHANNEL_LAYERS: dict[str, dict[str, Any]]
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_connect_timeout": 2}], "expiry": 10},
        }
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "anpr_site.layers.ThreadSafeInMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# What pictures were recognized as has room of its own: a flood of pictures must not push other keys out.
CACHES["answers"] = CACHES["default"] | ({"KEY_PREFIX": "answers"} if REDIS_URL else {"LOCATION": "answers"})
EMBEDDED_WORKERS = env.bool("EMBEDDED_WORKERS", default=not REDIS_URL)

# --- files -----------------------------------------------------------------------------------------------------------
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
MEDIA_URL = "media/"
DISK_RESERVE_MB = env.whole("DISK_RESERVE_MB", default=200)
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where collectstatic has never made it
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", get_bootstrap_dir()),
    ("fonts", Path(font_fjallaone.__file__).parent / "files"),
    ("chart", Path(chartkick.__file__).parent / "django/static/chartkick"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# --- models and devices ----------------------------------------------------------------------------------------------
INFERENCE_BACKEND: str = env.str("INFERENCE_BACKEND", default="openvino")
INFERENCE_THREADS = env.whole("INFERENCE_THREADS", default=0)
RECOGNITION_CACHE_S = env.whole("RECOGNITION_CACHE_S", default=300)
# Pictures come as base64 in forms too: 16 MB of them and a little more.
DATA_UPLOAD_MAX_MEMORY_SIZE = 24 * 2**20
MODELS_ROOT = Path(env.str("MODELS_ROOT", default=str(MEDIA_ROOT / "models")))

# --- retention -------------------------------------------------------------------------------------------------------
DETECTION_DAYS = env.whole("DETECTION_DAYS", default=90)
ATTEMPT_DAYS = env.whole("ATTEMPT_DAYS", default=7)
ATTEMPT_ROWS = env.whole("ATTEMPT_ROWS", default=20_000, least=1)
ACCESS_DAYS = env.whole("ACCESS_DAYS", default=365)
AUDIT_DAYS = env.whole("AUDIT_DAYS", default=365)
PICTURE_DAYS = env.whole("PICTURE_DAYS", default=0)
SAMPLE_DAYS = env.whole("SAMPLE_DAYS", default=0)
EXPORT_DAYS = env.whole("EXPORT_DAYS", default=7)

# --- deliveries ------------------------------------------------------------------------------------------------------
DELIVERY_NETWORKS = env.networks("DELIVERY_NETWORKS")

# --- security --------------------------------------------------------------------------------------------------------
SECRET_KEY: str = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not IS_SQLITE:
        raise ImproperlyConfigured("SECRET_KEY: set it to 50 or more random characters, the same for every process")
    SECRET_KEY = kept_secret_key(Path(f"{DATABASE['NAME']}.secret-key"))
HTTPS = env.bool("HTTPS", default=False)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(health|healthz|readyz)$"]  # containers ask themselves, without the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Subdomains and the browsers' preload list belong to the owner of the domain, not to one product on it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's style sheet draws its arrows with data: pictures
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# A name is locked for one address alone: neither the people behind one NAT nor the real user elsewhere are locked out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.whole("LOGIN_TRIES", default=8, least=1)
AXES_COOLOFF_TIME = timedelta(minutes=env.whole("LOGIN_PAUSE_MINUTES", default=15, least=1))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "anpr_site.accounts.lockout.locked"
AXES_CLIENT_IP_CALLABLE = "anpr_site.accounts.addresses.client_address"
AXES_VERBOSE = False
AUDITLOG_MASK_CALLABLE = "anpr_site.accounts.audit.hidden"
AUDITLOG_CID_HEADER = None  # a stranger's header of any length
AUDITLOG_CID_GETTER = "anpr_site.accounts.audit.request_id"
AUDITLOG_DISABLE_ON_RAW_SAVE = True

# --- logging ---------------------------------------------------------------------------------------------------------
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured(f"LOG_LEVEL: {LOG_LEVEL!r} is none of DEBUG, INFO, WARNING, ERROR")
LOG_FORMAT: str = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in LOG_FORMATS:
    raise ImproperlyConfigured(f"LOG_FORMAT: {LOG_FORMAT!r} is none of {', '.join(LOG_FORMATS)}")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": LOG_FORMATS,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.channels.server": {"level": "WARNING"},
        "anpr_site.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
    },
}
