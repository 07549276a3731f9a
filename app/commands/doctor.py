"""`flask doctor`: what is fine, missing or wrong, a line each, for whoever has been called because "it does not work".

It changes nothing but one small file that it writes, reads and removes, and sends nothing.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import text

from app import migrations
from app.adapters.mail import NotNow, mailer
from app.adapters.redis import connected
from app.commands.plainly import told_plainly
from app.config import Config
from app.domain.city import store
from app.domain.gauges import NEVER, gauges
from app.domain.heartbeat import QUIET_AFTER
from app.domain.media.look import is_installed
from app.extensions import db, storage
from app.models.moment import now

OLDEST_POSTGRESQL = 15
SKEW_S = 5
LEAST_FREE = 1024**3
LATE_S = 900
SHORTEST_KEY = 32


class State(StrEnum):
    FINE = "fine"
    MISSING = "missing"  # a city can do without it
    WRONG = "WRONG"
    UNSEEN = "unseen"


@dataclass(frozen=True)
class Found:
    state: State
    said: str


def fine(said: str) -> Found:
    return Found(State.FINE, said)


def missing(said: str) -> Found:
    return Found(State.MISSING, said)


def wrong(said: str) -> Found:
    return Found(State.WRONG, said)


@click.command("doctor")
@with_appcontext
def examine() -> None:
    """Say of each part whether it is fine, missing or wrong; ends with 1 when something is wrong."""
    config: Config = current_app.config["HOIAM"]
    is_well, has_database = True, True
    for part, look in PARTS.items():
        if part in NEED_DATABASE and not has_database:
            click.echo(_line(part, Found(State.UNSEEN, "the database comes first")))
            continue
        for found in _seen(look, config):
            click.echo(_line(part, found))
            is_well = is_well and found.state is not State.WRONG
            has_database = has_database and not (part == "database" and found.state is State.WRONG)
    if not is_well:
        raise SystemExit(1)


def _line(part: str, found: Found) -> str:
    return f"{found.state.value:7}  {part}: {found.said}"


def _seen(look: Callable[[Config], Iterator[Found]], config: Config) -> Iterator[Found]:
    """What somebody looked at said, or what kept it from saying anything: never a trace."""
    try:
        with told_plainly(config):
            yield from look(config)
    except click.ClickException as trouble:
        yield wrong(trouble.message)
    except Exception as error:  # whatever is broken, the other parts are looked at too
        yield wrong(f"cannot be looked at: {type(error).__name__}")
    finally:
        db.session.rollback()


# --- the parts --------------------------------------------------------------------------------------------------------


def _settings(config: Config) -> Iterator[Found]:
    """What each is allowed to be, and what together makes no sense."""
    url = config.public_url.lower()
    is_https, is_real_mail = url.startswith("https://"), bool(config.smtp_url)
    contradictions = {
        "HOIAM_PUBLIC_URL begins with https:// and HOIAM_TRUSTED_PROXIES is 0: whoever speaks HTTPS for you is taken "
        "for every caller, and all of them share one limit. Set HOIAM_TRUSTED_PROXIES=1": is_https
        and not config.trusted_proxies,
        "HOIAM_PUBLIC_URL begins with https:// and HOIAM_SECURE_COOKIES is 0: cookies may travel unprotected. Leave "
        "HOIAM_SECURE_COOKIES out": is_https and not config.secure_cookies,
        "HOIAM_SECURE_COOKIES is 1 and HOIAM_PUBLIC_URL begins with http://: no browser stays signed in": (
            url.startswith("http://") and config.secure_cookies
        ),
        "HOIAM_SMTP_URL is set and HOIAM_PUBLIC_URL is not: the links in letters lead to "
        f"{config.address}": is_real_mail and not url,
        "HOIAM_SMTP_URL is set and HOIAM_MAIL_FROM ends with @localhost: most servers take no such letter": (
            is_real_mail and "@localhost" in config.mail_from
        ),
        "HOIAM_RATE_LIMITS is 0: nobody is held back. That is for tests": not config.rate_limits,
        "HOIAM_DEVELOPMENT is 1 in a city that has HOIAM_PUBLIC_URL. Leave it out": config.development and bool(url),
    }
    found = [wrong(said) for said, is_so in contradictions.items() if is_so]
    yield from found or [fine("none contradicts another")]


def _secret_key(config: Config) -> Iterator[Found]:
    path = config.data / "secret.key"
    if not path.exists() or path.read_text().strip() != config.secret_key:
        if len(config.secret_key) < SHORTEST_KEY:
            yield wrong(f"HOIAM_SECRET_KEY is shorter than {SHORTEST_KEY} signs: links and sessions can be guessed")
        else:
            yield fine("named by HOIAM_SECRET_KEY; keep a copy with your backups")
        return
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        yield wrong(f"others may read {path} (mode {mode:o}): chmod 600 {path}")
    else:
        yield fine(f"kept in {path}, which only its owner reads")


def _database(config: Config) -> Iterator[Found]:
    db.session.execute(text("SELECT 1"))
    kind, is_old = (
        _postgresql() if db.engine.dialect.name == "postgresql" else (f"SQLite, {db.engine.url.database}", False)
    )
    stands, wanted = migrations.current(db.engine), migrations.head()
    if is_old:
        yield wrong(f"{kind}: older than {OLDEST_POSTGRESQL}, which is the oldest that was tried")
    elif stands == wanted:
        yield fine(f"{kind}; migrated ({stands})")
    elif migrations.is_known(stands):
        yield wrong(f"not migrated ({stands or 'empty'}, behind {wanted}): flask db upgrade")
    else:
        yield wrong(f"of a newer program ({stands}): start that one")


def _postgresql() -> tuple[str, bool]:
    """Which it is, and whether it is too old."""
    number = int(db.session.scalar(text("SHOW server_version_num")) or 0)
    version = str(db.session.scalar(text("SHOW server_version"))).split(" ")[0]
    has_trigrams = db.session.scalar(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"))
    trigrams = "pg_trgm can be had" if has_trigrams else "pg_trgm cannot be had, and no search needs it so far"
    return f"PostgreSQL {version}, {trigrams}", number < OLDEST_POSTGRESQL * 10_000


def _city(config: Config) -> Iterator[Found]:
    city = store.find_current()
    yield fine(city.name.in_("vi")) if city else wrong("none is loaded: flask city load cities/hanoi")


def _clock(config: Config) -> Iterator[Found]:
    """Two clocks that differ make promises and links end at different moments on different machines."""
    if db.engine.dialect.name != "postgresql":
        yield fine("the database has this machine's own")
        return
    there = int(db.session.scalar(text("SELECT floor(extract(epoch FROM clock_timestamp()))")) or 0)
    skew = int(now().timestamp()) - there
    if abs(skew) > SKEW_S:
        yield wrong(f"{abs(skew)} s {'ahead of' if skew > 0 else 'behind'} the database's: set both by NTP")
    else:
        yield fine("as the database's")


def _redis(config: Config) -> Iterator[Found]:
    if not config.redis_url:
        yield missing(
            "HOIAM_REDIS_URL is not set: each process counts limits for itself; flask work does what is later"
        )
        return
    from redis.exceptions import RedisError

    try:
        with closing(connected(config)) as client:
            client.ping()
    except RedisError as error:
        yield wrong(
            f"does not answer ({type(error).__name__}): look at HOIAM_REDIS_URL and whether its server runs; limits "
            "hold for each process alone, letters and photos wait"
        )
    else:
        yield fine("answers")


def _storage(config: Config) -> Iterator[Found]:
    """Writes, reads and removes a small file."""
    where = config.storage_url.partition("?")[0] or str(config.storage)
    key, said = f"private/doctor/{secrets.token_hex(8)}", secrets.token_bytes(64)
    kept = storage()
    try:
        kept.put(key, said)
        try:
            with kept.open(key) as file:
                is_same = file.read() == said
        finally:
            kept.delete(key)
    except OSError as error:
        yield wrong(f"{where} takes no file: {error.strerror or error}")
        return
    yield fine(f"{where} keeps what is put there") if is_same else wrong(f"{where} gives back something else")


def _disk(config: Config) -> Iterator[Found]:
    config.data.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(config.data).free
    told = f"{free / 1024**3:.1f} GB free under {config.data}"
    yield fine(told) if free >= LEAST_FREE else wrong(f"only {told}: make room, or nothing can be written soon")


def _mail(config: Config) -> Iterator[Found]:
    post = mailer()
    try:
        post.greet()
    except NotNow as error:
        where = "the server of HOIAM_SMTP_URL" if config.smtp_url else str(config.outbox)
        yield wrong(f"{where} takes no letter: {error}")
        return
    if post.is_real:
        yield fine("the server of HOIAM_SMTP_URL answers; no letter was sent")
    else:
        yield missing(f"HOIAM_SMTP_URL is not set: letters lie as files in {config.outbox}")


def _worker(config: Config) -> Iterator[Found]:
    silent = _gauge("worker_silence_seconds")
    start = "celery --app work worker, and one celery --app work beat" if config.redis_url else "flask work"
    if silent == NEVER:
        yield wrong(f"never heard of: start one ({start})")
    elif silent > QUIET_AFTER.total_seconds():
        yield wrong(f"not heard of for {_time(silent)}: look whether it runs ({start})")
    else:
        yield fine(f"heard of {silent:.0f} s ago")


def _letters(config: Config) -> Iterator[Found]:
    due, oldest, failed = (
        _gauge(name) for name in ("deliveries_due", "oldest_undelivered_seconds", "deliveries_failed")
    )
    troubles = []
    if oldest > LATE_S:
        who = "the workers for letters (--queues letters)" if config.redis_url else "the worker"
        troubles.append(f"{due:.0f} wait, the oldest for {_time(oldest)}: look at {who} and at the mail server")
    if failed:
        troubles.append(f"{failed:.0f} were given up: mend the cause, then send again on the page Mail")
    yield wrong("; ".join(troubles)) if troubles else fine(f"{due:.0f} wait, none for longer than {_time(LATE_S)}")


def _gauge(name: str) -> float:
    return next(one.value for one in gauges() if one.name == name)


def _time(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 7200 else f"{seconds / 60:.0f} minutes"


def _faces(config: Config) -> Iterator[Found]:
    if not config.look_for_faces:
        yield missing("nobody looks for faces and plates on photos: HOIAM_LOOK_FOR_FACES is 0")
    elif not is_installed():
        yield missing(
            "nobody looks for faces and plates on photos, and the check before publication says so: "
            ".venv/bin/pip install --no-deps --require-hashes -r requirements-vision.txt"
        )
    else:
        yield fine("faces, plates and numbers on photos are looked for and covered")


PARTS: dict[str, Callable[[Config], Iterator[Found]]] = {
    "settings": _settings,
    "secret key": _secret_key,
    "disk": _disk,
    "storage": _storage,
    "mail": _mail,
    "redis": _redis,
    "database": _database,
    "clock": _clock,
    "city": _city,
    "worker": _worker,
    "letters": _letters,
    "faces": _faces,
}
NEED_DATABASE = ("clock", "city", "worker", "letters")
