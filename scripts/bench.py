"""`make bench`: pages on a made-up city of 100,000 reports, one client, SQLite, the server people run; or, with
`DATABASE=postgresql REPORTS=1000000`, on a PostgreSQL that is started for it.

The city is generated once and kept in var/bench; it is made anew when the program that makes it has changed. Prints
one table and writes it as JSON beside the data and, with --write, into docs/performance.md. Beside a page stands its
floor in the same run: its bare statements on one connection, plus an empty page of the same server. Over budget ends
with an error; with --counts-decide only queries and bytes do, since a busy machine's milliseconds say little.
"""

import argparse
import hashlib
import json
import math
import os
import platform
import random
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import quote_plus

import bench_crowd
import bench_database
from bench_client import Answer, Browser, path_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"
RESIDENT, CLERK, DISPATCHER = "nguoidan@demo.example", "xaydung@demo.example", "dieuphoi@demo.example"
SEVERAL = "namdonvi@demo.example"  # serves in five units: made for the bench
HOAN_KIEM = (21.0285, 105.8522)
SEED = 1
KEPT_FROM = 1_000_000  # reports
Ask = Callable[[], Answer]


@dataclass(frozen=True)
class Budget:
    """What the city was promised; None where nothing was."""

    p95_ms: float | None = None
    queries: int | None = 12
    bytes: int | None = None
    ratio: float | None = None  # of the p50 to the floor


BUDGETS = {
    "sqlite": {
        "page": Budget(),
        "report": Budget(),
        "open tile": Budget(50, 12, 2000),
        "tile": Budget(50, 12, 2000),
        "queue": Budget(50),
        "search": Budget(),
        "phrase": Budget(),
        "submit": Budget(60, 15),
    },
    "postgresql": {
        "page": Budget(),
        "report": Budget(40),
        "open tile": Budget(20, 2, 2000, 3),
        "tile": Budget(60, 2, 2000, 3),
        "queue": Budget(40, 8, None, 6),
        "search": Budget(60, 4, None, 3),
        "phrase": Budget(150, 4, None, 3),
        "submit": Budget(40, 15),
    },
}
NOTHING = Budget(queries=None)


@dataclass(frozen=True)
class Line:
    """One row of the table. `sql_ms` is the median time within the database; `floor_ms` an empty page and the bare
    statements, where they only read; `verdict` compares with the budget."""

    name: str
    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    sql_ms: float
    queries: int
    bytes: int
    floor_ms: float | None
    ratio: float | None
    verdict: str

    @property
    def is_over_in_counts(self) -> bool:
        return self.verdict.startswith("over") and ("queries" in self.verdict or "bytes" in self.verdict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--database", choices=tuple(BUDGETS), default="sqlite")
    parser.add_argument("--times", type=int, help="how often each page is asked; 200, of a million reports on 100")
    parser.add_argument("--data", type=Path, help="where the city is kept; var/bench without it")
    parser.add_argument("--as-it-stands", action="store_true", help="measure the kept city, whichever program made it")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--counts-decide", action="store_true", help="print milliseconds over budget without failing")
    asked = parser.parse_args()
    asked.times = asked.times or (200 if asked.reports < KEPT_FROM else 100)
    asked.data = asked.data or ROOT / "var" / "bench" / asked.database
    with city(asked.data, asked.database, asked.reports, asked.as_it_stands) as (took, settings):
        flask(settings, "db", "upgrade")  # a city that was made by an older program
        hire_for_several(settings)
        with served(settings) as port:
            lines = list(Bench(port, asked.times, BUDGETS[asked.database]).lines())
        flows, weight = bench_crowd.flows(settings, crowded_tiles())
    print()
    print(table([HEAD, *map(_cells, lines)]))
    print()
    print(table([FLOW_HEAD, *map(_flow_cells, flows)]))
    print(f"\n{weighed(weight)}")
    said = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(asked.database),
        "reports": asked.reports,
    }
    said |= {"generated_in_s": took, "lines": [asdict(line) for line in lines]}
    said |= {"flows": [asdict(flow) for flow in flows], "weight": asdict(weight)}
    result = asked.data / "result.json"
    result.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    print(f"\nGenerated {asked.reports:,} reports in {took} s. {machine(asked.database)}. Kept in {result}.")
    if asked.write:
        write(lines, flows, weight, asked.reports, took, asked.database)
    over = [line for line in lines if line.verdict.startswith("over")]
    if over:
        print(f"Over budget: {', '.join(line.name for line in over)}.")
    if any(line.is_over_in_counts or not asked.counts_decide for line in over):
        sys.exit(1)


