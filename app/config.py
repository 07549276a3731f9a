"""Every setting of a running city, read once from the environment. `docs/operate.md` names them all."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
VERSION = "1.0.dev0"  # of the program; what a database looks like has numbers of its own
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
MAIL_FROM = "Hồi Âm <khong-tra-loi@localhost>"
ANY_REGION = "us-east-1"  # what storages without regions are called
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
PREFIX = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*", re.ASCII)
REGION = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


class SettingError(Exception):
    """A setting is missing or cannot be used; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """How one process talks with PostgreSQL. Times are seconds; 0 is no limit."""

    pool: int = 10  # connections kept open
    overflow: int = 10  # more, while many ask at once
    connect_s: int = 5
    statement_s: int = 30
    lock_s: int = 10
    idle_s: int = 60  # inside a transaction

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> PostgreSQL:
        return cls(
            pool=_count(env, "HOIAM_DATABASE_POOL", 10, least=1),
            overflow=_count(env, "HOIAM_DATABASE_OVERFLOW", 10),
            connect_s=_count(env, "HOIAM_DATABASE_CONNECT_SECONDS", 5),
            statement_s=_count(env, "HOIAM_DATABASE_STATEMENT_SECONDS", 30),
            lock_s=_count(env, "HOIAM_DATABASE_LOCK_SECONDS", 10),
            idle_s=_count(env, "HOIAM_DATABASE_IDLE_SECONDS", 60),
        )


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where files lie in a city that has outgrown its folder: `s3://bucket/prefix?endpoint=https://…&region=…`."""

    name: str
    prefix: str = ""  # empty, or ends with a slash
    endpoint: str = ""  # empty: Amazon's own
    region: str = ANY_REGION

    @classmethod
    def of(cls, url: str) -> Bucket:
        """Raises ValueError for anything that is not exactly such an address."""
        parts = urlsplit(url)
        said = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        prefix = parts.path.strip("/")
        made = cls(
            name=parts.netloc,
            prefix=f"{prefix}/" if prefix else "",
            endpoint=_only(said.pop("endpoint", [""])).rstrip("/"),
            region=_only(said.pop("region", [ANY_REGION])),
        )
        is_web = not made.endpoint or (urlsplit(made.endpoint).scheme in ("http", "https") and _host(made.endpoint))
        is_known = parts.scheme == "s3" and BUCKET.fullmatch(made.name) and PREFIX.fullmatch(made.prefix)
        if said or parts.fragment or not is_known or not is_web or not REGION.fullmatch(made.region):
            raise ValueError(url)
        return made


def _only(values: list[str]) -> str:
    (value,) = values
    return value


def _host(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and "@" not in parts.netloc and not parts.query and not parts.fragment


@dataclass(frozen=True, slots=True)
class Config:
    """One frozen set of settings."""

    data: Path
    database_url: str
    secret_key: str
    redis_url: str = ""  # empty: one process counts and works for itself
    postgresql: PostgreSQL = PostgreSQL()
    storage_url: str = ""  # s3://bucket/prefix?endpoint=https://…&region=…; empty: the data folder
    city_folder: Path = ROOT / "cities" / "hanoi"
    port: int = 8000
    host: str = "127.0.0.1"
    public_url: str = ""  # empty: as the request came
    smtp_url: str = ""  # smtp://user:password@host:port?starttls=1; empty: .eml files in the data folder
    mail_from: str = MAIL_FROM
    sms_url: str = ""  # the city's gateway for text messages; empty: none is ever sent
    push_key: str = ""  # the city's private key for notifications on phones; empty: none is ever sent
    geocoder: str = ""  # nominatim | photon | pelias, off when empty
    geocoder_domain: str = ""
    tiles_url: str = ""  # base map; empty: our own ward outlines only
    tiles_attribution: str = ""
    secure_cookies: bool = False
    trusted_proxies: int = 0
    rate_limits: bool = True
    undo_seconds: int = 60
    look_for_faces: bool = True  # where requirements-vision.txt is installed
    development: bool = False
    testing: bool = False
    argon2_memory_kib: int = 19456
    log_level: str = "INFO"
    log_format: str = "text"  # text | json
    access_log: bool = False
    slow_query_ms: int = 500  # 0: none is written down
    metrics_token: str = ""  # empty: /metrics answers this machine alone
    metrics_folder: str = ""  # where the web processes of one machine put their measures together

    @property
    def storage(self) -> Path:
        return self.data / "storage"

    @property
    def bucket(self) -> Bucket | None:
        """Where files lie instead of `storage`; None for the data folder."""
        return Bucket.of(self.storage_url) if self.storage_url else None

    @property
    def outbox(self) -> Path:
        return self.data / "outbox"

    @property
    def address(self) -> str:
        """Where people reach the city, without a slash at the end: what commands print and letters link to."""
        everywhere = self.host in ("0.0.0.0", "::", "")  # nosec B104 - compared, not bound
        host = "127.0.0.1" if everywhere else f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Config:
        data = Path(env.get("HOIAM_DATA") or ROOT / "var").resolve()
        known: dict[str, Any] = {
            "data": data,
            "database_url": _database_url(env) or f"sqlite:///{data / 'hoiam.sqlite3'}",
            "secret_key": env.get("HOIAM_SECRET_KEY") or _kept_secret(data),
            "postgresql": PostgreSQL.from_env(env),
            "storage_url": _storage_url(env),
            "city_folder": Path(env.get("HOIAM_CITY") or ROOT / "cities" / "hanoi").resolve(),
            "port": _port(env),
            "host": env.get("HOIAM_HOST") or "127.0.0.1",
            "public_url": (env.get("HOIAM_PUBLIC_URL") or "").rstrip("/"),
            "smtp_url": env.get("HOIAM_SMTP_URL") or "",
            "mail_from": env.get("HOIAM_MAIL_FROM") or MAIL_FROM,
            "sms_url": env.get("HOIAM_SMS_URL") or "",
            "push_key": env.get("HOIAM_PUSH_KEY") or "",
            "geocoder": env.get("HOIAM_GEOCODER") or "",
            "geocoder_domain": env.get("HOIAM_GEOCODER_DOMAIN") or "",
            "tiles_url": env.get("HOIAM_TILES_URL") or "",
            "tiles_attribution": env.get("HOIAM_TILES_ATTRIBUTION") or "",
            "secure_cookies": _is_secure(env),
            "trusted_proxies": _number(env, "HOIAM_TRUSTED_PROXIES", 0),
            "rate_limits": env.get("HOIAM_RATE_LIMITS") != "0",
            "redis_url": _redis_url(env),
            "undo_seconds": _number(env, "HOIAM_UNDO_SECONDS", 60),
            "look_for_faces": env.get("HOIAM_LOOK_FOR_FACES") != "0",
            "development": env.get("HOIAM_DEVELOPMENT") == "1",
            "argon2_memory_kib": _number(env, "HOIAM_ARGON2_MEMORY_KIB", 19456),
            "log_level": _log_level(env),
            "log_format": _one_of(env, "HOIAM_LOG_FORMAT", ("text", "json")),
            "access_log": env.get("HOIAM_ACCESS_LOG") == "1",
            "slow_query_ms": _number(env, "HOIAM_SLOW_QUERY_MS", 500),
            "metrics_token": env.get("HOIAM_METRICS_TOKEN") or "",
            "metrics_folder": env.get("PROMETHEUS_MULTIPROC_DIR") or "",  # the library's own name for it
        }
        return cls(**known)

    def as_flask(self) -> dict[str, Any]:
        """What Flask and its extensions read, in their own names."""
        return {
            "HOIAM": self,
            "SECRET_KEY": self.secret_key,
            "TESTING": self.testing,
            "MAX_CONTENT_LENGTH": 90 * 1024 * 1024,  # four photos of 20 MB and the words
            "MAX_FORM_MEMORY_SIZE": 500_000,
            "MAX_FORM_PARTS": 200,
            "SESSION_COOKIE_NAME": "hoiam",
            "SESSION_COOKIE_PATH": "/",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.secure_cookies,
            "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
            "SEND_FILE_MAX_AGE_DEFAULT": 0,
            "WTF_CSRF_TIME_LIMIT": 12 * 3600,
            "WTF_CSRF_SSL_STRICT": False,  # the Origin check of app/web/security.py is stricter and names itself
            "BABEL_DEFAULT_LOCALE": "vi",
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
            "RATELIMIT_ENABLED": self.rate_limits,
            "RATELIMIT_STORAGE_URI": "hoiam-shared://" if self.redis_url else "memory://",  # app/adapters/redis.py
            "RATELIMIT_STORAGE_OPTIONS": {"redis_url": self.redis_url} if self.redis_url else {},
            "SESSION_REFRESH_EACH_REQUEST": False,  # app/web/sessions.py renews it, and only on pages with a person
            "RATELIMIT_HEADERS_ENABLED": False,
            "PREFERRED_URL_SCHEME": "https" if self.secure_cookies else "http",
        }


def _is_secure(env: Mapping[str, str]) -> bool:
    """As said; else a city that is reached over HTTPS keeps its cookies there."""
    said = env.get("HOIAM_SECURE_COOKIES") or ""
    return said == "1" if said else (env.get("HOIAM_PUBLIC_URL") or "").lower().startswith("https://")


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    raw = env.get(name) or str(default)
    try:
        return int(raw)
    except ValueError:
        raise SettingError(f"{name}={raw} is not a whole number: leave it out, or try {name}={default}.") from None


def _count(env: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    number = _number(env, name, default)
    if number < least:
        raise SettingError(f"{name}={number} is less than {least}: leave it out, or try {name}={default}.")
    return number


def _port(env: Mapping[str, str]) -> int:
    port = _number(env, "PORT", 8000)
    if not 0 < port < 65536:
        raise SettingError(f"PORT={port} is not a port: choose a number from 1024 to 65535, for example PORT=8080.")
    return port


def _database_url(env: Mapping[str, str]) -> str:
    """As said, empty where nothing is. It may hold a password, so no message repeats it."""
    said = env.get("HOIAM_DATABASE_URL") or ""
    if not said:
        return ""
    try:
        kind = make_url(said).drivername
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in DATABASES:
        raise SettingError(
            "HOIAM_DATABASE_URL must look like postgresql+psycopg://user:password@host/hoiam, or leave it out: the "
            "data folder holds the database then."
        )
    if kind.startswith("postgresql") and find_spec("psycopg") is None:
        raise SettingError(
            "HOIAM_DATABASE_URL names PostgreSQL, whose driver is not installed: "
            ".venv/bin/pip install --require-hashes -r requirements-prod.txt"
        )
    return said


def _redis_url(env: Mapping[str, str]) -> str:
    """As said, empty where nothing is. It may hold a password, so no message repeats it."""
    said = env.get("HOIAM_REDIS_URL") or ""
    if said and not _names_redis(said):
        raise SettingError(
            "HOIAM_REDIS_URL must look like redis://:password@host:6379/0, rediss://… or unix:///run/redis.sock, or "
            "leave it out: each process counts for itself then."
        )
    if said and (find_spec("redis") is None or find_spec("celery") is None):
        raise SettingError(
            "HOIAM_REDIS_URL is set, but the libraries for it are not installed: "
            ".venv/bin/pip install --require-hashes -r requirements-prod.txt"
        )
    return said


def _storage_url(env: Mapping[str, str]) -> str:
    said = env.get("HOIAM_STORAGE_URL") or ""
    if not said:
        return ""
    try:
        Bucket.of(said)
    except ValueError:
        raise SettingError(
            "HOIAM_STORAGE_URL must look like s3://bucket/prefix?endpoint=https://s3.example.vn&region=hn-1 (its keys "
            "are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), or leave it out: the data folder holds the photos then."
        ) from None
    if find_spec("boto3") is None:
        raise SettingError(
            "HOIAM_STORAGE_URL names an object storage, whose driver is not installed: "
            ".venv/bin/pip install --require-hashes -r requirements-prod.txt"
        )
    return said


def _names_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if parts.scheme == "unix":
        return len(parts.path) > 1
    number = parts.path.strip("/")
    return parts.scheme in ("redis", "rediss") and bool(parts.hostname) and has_port and (number or "0").isdecimal()


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of these words, the first where nothing is said."""
    said = env.get(name) or choices[0]
    if said not in choices:
        raise SettingError(f"{name}={said} is none of {', '.join(choices)}: leave it out for {choices[0]}.")
    return said


def _log_level(env: Mapping[str, str]) -> str:
    said = env.get("HOIAM_LOG_LEVEL") or "INFO"
    if said.upper() not in LOG_LEVELS:
        raise SettingError(f"HOIAM_LOG_LEVEL={said} is none of {', '.join(LOG_LEVELS)}: leave it out for INFO.")
    return said


def _kept_secret(data: Path) -> str:
    """A secret made once and kept beside the data, so that a restart signs nobody out."""
    path = data / "secret.key"
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.write_text(secrets.token_urlsafe(48))
            fresh.chmod(0o600)
            with suppress(FileExistsError):
                os.link(fresh, path)  # the first of two starting processes wins
            fresh.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise SettingError(
            f"The data folder {data} cannot be used: {error.strerror}. Set HOIAM_DATA to a folder that can be written."
        ) from error
