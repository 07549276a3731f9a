"""A larger city from the very files of deploy/: nginx, two web processes, workers, beat, Redis and PostgreSQL walk the
main job together, on the loopback and in a temporary folder."""

from __future__ import annotations

import http.client
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests import photos
from tests.factories import HERE
from tests.proof.town import PASSWORD, ROOT, SIX_WARDS, Town, free_port, hidden
from tests.support.databases import PostgresDatabase
from tests.support.deploy import DEPLOY, changed, said_in_env, started_by
from tests.support.post import letters_to, link_in, text_of
from tests.support.redis import RedisServer

STARTS_WITHIN_S = 60
GUEST, CLERK = "khach@example.org", "canbo@example.org"
WORDS, ANSWER = "Rác chất đống trước cổng chợ", "Đã dọn sạch điểm rác sáng nay."

_CLERK = f"""
from app import create_app
from app.domain.accounts.passwords import hash_password
from app.domain.city import store
from app.extensions import unit_of_work
from app.models import Membership, Person, now
from app.models.choices import Role

with create_app().app_context(), unit_of_work() as session:
    clerk = Person(name="Cán bộ", email={CLERK!r}, password_hash=hash_password({PASSWORD!r}), created_at=now())
    session.add(clerk)
    session.flush()
    unit = store.current().units["ubnd-10001"].id
    session.add(Membership(person_id=clerk.id, unit_id=unit, role=Role.CLERK, created_at=now()))
"""


# --- the city ---------------------------------------------------------------------------------------------------------