# --- the city ---------------------------------------------------------------------------------------------------------


@contextmanager
def city(data: Path, database: str, reports: int, as_it_stands: bool) -> Iterator[tuple[float, dict[str, str]]]:
    """The generated city, kept as it was made: how many seconds the generator took when it ran, and the settings that
    lead to it. One that took an hour is never made anew unasked."""
    wanted = {"reports": reports, "seed": SEED, "program": _digest()}
    mark = data / "made.json"
    known = json.loads(mark.read_text()) if mark.exists() else {}
    is_made = as_it_stands or {name: known.get(name) for name in wanted} == wanted
    if not is_made and known.get("reports", 0) >= KEPT_FROM:
        raise SystemExit(
            f"In {data} stands a city of {known['reports']:,} reports that another program or other outlines made: "
            "measure it with --as-it-stands, or remove the folder to have it made anew."
        )
    if not is_made:
        shutil.rmtree(data, ignore_errors=True)

    def make(settings: dict[str, str]) -> None:
        flask(settings, "db", "upgrade")
        flask(settings, "city", "load", "cities/hanoi")
        if outlines := os.environ.get("HOIAM_AREAS_FILE"):
            flask(settings, "areas", "import", outlines)
        began = time.monotonic()
        flask(settings, "demo", "generate", "--reports", str(reports), "--seed", str(SEED))
        known.update(wanted | {"took": round(time.monotonic() - began, 1)})
        mark.write_text(json.dumps(known))

    with getattr(bench_database, database)(data, is_made, make, reports) as settings:
        yield float(known["took"]), settings


def hire_for_several(settings: dict[str, str]) -> None:
    """A clerk of five units, beside the accounts of the demo."""
    subprocess.run([sys.executable, "-c", _HIRED, SEVERAL, CLERK], cwd=ROOT, env=environment(settings), check=True)


_HIRED = """
import sys
from sqlalchemy import select
from app import create_app
from app.domain.city import store
from app.extensions import db, unit_of_work
from app.models import Membership, Person, now
from app.models.choices import Role

several, like = sys.argv[1:]
with create_app().app_context():
    if db.session.scalar(select(Person.id).where(Person.email == several)) is None:
        with unit_of_work() as session:
            other = session.scalars(select(Person).where(Person.email == like)).one()
            hired = Person(name=other.name, email=several, password_hash=other.password_hash, created_at=now())
            session.add(hired)
            session.flush()
            for code in sorted(one.code for one in store.current().units.values() if one.kind == "ward")[:5]:
                unit = store.current().units[code].id
                session.add(Membership(person_id=hired.id, unit_id=unit, role=Role.CLERK, created_at=now()))
"""


def flask(settings: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(settings), check=True)


