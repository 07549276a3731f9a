"""`make lighthouse`: how four pages do on a slow phone.

The demo city, the server that people run, Lighthouse five times a page: prints the medians and puts them into
docs/performance.md. A broken promise ends with an error.

Needs Node, and Lighthouse of npm, which is put into var/lighthouse the first time. A page's figures are estimates for a
phone on slow 4G, made from what Chromium did here; a busy machine makes them worse than they are.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import bench
import chromium
from bench_client import Browser
from bench_crowd import free_port

LIGHTHOUSE = "lighthouse@12.8.2"
FOLDER = bench.ROOT / "var" / "lighthouse"
TIMES = 5
JUDGED = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best-practices": "best practices",
    "seo": "SEO",
}
LEAST_SCORE, MOST_LCP_S, MOST_CLS, MOST_SCRIPT_KB = 95, 2.0, 0.05, 90
HEAD = ("", *JUDGED.values(), "LCP s", "CLS", "script kB", "all kB", "promise")


@dataclass(frozen=True)
class Seen:
    """One page: scores of 100, seconds, the layout's shift, kilobytes over the line."""

    scores: tuple[int, ...]
    lcp_s: float
    cls: float
    script_kb: float
    all_kb: float

    @property
    def verdict(self) -> str:
        broken = [name for name, score in zip(JUDGED.values(), self.scores, strict=True) if score < LEAST_SCORE]
        broken += ["LCP"] if self.lcp_s >= MOST_LCP_S else []
        broken += ["CLS"] if self.cls > MOST_CLS else []
        return f"under: {', '.join(broken)}" if broken else "ok"

    def cells(self, name: str) -> tuple[str, ...]:
        figures = (f"{self.lcp_s:.1f}", f"{self.cls:.3f}", f"{self.script_kb:.0f}", f"{self.all_kb:.0f}")
        return (name, *map(str, self.scores), *figures, self.verdict)


def main() -> None:
    browser = chromium.ensure()
    npm = shutil.which("npm")
    if browser is None or npm is None:
        raise SystemExit("This needs Chromium and Node with npm: install both.")
    program = FOLDER / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        command = [npm, "install", "--prefix", str(FOLDER), "--no-audit", "--no-fund", LIGHTHOUSE]
        subprocess.run(command, check=True)
    with served() as port:
        root = f"http://localhost:{port}"
        rows = {name: measured(program, browser, root + path) for name, path in pages(port).items()}
        script = script_of_the_form(browser, root)
    table = [HEAD, *(seen.cells(name) for name, seen in rows.items())]
    form = f"The form's four pages together, map included, bring {script:.0f} kB of script: "
    form += "ok." if script < MOST_SCRIPT_KB else f"more than {MOST_SCRIPT_KB}."
    print(f"{bench.table(table)}\n\n{form}")
    said = f"Measured on {datetime.now(UTC):%d %B %Y}: {bench.machine('sqlite')}, {LIGHTHOUSE}, median of {TIMES}."
    bench.put("lighthouse", "\n\n".join([said, bench.in_markdown(table), form]))
    if script >= MOST_SCRIPT_KB or any(seen.verdict != "ok" for seen in rows.values()):
        sys.exit(1)


@contextmanager
def served() -> Iterator[int]:
    """The demo city as `make run` serves it, on a free port."""
    port = free_port()
    settings = {"HOIAM_DATA": str(FOLDER / "city"), "PORT": str(port)}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "start", "--demo"]
    (FOLDER / "city").mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen(command, cwd=bench.ROOT, env=bench.environment(settings))
    try:
        for _ in range(600):
            try:
                Browser(port).get("/")
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit("The demo city did not answer within two minutes.")
        yield port
    finally:
        server.terminate()
        server.wait(20)


def pages(port: int) -> dict[str, str]:
    report = re.search(r'href="(/r/\d{9})"', Browser(port).get("/reports?class=done").text)
    if report is None:
        raise SystemExit("The demo city shows no report.")
    return {"front page": "/", "form": "/report", "report": report[1], "map": "/map"}


def measured(program: Path, browser: str, url: str) -> Seen:
    found = [look(program, browser, url) for _ in range(TIMES)]
    scores = tuple(int(median(column)) for column in zip(*(one.scores for one in found), strict=True))
    middle = {name: median(getattr(one, name) for one in found) for name in ("lcp_s", "cls", "script_kb", "all_kb")}
    return Seen(scores, **middle)


def look(program: Path, browser: str, url: str) -> Seen:
    """One run. Lighthouse now and then loses its trace; then it is asked again, three times at most."""
    command = [str(program), url, "--quiet", "--output=json", f"--only-categories={','.join(JUDGED)}"]
    command += [f"--chrome-flags={' '.join(chromium.FLAGS)}"]
    for _ in range(3):
        ran = subprocess.run(command, capture_output=True, env=os.environ | {"CHROME_PATH": browser}, check=False)
        if ran.returncode == 0:
            return _read(json.loads(ran.stdout))
    raise SystemExit(f"Lighthouse cannot look at {url}: {ran.stderr.decode()[-500:]}")


def _read(said: dict[str, Any]) -> Seen:
    """Out of Lighthouse's JSON."""
    categories, audits = said["categories"], said["audits"]
    resources = audits["resource-summary"]["details"]["items"]
    kb = {one["resourceType"]: one["transferSize"] / 1000 for one in resources}
    return Seen(
        tuple(round(100 * categories[name]["score"]) for name in JUDGED),
        audits["largest-contentful-paint"]["numericValue"] / 1000,
        audits["cumulative-layout-shift"]["numericValue"],
        kb["script"],
        kb["total"],
    )


def script_of_the_form(browser: str, root: str) -> float:
    """Kilobytes of all different scripts of the form, from its first page through the map to the last, compressed."""
    from playwright.sync_api import Geolocation, sync_playwright

    scripts: dict[str, int] = {}
    weigh = """() => performance.getEntriesByType("resource").map((one) => [one.name, one.encodedBodySize])
        .filter(([name]) => new URL(name).pathname.endsWith(".js"))"""
    here = Geolocation(latitude=bench.HOAN_KIEM[0], longitude=bench.HOAN_KIEM[1])
    with sync_playwright() as play:
        window = play.chromium.launch(executable_path=browser, args=list(chromium.FLAGS))
        context = window.new_context(service_workers="block", geolocation=here, permissions=["geolocation"])
        page = context.new_page()
        page.goto(f"{root}/report")
        for step in ("", "/place", "/what", "/send"):
            page.wait_for_url(f"**/report{step}")
            page.wait_for_load_state("networkidle")
            scripts |= dict(page.evaluate(weigh))
            if step == "/place":
                page.locator("[data-me]").click()
                page.locator("input[name=ward]").first.check(force=True)  # this city has no outlines
            if step == "/what":
                page.locator("input[name=category]").first.check(force=True)
                page.locator("textarea[name=words]").fill("Ổ gà sâu giữa làn xe máy, đầy nước.")
                page.locator("input[name=danger]").last.check(force=True)
            if step != "/send":
                page.locator(".go__on").click()
        window.close()
    return sum(scripts.values()) / 1000


if __name__ == "__main__":
    main()
