"""`make bench`: pages on a made-up city of 100,000 reports, one client, SQLite, the server people run.

The city is generated once and kept in var/bench; it is made anew when the program that makes it has changed. Prints
one table and writes it as JSON beside the data and, with --write, into docs/performance.md. Over budget ends with an
error; with --counts-decide only queries and bytes do, since a busy machine's milliseconds say little of the program.
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

from bench_client import Answer, Browser, path_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"
CLERK, LEAD, DISPATCHER = "xaydung@demo.example", "phuong@demo.example", "dieuphoi@demo.example"
RESIDENT = "nguoidan@demo.example"
HOAN_KIEM = (21.0285, 105.8522)
SEED = 1
Ask = Callable[[], Answer]


@dataclass(frozen=True)
class Budget:
    """What the city was promised; None where nothing was."""

    p95_ms: float | None = None
    queries: int | None = 12
    bytes: int | None = None


PAGE, TILE, QUEUE, SUBMIT = Budget(), Budget(50, 12, 2000), Budget(50), Budget(60, 15)


@dataclass(frozen=True)
class Line:
    """One row of the table. `sql_ms` is the median time within the database; `verdict` compares with the budget."""

    name: str
    n: int
    p50_ms: float
    p95_ms: float
    sql_ms: float
    queries: int
    bytes: int
    verdict: str

    @property
    def is_over_in_counts(self) -> bool:
        return self.verdict.startswith("over") and ("queries" in self.verdict or "bytes" in self.verdict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=200, help="how often each page is asked")
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "bench")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--counts-decide", action="store_true", help="print milliseconds over budget without failing")
    asked = parser.parse_args()
    took = prepare(asked.data, asked.reports)
    with served(asked.data) as port:
        lines = list(measured(port, asked.times))
    print()
    print(table(lines))
    said = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "reports": asked.reports}
    said |= {"generated_in_s": took, "lines": [asdict(line) for line in lines]}
    result = asked.data / "result.json"
    result.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    print(f"\nGenerated {asked.reports:,} reports in {took} s. {machine()}. Kept in {result}.")
    if asked.write:
        write(lines, asked.reports, took)
    over = [line for line in lines if line.verdict.startswith("over")]
    if over:
        print(f"Over budget: {', '.join(line.name for line in over)}.")
    if any(line.is_over_in_counts or not asked.counts_decide for line in over):
        sys.exit(1)


# --- the city ---------------------------------------------------------------------------------------------------------


def prepare(data: Path, reports: int) -> float:
    """The generated city, kept as it was made; a fresh copy is served, since the bench files reports of its own.

    Answers how many seconds the generator took when it ran.
    """
    wanted = {"reports": reports, "seed": SEED, "program": _digest()}
    made, mark = data / "made", data / "made.json"
    known = json.loads(mark.read_text()) if mark.exists() else {}
    if {name: known.get(name) for name in wanted} != wanted:
        shutil.rmtree(data, ignore_errors=True)
        made.mkdir(parents=True)
        flask(made, "db", "upgrade")
        flask(made, "city", "load", "cities/hanoi")
        if outlines := os.environ.get("HOIAM_AREAS_FILE"):
            flask(made, "areas", "import", outlines)
        began = time.monotonic()
        flask(made, "demo", "generate", "--reports", str(reports), "--seed", str(SEED))
        known = wanted | {"took": round(time.monotonic() - began, 1)}
        mark.write_text(json.dumps(known))
    live = data / "live"
    shutil.rmtree(live, ignore_errors=True)
    shutil.copytree(made, live)
    return float(known["took"])


def flask(data: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(data), check=True)


def environment(data: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_") and name != "PORT"}
    return own | {"HOIAM_DATA": str(data), "HOIAM_RATE_LIMITS": "0", "HOIAM_LOG_LEVEL": "WARNING"}


def _digest() -> str:
    """Of everything that decides what is generated."""
    files = [
        *ROOT.glob("app/domain/demo/*"),
        *ROOT.glob("cities/hanoi/**/*.yaml"),
        *ROOT.glob("migrations/versions/*.py"),
    ]
    parts = [file.read_bytes() for file in sorted(files) if file.is_file()]
    parts.append(os.environ.get("HOIAM_AREAS_FILE", "").encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


@contextmanager
def served(data: Path) -> Iterator[int]:
    """The counting server on a free port; ended by its own id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, str(ROOT / "scripts" / "bench_server.py"), str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment(data / "live"))
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