def environment(settings: dict[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_") and name != "PORT"}
    return own | {"HOIAM_RATE_LIMITS": "0", "HOIAM_LOG_LEVEL": "ERROR"} | settings


def _digest() -> str:
    """Of everything that decides what is generated."""
    files = [
        *ROOT.glob("app/domain/demo/**/*"),
        *ROOT.glob("cities/hanoi/**/*.yaml"),
    ]
    parts = [file.read_bytes() for file in sorted(files) if file.is_file()]
    parts.append(os.environ.get("HOIAM_AREAS_FILE", "").encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


@contextmanager
def served(settings: dict[str, str]) -> Iterator[int]:
    """The counting server on a free port; ended by its own id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, str(ROOT / "scripts" / "bench_server.py"), str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment(settings))
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise SystemExit("The server of the bench did not start; see above.")
        try:
            Browser(port).get("/floor/flask")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The server of the bench did not answer within 30 seconds.")


# --- what is asked ----------------------------------------------------------------------------------------------------


class Bench:
    """Asks for everything, one thing after the other."""

    def __init__(self, port: int, times: int, budgets: dict[str, Budget]) -> None:
        self.times, self.budgets, self.lots = times, budgets, random.Random(4)
        self.guest, self.bare = Browser(port), Browser(port)
        self.resident, self.clerk, self.several, self.dispatcher = (
            signed_in(port, email) for email in (RESIDENT, CLERK, SEVERAL, DISPATCHER)
        )
        self.empty_ms = 0.0

    def lines(self) -> Iterator[Line]:
        floor = measure("floor: bare Flask route", self.times, lambda: self.bare.get("/floor/flask"), NOTHING)
        self.empty_ms = floor.p50_ms
        yield floor
        yield measure("floor: Flask and SELECT 1", self.times, lambda: self.bare.get("/floor/sql"), NOTHING)
        yield self.page("front page", lambda: self.guest.get("/"))
        yield from self.tiles()
        yield self.page("list of reports", lambda: self.guest.get("/reports"))
        codes = public_codes(self.guest)
        yield self.page("report page, public", lambda: self.guest.get(f"/r/{self.lots.choice(codes)}"), "report")
        yield self.page("feed of the city", lambda: self.guest.get("/feed.atom"))
        yield self.page("framed map", lambda: self.guest.get("/embed/map"))
        yield self.page("figures of the city", lambda: self.guest.get("/numbers"))
        yield self.page("figures as CSV", lambda: self.guest.get("/numbers.csv"))
        yield from self.searches()
        yield self.page("similar reports around a place", similar_around(self.guest))
        yield from self.queues(self.clerk, "clerk")
        yield from self.queues(self.several, "five units")
        yield from self.queues(self.dispatcher, "dispatcher")
        desk = sorted(set(re.findall(r"/desk/r/(\d{9})", self.clerk.get("/desk?tab=open").text)))
        yield self.page("report page, desk", lambda: self.clerk.get(f"/desk/r/{self.lots.choice(desk)}"), "report")
        yield self.write("submit, guest, form", pressing(self.guest))
        yield self.write("submit, account, form", pressing(self.resident, with_contact=False))
        yield self.write("submit, guest, JSON", sending(self.guest), expected=201)
        yield self.write("status change, received", self.receiving(), expected=302)

    def page(self, name: str, ask: Ask, kind: str = "page") -> Line:
        return measure(name, self.times, ask, self.budgets[kind], floor=self.floor_of)

    def write(self, name: str, ask: Ask, *, expected: int = 303) -> Line:
        return measure(name, self.times, ask, self.budgets["submit"], expected=expected)

    def floor_of(self, ask: Ask) -> float | None:
        """An empty page, and the bare statements of some answers."""
        found: list[float] = []
        ends = time.monotonic() + REPLAYED_S
        while len(found) < REPLAYED and (len(found) < FEWEST_REPLAYED or time.monotonic() < ends):
            ask()
            ms = json.loads(self.bare.get("/floor/replay").text)["ms"]
            if ms is None:
                return None
            found.append(float(ms))
        return self.empty_ms + median(found)

    def tiles(self) -> Iterator[Line]:
        for zoom in ZOOMS:
            for name, query in TILES.items():
                paths = tiles(zoom, query, self.lots)
                kind = "tile" if query else "open tile"
                for path in paths:  # warm: what a city asks for all day lies in memory
                    self.guest.get(path)
                yield self.page(f"tile z{zoom}, {name}", partial(_any, self.guest, paths, self.lots), kind)

    def searches(self) -> Iterator[Line]:
        for name, words in SEARCHES.items():
            path = f"/reports?{EVERYTHING}&words={quote_plus(words)}"
            yield self.page(f"search, {name}", partial(self.guest.get, path), "phrase" if " " in words else "search")

    def queues(self, staff: Browser, who: str) -> Iterator[Line]:
        first = "/desk?tab=open"
        for name, path in {
            "first page": first,
            "deep page": deep_page(staff, first),
            "one category": f"{first}&category=chieu-sang",
            "rare category": f"{first}&category=de-dieu",
            "overdue": "/desk?tab=overdue",
            "words": f"{first}&words=den+duong",
            "words among the answered": "/desk?tab=done&words=den+duong",
        }.items():
            yield self.page(f"queue, {who}, {name}", partial(staff.get, path), "queue")

    def receiving(self) -> Ask:
        """One report after the other is received, as a dispatcher's single press does it."""
        page = self.dispatcher.get("/desk?tab=new").text
        token = self.dispatcher.token("/desk?tab=new")
        codes: Iterator[str] = iter(())

        def ask() -> Answer:
            nonlocal page, codes
            code = next(codes, None)
            if code is None:
                page = self.dispatcher.get("/desk?tab=new").text
                codes = iter(dict.fromkeys(re.findall(r"/desk/r/(\d{9})", page)))
                code = next(codes)
            version = re.search(r'name="version"[^>]*value="(\d+)"', self.dispatcher.get(f"/desk/r/{code}").text)
            fields = {"csrf_token": token, "move": "receive", "version": version[1] if version else ""}
            return self.dispatcher.post(f"/desk/r/{code}", fields)

        return ask


REPLAYED, FEWEST_REPLAYED = 60, 15  # answers: tiles differ, so few of them have another median than all
REPLAYED_S = 1.0
ZOOMS = (9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
EVERYTHING = "class=open&class=done&class=declined"
TILES = {
    "open": "",
    "all": f"?{EVERYTHING}",
    "all of one category": f"?{EVERYTHING}&category=o-ga",
    "done": "?class=done",
    "all of one month": f"?{EVERYTHING}&from=2025-10&to=2025-10",
    "all of a year": f"?{EVERYTHING}&from=2025-08&to=2026-07",
    "all of one ward": f"?{EVERYTHING}&ward=00070",
    "one category of a ward's month": f"?{EVERYTHING}&category=o-ga&ward=00070&from=2026-03&to=2026-03",
}
SEARCHES = {"common": "rác", "no marks": "rac", "rare": "xuất huyết", "phrase": "rác thải tồn đọng", "nothing": "zzyzx"}


def _any(browser: Browser, paths: list[str], lots: random.Random) -> Answer:
    return browser.get(lots.choice(paths))


def tiles(zoom: int, query: str, lots: random.Random) -> list[str]:
    """Addresses of tiles over the busy middle of the city."""
    lat, lng = HOAN_KIEM
    side = 1 << zoom
    x = int((lng / 360 + 0.5) * side)
    sine = math.sin(math.radians(lat))
    y = int((0.5 - math.atanh(sine) / (2 * math.pi)) * side)
    reach = 1 << max(0, zoom - 12)
    near = {(x + lots.randint(-reach, reach), y + lots.randint(-reach, reach)) for _ in range(30)}
    return [f"/tiles/{zoom}/{one}/{other}.json{query}" for one, other in sorted(near)]


def crowded_tiles() -> list[str]:
    """The tiles of a map of the whole city, near and far, each another address."""
    lots = random.Random(5)
    found = {
        path for zoom in ZOOMS for query in ("", TILES["all"]) for _ in range(40) for path in tiles(zoom, query, lots)
    }
    return sorted(found, key=lambda path: hashlib.sha256(path.encode()).digest())


def signed_in(port: int, email: str) -> Browser:
    browser = Browser(port)
    browser.sign_in(email, _password())
    return browser


def similar_around(guest: Browser) -> Ask:
    """What the form shows beside a category, once it knows the place."""
    token = guest.token("/report")
    lat, lng = HOAN_KIEM
    place = {"lat": str(lat), "lng": str(lng), "source": "map", "ward": "00070", "csrf_token": token}
    _must(guest.post("/report/place", place))
    said = {"category": "rac-ton-dong", "words": "Rác chất đống trước cổng chợ", "csrf_token": token}
    return lambda: guest.post("/report/what/details", said)


def public_codes(guest: Browser) -> list[str]:
    found = sorted(set(re.findall(r'/r/(\d{9})"', guest.get("/reports").text)))
    if not found:
        raise SystemExit("The list of reports shows none.")
    return found


def deep_page(staff: Browser, first: str) -> str:
    """Where ten presses of "next" lead."""
    deep = first
    for _ in range(10):
        following = re.search(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"', staff.get(deep).text)
        if following is None:
            break
        deep = path_of((following.group(1) or following.group(2)).replace("&amp;", "&"))
    return deep


def pressing(browser: Browser, *, with_contact: bool = True) -> Ask:
    """The last press of the form; the pages before it are gone through, but not measured."""
    token = browser.token("/report")

    def ask() -> Answer:
        lat, lng = HOAN_KIEM
        place = {"lat": str(lat), "lng": str(lng), "source": "map", "ward": "00070", "csrf_token": token}
        _must(browser.post("/report/place", place))
        what = {"category": "rac-ton-dong", "words": "Rác chưa được thu gom", "danger": "no", "csrf_token": token}
        _must(browser.post("/report/what", what | {"asked": "rac-ton-dong"}))
        contact = {"csrf_token": token, "client_id": ""}
        if with_contact:
            contact["email"] = f"do-{secrets.token_hex(6)}@demo.example"
        return browser.post("/report/send", contact)

    return ask


def _must(answer: Answer) -> None:
    if answer.status != 303:
        raise SystemExit(f"A step of the form was refused with {answer.status}.")


def sending(browser: Browser) -> Ask:
    """The same through the door of our scripts."""
    lat, lng = HOAN_KIEM

    def ask() -> Answer:
        said: dict[str, object] = {
            "client_id": secrets.token_hex(12),
            "category": "rac-ton-dong",
            "lat": lat,
            "lng": lng,
            "ward": "00070",
            "words": "Rác chưa được thu gom",
            "contact": {"email": f"do-{secrets.token_hex(6)}@demo.example"},
        }
        return browser.post_json("/api/report", said)

    return ask


def _password() -> str:
    sys.path.insert(0, str(ROOT))
    from app.domain.demo.accounts import ACCOUNTS

    return ACCOUNTS[0].password


# --- the table --------------------------------------------------------------------------------------------------------


def measure(
    name: str,
    times: int,
    ask: Ask,
    budget: Budget,
    *,
    expected: int = 200,
    floor: Callable[[Ask], float | None] | None = None,
) -> Line:
    """Ask so many times after a short warming up; every answer must be what is expected."""
    answers = [ask() for _ in range(10 + times)][10:]
    wrong = [answer.status for answer in answers if answer.status != expected]
    if wrong:
        raise SystemExit(f"{name}: answered {wrong[0]} instead of {expected}.")
    ms = sorted(answer.ms for answer in answers)
    floor_ms = floor(ask) if floor else None
    line = Line(
        name,
        times,
        round(median(ms), 1),
        round(ms[int(len(ms) * 0.95)], 1),
        round(ms[int(len(ms) * 0.99)], 1),
        round(median(answer.sql_ms for answer in answers), 1),
        max(answer.queries for answer in answers),
        max(len(answer.body) for answer in answers),
        round(floor_ms, 1) if floor_ms else None,
        round(median(ms) / floor_ms, 1) if floor_ms else None,
        "",
    )
    line = Line(**(asdict(line) | {"verdict": judged(line, budget)}))
    print(f"{line.name}: {line.p50_ms} / {line.p95_ms} ms, {line.queries} queries  {line.verdict}", flush=True)
    return line


def judged(line: Line, budget: Budget) -> str:
    limits = [
        (line.p95_ms, budget.p95_ms, "p95 ms"),
        (line.queries, budget.queries, "queries"),
        (line.bytes, budget.bytes, "bytes"),
        (line.ratio, budget.ratio, "times the floor"),
    ]
    known = [(value, limit, unit) for value, limit, unit in limits if limit is not None and value is not None]
    over = [f"{unit} {value:g} of {limit:g}" for value, limit, unit in known if value > limit]
    asked = [f"{limit:g} {unit}" for _value, limit, unit in known]
    return f"over: {', '.join(over)}" if over else f"ok ({', '.join(asked)})" if asked else "–"


HEAD = ("", "n", "p50 ms", "p95 ms", "p99 ms", "SQL ms", "queries", "bytes", "floor ms", "ratio", "budget")


def table(rows: list[tuple[str, ...]]) -> str:
    """Words to the left, numbers to the right. The first row is the head."""
    last = len(rows[0]) - 1
    wide = [max(len(row[column]) for row in rows) for column in range(last + 1)]

    def cell(said: str, column: int) -> str:
        return said.ljust(wide[column]) if column in (0, last) else said.rjust(wide[column])

    return "\n".join("  ".join(cell(said, at) for at, said in enumerate(row)).rstrip() for row in rows)


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.name,
        str(line.n),
        f"{line.p50_ms:.1f}",
        f"{line.p95_ms:.1f}",
        f"{line.p99_ms:.1f}",
        f"{line.sql_ms:.1f}",
        str(line.queries),
        f"{line.bytes:,}",
        "" if line.floor_ms is None else f"{line.floor_ms:.1f}",
        "" if line.ratio is None else f"{line.ratio:.1f}",
        line.verdict,
    )


FLOW_HEAD = (
    "with two web processes",
    "clients",
    "answers",
    "a second",
    "p50 ms",
    "p95 ms",
    "of the bare route",
    "promise",
)


def _flow_cells(flow: bench_crowd.Flow) -> tuple[str, ...]:
    return (
        flow.name,
        str(flow.clients),
        f"{flow.answers:,}",
        f"{flow.per_s:,.0f}",
        f"{flow.p50_ms:.1f}",
        f"{flow.p95_ms:.1f}",
        "" if flow.share is None else f"{flow.share:.2f}",
        flow.verdict,
    )


def weighed(weight: bench_crowd.Weight) -> str:
    memory = " and ".join(f"{one:.0f}" for one in weight.memory_mb)
    return f"The web processes answer {weight.starts_s:.1f} s after their start and take {memory} MB: {weight.verdict}."


def machine(database: str) -> str:
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]
    return f"{os.cpu_count()} cores {_processor()}, Python {platform.python_version()}, {name}"


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found.group(1).strip() if found else platform.machine()


def write(
    lines: list[Line],
    flows: list[bench_crowd.Flow],
    weight: bench_crowd.Weight,
    reports: int,
    took: float,
    database: str,
) -> None:
    """The document's words stay; what stands between the two marks is the last measure."""
    made = f"{reports:,} reports, generated in {took:.0f} s."
    text = "\n\n".join(
        [
            f"Measured on {datetime.now(UTC):%d %B %Y}: {machine(database)}; {made}",
            in_markdown([HEAD, *map(_cells, lines)]),
            in_markdown([FLOW_HEAD, *map(_flow_cells, flows)]),
            weighed(weight),
        ]
    )
    put(f"{database} {reports}", text)


def put(name: str, text: str) -> None:
    """Between the two marks of this name in the document."""
    mark = rf"(<!-- measured {name} -->\n).*?(\n<!-- end {name} -->)"
    new, places = re.subn(mark, lambda m: m.group(1) + text + m.group(2), DOCUMENT.read_text(), flags=re.S)
    if not places:
        raise SystemExit(f"{DOCUMENT} has no place for {name}: put <!-- measured {name} --> and <!-- end {name} -->.")
    DOCUMENT.write_text(new)


def in_markdown(rows: list[tuple[str, ...]]) -> str:
    rule = ("---", *("---:",) * (len(rows[0]) - 2), "---")
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:]))


if __name__ == "__main__":
    main()
