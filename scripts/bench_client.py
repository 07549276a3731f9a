"""One client of the bench: a kept connection, cookies, and how long each answer took until its last byte."""

import http.client
import json
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Answer:
    status: int
    ms: float
    body: bytes
    headers: dict[str, str]

    @property
    def queries(self) -> int:
        return int(self.headers.get("x-bench-queries", 0))

    @property
    def sql_ms(self) -> float:
        return float(self.headers.get("x-bench-sql-ms", 0))

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """Asks one thing after the other, as one person would."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    last_asked: float = 0.0

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields).encode(), kind)

    def post_json(self, path: str, said: dict[str, object]) -> Answer:
        return self._ask("POST", path, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def token(self, path: str) -> str:
        """The form's token, from a page that has one."""
        found = TOKEN.search(self.get(path).text)
        if found is None:
            raise RuntimeError(f"{path} has no form.")
        return found.group(1)

    def sign_in(self, email: str, password: str) -> None:
        token = self.token("/sign-in")
        answer = self.post("/sign-in", {"email": email, "password": password, "csrf_token": token})
        if answer.status not in (302, 303):
            raise RuntimeError(f"{email} could not sign in: {answer.status}.")

    def _ask(self, method: str, path: str, body: bytes | None, more: dict[str, str]) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | more
        if method == "POST":
            headers["Origin"] = f"http://127.0.0.1:{self.port}"
            headers["Referer"] = f"http://127.0.0.1:{self.port}/"
        if time.perf_counter() - self.last_asked > 30:  # the server has hung up on whoever was silent for so long
            self.connection.close()
        self.last_asked = began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        said = response.read()
        ms = (time.perf_counter() - began) * 1000
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, ms, said, {name.lower(): value for name, value in response.headers.items()})


def path_of(location: str) -> str:
    """Where a redirect leads, without the host."""
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")