@dataclass
class City:
    """Everything a larger city is made of. Ends no process but its own."""

    folder: Path
    redis: RedisServer
    database_url: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port, self.web_port = free_port(), free_port()
        self.data = self.folder / "data"

    @property
    def settings(self) -> dict[str, str]:
        return said_in_env() | {
            "HOIAM_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "HOIAM_SECRET_KEY": "of a city that lives for a minute, and long enough",
            "HOIAM_DATA": str(self.data),
            "HOIAM_CITY": str(SIX_WARDS),
            "HOIAM_DATABASE_URL": self.database_url,
            "HOIAM_REDIS_URL": self.redis.url,
            "HOIAM_SMTP_URL": "",
            "HOIAM_UNDO_SECONDS": "3",
            "HOIAM_RATE_LIMITS": "1",
            "HOIAM_ARGON2_MEMORY_KIB": "64",
            "HOIAM_LOG_LEVEL": "INFO",
            "PORT": str(self.web_port),
        }

    def start(self) -> None:
        Town(self.data, self.settings).make()
        subprocess.run([sys.executable, "-c", _CLERK], cwd=ROOT, env=self._environment(), check=True, timeout=60)
        subprocess.run(self._here(started_by("web", "ExecStartPre")), cwd=ROOT, env=self._environment(), check=True)
        for unit in ("web", "worker", "letters", "beat"):
            self._run(unit, self._here(started_by(unit)))
        self._run("nginx", ["nginx", "-p", str(self.folder), "-e", "nginx.err", "-c", str(self._nginx_conf())])
        self._until_answered()

    def stop(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_")}
        return own | self.settings | {"RUNTIME_DIRECTORY": str(self.folder)}

    def _here(self, command: list[str]) -> list[str]:
        program = command[0].removeprefix("/srv/hoiam/.venv/bin/")
        return [str(Path(sys.executable).with_name(program)), *command[1:]]

    def _run(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )

    def _nginx_conf(self) -> Path:
        """The file of deploy/, at other addresses, inside the frame that Debian has around it."""
        (self.folder / "hoiam.conf").write_text(
            changed(
                (DEPLOY / "nginx" / "hoiam.conf").read_text(),
                {
                    "server 127.0.0.1:8000;": f"server 127.0.0.1:{self.web_port};",
                    "    listen 80;": f"    listen 127.0.0.1:{self.port};",
                    "/srv/hoiam/static/": f"{ROOT}/static/",
                    "/var/cache/nginx/hoiam": f"{self.folder}/cache",
                    "/var/log/nginx/": f"{self.folder}/",
                },
            )
        )
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "\n".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        frame = self.folder / "nginx.conf"
        frame.write_text(
            f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {self.folder}/nginx.pid; "
            f"events {{}} http {{ include /etc/nginx/mime.types; {temporary} include {self.folder}/hoiam.conf; }}"
        )
        return frame

    def _until_answered(self) -> None:
        ends = time.monotonic() + STARTS_WITHIN_S
        visitor = Visitor(self.port)
        while True:
            for name, process in self.processes.items():
                assert process.poll() is None, self.log(name)[-2000:]
            try:
                if visitor.get("/healthz").status == 200:
                    return
            except OSError:
                pass
            assert time.monotonic() < ends, "no answer"
            time.sleep(0.1)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Visitor:
    """A browser's essentials, over nginx."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        said = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            said["Origin"] = f"http://127.0.0.1:{self.port}"
        connection.request(method, path, body or None, said | (headers or {}))
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        connection.close()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, response.headers, text)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def press(self, page: str, fields: dict[str, str], to: str = "") -> str:
        """Send a form as its page would; where that leads."""
        token = hidden(self.get(page).text, "csrf_token")
        body = urlencode({"csrf_token": token} | fields).encode()
        return self._led(self.ask("POST", to or page, body, {"Content-Type": "application/x-www-form-urlencoded"}))

    def send_photo(self, page: str, photo: bytes) -> str:
        token, end = hidden(self.get(page).text, "csrf_token"), "----end"
        body = b"".join(
            (
                f'--{end}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode(),
                f'--{end}\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n'.encode(),
                b"Content-Type: image/jpeg\r\n\r\n" + photo + f"\r\n--{end}--\r\n".encode(),
            )
        )
        return self._led(self.ask("POST", page, body, {"Content-Type": f"multipart/form-data; boundary={end}"}))

    def _led(self, answer: Answer) -> str:
        assert answer.status in (302, 303), (answer.status, answer.text[-3000:])
        return answer.headers["Location"]


@pytest.fixture
def city(redis_server: RedisServer, postgres_address: str, worker_name: str) -> Iterator[City]:
    if shutil.which("nginx") is None:
        pytest.skip("there is no nginx here (Debian, Ubuntu: sudo apt install nginx-light)")
    folder = Path(tempfile.mkdtemp(prefix="hoiam-city-"))
    made = City(folder, redis_server, PostgresDatabase(postgres_address, f"{worker_name}_larger").url)
    try:
        made.start()
        yield made
    except BaseException:
        for name in made.processes:
            print(f"--- {name}\n{made.log(name)[-2000:]}")
        raise
    finally:
        made.stop()
        shutil.rmtree(folder)


def until(found: Callable[[], object], what: str, seconds: float = 40) -> None:
    ends = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < ends, f"{what}: not within {seconds} s"
        time.sleep(0.2)


def letters(city: City, to: str) -> list[EmailMessage]:
    outbox = city.data / "outbox"
    return letters_to(to, outbox) if outbox.is_dir() else []


# --- the walk ---------------------------------------------------------------------------------------------------------


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_the_main_job_walks_through_every_part_of_a_larger_city(city: City) -> None:
    guest = Visitor(city.port)
    code, own = filed_by_form(guest)

    until(lambda: letters(city, GUEST), "the letter that asks to confirm")
    assert len(os.listdir(city.data / "outbox")) >= 1
    confirm = link_in(letters(city, GUEST)[0], "/confirm/")
    guest.press(confirm, {})
    assert "chưa xác minh" not in guest.get(own).text

    clerk = Visitor(city.port)
    clerk.press("/sign-in", {"email": CLERK, "password": PASSWORD})
    take(clerk, code, "receive", {})
    take(clerk, code, "resolve", {"outcome": "cannot_fix", "words": ANSWER})

    visitor = Visitor(city.port)
    until(lambda: ANSWER in visitor.get(f"/r/{code}").text, "the answer on the public page", 60)
    until(lambda: on_the_tile(visitor, code) == "d", "the answer on the map", 90)
    until(lambda: any(ANSWER in text_of(one) for one in letters(city, GUEST)), "the letter with the answer")

    web_has_no_worker_of_ours(city)
    headers_are_right(visitor, code)
    static_files_are_kept(visitor, city)
    the_crowd_is_answered_by_nginx(visitor)
    too_much_is_told_on_our_page(visitor)
    nobody_names_their_own_address(city)
    the_log_opens_no_link(city, own, confirm)


def filed_by_form(guest: Visitor) -> tuple[str, str]:
    """Its code and the path of the page that only its reporter knows."""
    lat, lng = HERE
    assert guest.send_photo("/report", photos.jpeg()).endswith("/report/place")
    guest.press("/report/place", {"lat": str(lat), "lng": str(lng), "source": "map"})
    what = {"words": WORDS, "category": "rubbish", "danger": "no", "asked": "rubbish"}
    assert guest.press("/report/what", what).endswith("/report/send")
    done = guest.press("/report/send", {"email": GUEST})
    found = re.search(r"(/r/(\d+)/mine/[^/]+)/sent", done)
    assert found, done
    return found[2], found[1]


def take(clerk: Visitor, code: str, move: str, fields: dict[str, str]) -> None:
    page = f"/desk/r/{code}?move={move}"
    version = hidden(clerk.get(page).text, "version")
    clerk.press(page, {"version": version, "move": move} | fields, to=f"/desk/r/{code}")


def on_the_tile(visitor: Visitor, code: str) -> str:
    """How the report stands on the map: the letter beside its code."""
    z, (lat, lng) = 16, HERE
    x = int((lng + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    around = [visitor.get(f"/tiles/{z}/{x + dx}/{y + dy}.json?class=done") for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    assert all(answer.status == 200 for answer in around)
    found = re.search(rf'"{code}","([a-z])"', "".join(one.text for one in around))
    return found[1] if found else ""


def web_has_no_worker_of_ours(city: City) -> None:
    """Two processes answer, and none of their threads does what comes later."""
    arbiter = city.processes["web"].pid
    children = Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()
    assert len(children) == 2
    names = {path.read_text().strip() for one in children for path in Path(f"/proc/{one}/task").glob("*/comm")}
    assert not {name for name in names if name.startswith("worker-")}
    assert not (city.data / "worker.lock").exists()


def headers_are_right(visitor: Visitor, code: str) -> None:
    """Without HTTPS nothing pretends it: cookies can be kept, browsers are not sent away."""
    page = visitor.get(f"/r/{code}")
    assert page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Strict-Transport-Security"] is None
    form = visitor.get("/sign-in")
    assert "Secure" not in form.headers["Set-Cookie"]
    assert f'href="http://127.0.0.1:{visitor.port}/' in page.text or 'href="/' in page.text


def static_files_are_kept(visitor: Visitor, city: City) -> None:
    address = re.search(r'href="(/static/css/app\.css\?v=\w+)"', visitor.get("/").text)
    assert address
    asked = Visitor(visitor.port).get(address[1], Accept_Encoding="gzip")
    assert asked.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert asked.headers["Content-Encoding"] == "gzip"
    assert asked.headers["Content-Type"].startswith("text/css")
    assert asked.headers["X-Content-Type-Options"] == "nosniff"
    assert visitor.get("/static/css/app.css").headers["Cache-Control"] == "public, max-age=3600"
    assert visitor.get("/static/nothing.css").status == 404


def the_crowd_is_answered_by_nginx(visitor: Visitor) -> None:
    """Public pages and tiles are kept for as long as they say; pages of one person never."""
    log = [visitor.get(path) for path in ("/reports", "/reports", "/sign-in", "/sign-in")]
    assert [one.status for one in log] == [200] * 4
    assert log[0].headers["ETag"] == log[1].headers["ETag"]
    assert hidden(log[2].text, "csrf_token") != ""
    stranger = Visitor(visitor.port).get("/sign-in")
    assert hidden(stranger.text, "csrf_token") != hidden(log[3].text, "csrf_token")
    assert visitor.get("/reports", If_None_Match=log[0].headers["ETag"]).status == 304


def too_much_is_told_on_our_page(visitor: Visitor) -> None:
    """Its length alone is refused, before anything was sent; the page is ours, in the reader's language."""
    for path, words in (("/report", "quá lớn"), ("/en/report", "too large")):
        connection = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=30)
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(91 * 1024 * 1024))
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.endheaders()
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        assert answer.status == 413
        assert words in page, page
        assert 'class="trouble' in page


def nobody_names_their_own_address(city: City) -> None:
    """A limit by connection holds, whatever a caller writes into the headers that nginx sets."""
    said = [
        Visitor(city.port).ask(
            "POST",
            "/api/report",
            b"{}",
            {"Content-Type": "application/json", "X-Forwarded-For": f"10.0.0.{n % 250}", "Origin": ""},
        )
        for n in range(125)
    ]
    assert said[-1].status == 429


def the_log_opens_no_link(city: City, own: str, confirm: str) -> None:
    log = (city.folder / "hoiam.log").read_text()
    assert f"{own.rsplit('/', 1)[0]}/-" in log
    assert own.rsplit("/", 1)[1] not in log
    assert confirm.rsplit("/", 1)[1] not in log
    assert GUEST not in log
    assert " HIT" in log
    assert "?" not in log