def measured(port: int, times: int) -> Iterator[Line]:
    lots = random.Random(4)
    guest, resident, clerk, dispatcher = (Browser(port) for _ in range(4))
    resident.sign_in(RESIDENT, _password())
    clerk.sign_in(CLERK, _password())
    dispatcher.sign_in(DISPATCHER, _password())
    yield measure("floor: bare Flask route", times, lambda: guest.get("/floor/flask"), Budget(queries=None))
    yield measure("floor: Flask and SELECT 1", times, lambda: guest.get("/floor/sql"), Budget(queries=None))
    yield measure("front page", times, lambda: guest.get("/"), PAGE)
    for zoom in (10, 12, 14, 16):
        for name, query in TILES.items():
            paths = tiles(zoom, query, lots)
            yield measure(f"tile z{zoom}, {name}", times, partial(_any, guest, paths, lots), TILE)
    codes = public_codes(guest)
    yield measure("list of reports", times, lambda: guest.get("/reports"), PAGE)
    yield measure("report page, public", times, lambda: guest.get(f"/r/{lots.choice(codes)}"), PAGE)
    yield from queue_lines(clerk, "clerk", times)
    yield from queue_lines(dispatcher, "dispatcher", times)
    desk_codes = sorted(set(re.findall(r"/desk/r/(\d{9})", clerk.get("/desk?tab=open").text)))
    yield measure("report page, desk", times, lambda: clerk.get(f"/desk/r/{lots.choice(desk_codes)}"), PAGE)
    yield measure("submit, guest, form", times, pressing(guest), SUBMIT, expected=303)
    yield measure("submit, account, form", times, pressing(resident, with_contact=False), SUBMIT, expected=303)
    yield measure("submit, guest, JSON", times, sending(guest), SUBMIT, expected=201)


EVERYTHING = "class=open&class=done&class=declined"
TILES = {
    "open": "",
    "all": f"?{EVERYTHING}",
    "all of one category": f"?{EVERYTHING}&category=o-ga",
    "all of one month": f"?{EVERYTHING}&from=2025-10&to=2025-10",
}


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


def public_codes(guest: Browser) -> list[str]:
    found = sorted(set(re.findall(r'/r/(\d{9})"', guest.get("/reports").text)))
    if not found:
        raise SystemExit("The list of reports shows none.")
    return found


def queue_lines(staff: Browser, who: str, times: int) -> Iterator[Line]:
    yield measure(f"queue, {who}, first page", times, lambda: staff.get("/desk?tab=open"), QUEUE)
    deep = "/desk?tab=open"
    for _ in range(10):
        following = re.search(r'rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"', staff.get(deep).text)
        if following is None:
            break
        deep = path_of((following.group(1) or following.group(2)).replace("&amp;", "&"))
    yield measure(f"queue, {who}, deep page", times, lambda: staff.get(deep), QUEUE)
    yield measure(f"queue, {who}, one category", times, lambda: staff.get("/desk?tab=open&category=chieu-sang"), QUEUE)
    yield measure(f"queue, {who}, words", times, lambda: staff.get("/desk?tab=open&words=den+duong"), QUEUE)


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


def measure(name: str, times: int, ask: Ask, budget: Budget, *, expected: int = 200) -> Line:
    """Ask so many times after a short warming up; every answer must be what is expected."""
    answers = [ask() for _ in range(10 + times)][10:]
    wrong = [answer.status for answer in answers if answer.status != expected]
    if wrong:
        raise SystemExit(f"{name}: answered {wrong[0]} instead of {expected}.")
    ms = sorted(answer.ms for answer in answers)
    line = Line(
        name,
        times,
        round(median(ms), 1),
        round(ms[int(len(ms) * 0.95)], 1),
        round(median(answer.sql_ms for answer in answers), 1),
        max(answer.queries for answer in answers),
        max(len(answer.body) for answer in answers),
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
    ]
    over = [f"{unit} {value:g} of {limit:g}" for value, limit, unit in limits if limit is not None and value > limit]
    asked = [f"{limit:g} {unit}" for _value, limit, unit in limits if limit is not None]
    return f"over: {', '.join(over)}" if over else f"ok ({', '.join(asked)})" if asked else "–"


HEAD = ("", "n", "p50 ms", "p95 ms", "SQL ms", "queries", "bytes", "budget")


def table(lines: list[Line]) -> str:
    rows = [HEAD, *(_cells(line) for line in lines)]
    wide = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    cut = (zip(row, wide, range(len(HEAD)), strict=True) for row in rows)
    return "\n".join("  ".join(_set(*cell) for cell in row).rstrip() for row in cut)


def _set(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column in (0, len(HEAD) - 1) else cell.rjust(width)


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.name,
        str(line.n),
        f"{line.p50_ms:.1f}",
        f"{line.p95_ms:.1f}",
        f"{line.sql_ms:.1f}",
        str(line.queries),
        f"{line.bytes:,}",
        line.verdict,
    )


def machine() -> str:
    return f"{os.cpu_count()} cores {_processor()}, Python {platform.python_version()}, SQLite"


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found.group(1).strip() if found else platform.machine()


def write(lines: list[Line], reports: int, took: float) -> None:
    """The document's words stay; what stands between the two marks is the last measure."""
    rows = "\n".join("| " + " | ".join(_cells(line)) + " |" for line in lines)
    head = "| " + " | ".join(HEAD) + " |\n|" + " --- |" + " ---: |" * 6 + " --- |"
    text = (
        f"Measured on {datetime.now(UTC):%d %B %Y}: {machine()}; {reports:,} reports, generated in {took:.0f} s.\n\n"
        f"{head}\n{rows}"
    )
    old = DOCUMENT.read_text()
    new = re.sub(r"(<!-- measured -->\n).*(\n<!-- end -->)", lambda m: m.group(1) + text + m.group(2), old, flags=re.S)
    DOCUMENT.write_text(new)


if __name__ == "__main__":
    main()
