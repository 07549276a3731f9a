"""The program itself for a test: a fresh city of six wards, clients that behave like browsers, a clock that stands.

`app` is the application over a database just put back to its template. `db_session` opens an application context for
tests of the domain. `client` sends requests; each request gets a context of its own, as it would from outside, even
while `db_session` is open, so nothing remembered from one request leaks into the next.
"""

from __future__ import annotations

import contextvars
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from flask import Flask, has_app_context, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.support.databases import Database

if TYPE_CHECKING:  # the application is imported when a test asks for it: a test of pure rules starts in no time
    from app.config import Config
    from app.models import Person

HERE = Path(__file__).resolve().parent.parent
SIX_WARDS = HERE / "cities" / "six_wards"
SIX_OUTLINES = HERE / "cities" / "six_wards.geojson"
UNCOUNTED = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|PRAGMA|SAVEPOINT|RELEASE|SET)\b", re.IGNORECASE)
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# Tuesday 25 November 2025, nine in the morning in Hanoi: a working day, with working days on both sides.
TUESDAY_AT_NINE = datetime(2025, 11, 25, 2, 0, tzinfo=UTC)


class Browser(FlaskClient):
    """A test client that sends the CSRF token as our own pages do, and shares no context with the test."""

    sends_token = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.sends_token and str(kwargs.get("method", "GET")).upper() in UNSAFE:
            headers = dict(kwargs.get("headers") or {})
            headers.setdefault("X-CSRFToken", contextvars.Context().run(self._token))
            kwargs["headers"] = headers
        response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            from app.extensions import db

            db.session.expire_all()  # what the request changed is read again by the test
        return response

    def sign_in(self, person: Person) -> None:
        """Be this person from here on, without the page and its password."""
        contextvars.Context().run(self._remember, person.get_id())

    def _remember(self, cookie: str) -> None:
        with self.session_transaction() as kept:
            kept["_user_id"] = cookie
            kept["_fresh"] = True

    def _token(self) -> str:
        """The token of this client's session; a session is begun when there is none."""
        with self.session_transaction() as kept:
            before = dict(kept)
        with self.application.test_request_context():
            session.update(before)
            token: str = generate_csrf()
            after = dict(session)
        with self.session_transaction() as kept:
            kept.update(after)
        return token


@dataclass
class Counted:
    """The statements a block sent to the database, without BEGIN, COMMIT and PRAGMA."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        return "\n".join(f"{number}. {text}" for number, text in enumerate(self.statements, 1))


class Clock:
    """The one clock, standing still until the test moves it."""

    def __init__(self, traveller: time_machine.Coordinates) -> None:
        self._traveller = traveller

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def set(self, moment: datetime) -> datetime:
        """Stand at this aware moment."""
        self._traveller.move_to(moment, tick=False)
        return self.now

    def forward(self, **parts: float) -> datetime:
        """Go on by a timedelta: forward(hours=3)."""
        return self.set(self.now + timedelta(**parts))


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of every application of this test process."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def config(database: Database, data_folder: Path) -> Config:
    """Settings of a test application; make another one with dataclasses.replace."""
    from app.config import Config

    return Config(
        data=data_folder,
        database_url=database.url,
        secret_key="only for tests, and long enough to be one",
        city_folder=SIX_WARDS,
        rate_limits=False,
        look_for_faces=False,  # tests that are about it switch it on
        testing=True,
        argon2_memory_kib=64,
    )


@pytest.fixture(scope="session")
def loaded(config: Config, database: Database) -> Iterator[Flask]:
    """The application over a template that is migrated and holds the city of six wards with its outlines."""
    from app import create_app, migrations
    from app.domain import areas, remembered
    from app.domain.city import folder, store
    from app.extensions import db, unit_of_work

    app = create_app(config)
    app.test_client_class = Browser
    with app.app_context():
        migrations.upgrade(db.engine)
        with unit_of_work():
            store.load(folder.read(SIX_WARDS))
            areas.import_file(SIX_OUTLINES)
            remembered.code_key()
        close(app)
    database.keep_template()
    yield app
    with app.app_context():
        close(app)


def close(app: Flask) -> None:
    """No connection stays open, so that the database can be put back. Needs the application's context."""
    from app.extensions import db

    db.session.close()
    db.engine.dispose()


@pytest.fixture
def app(loaded: Flask, database: Database, data_folder: Path) -> Iterator[Flask]:
    """The application, its database and its data folder as new."""
    from app.domain import remembered
    from app.extensions import limiter

    database.restore()
    remembered._demos.clear()  # a process serves one city; here it serves a new one for each test
    for path in data_folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    if limiter.enabled:
        limiter.reset()
    yield loaded
    with loaded.app_context():
        close(loaded)


@pytest.fixture
def db_session(app: Flask) -> Iterator[Session]:
    """An open application context and its session. Changes go through `unit_of_work()`, as everywhere."""
    from app.extensions import db

    with app.app_context():
        yield db.session


@pytest.fixture
def client(app: Flask) -> Browser:
    """Somebody's browser, with nobody signed in."""
    return new_client(app)


@pytest.fixture
def new_browser(app: Flask) -> Callable[[], Browser]:
    """Makes further browsers, for tests with several people."""
    return lambda: new_client(app)


@pytest.fixture
def edge(config: Config, app: Flask) -> Iterator[Callable[..., Browser]]:
    """`edge(secure_cookies=True)`: a browser before an application with other settings, over the same database."""
    from app import create_app
    from app.extensions import limiter

    made, was = [], limiter.enabled

    def make(**settings: Any) -> Browser:
        other = create_app(replace(config, **settings))
        other.test_client_class = Browser
        made.append(other)
        if limiter.enabled:
            limiter.reset()
        return new_client(other)

    yield make
    limiter.enabled = was
    for other in made:
        with other.app_context():
            close(other)


def new_client(app: Flask) -> Browser:
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


@pytest.fixture
def sign_in(client: Browser) -> Callable[..., Browser]:
    """`sign_in(person)` signs the client's browser in (or another: `browser=`), without the page and its password."""

    def sign(person: Person, browser: Browser | None = None) -> Browser:
        browser = browser or client
        browser.sign_in(person)
        return browser

    return sign


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Time stands still at Tuesday 25 November 2025, 9:00 in Hanoi."""
    with time_machine.travel(TUESDAY_AT_NINE, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def outbox(config: Config, app: Flask) -> Path:
    """The folder where mail lands; empty at the start of each test."""
    config.outbox.mkdir(parents=True, exist_ok=True)
    return config.outbox


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[Counted]]:
    """`with count_queries() as counted: …` and then `counted.count <= 12, str(counted)`."""
    from app.extensions import db

    with app.app_context():
        engine = db.engine

    @contextmanager
    def counting() -> Iterator[Counted]:
        counted = Counted()

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not UNCOUNTED.match(statement):
                counted.statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
