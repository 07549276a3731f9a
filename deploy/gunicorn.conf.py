"""The web processes of a larger city: `gunicorn --config deploy/gunicorn.conf.py`. docs/operate.md says more.

They answer requests and nothing else: letters, clocks and photos are Celery's (`work.py`).
"""

import os
import time
from pathlib import Path
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

ROOT = Path(__file__).resolve().parent.parent

chdir = str(ROOT)
wsgi_app = "wsgi:app"
bind = f"{os.environ.get('HOIAM_HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"


class Polite(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Threads, and of all processes the one with the fewest lines takes the next.

    All of them hear of a new line at once, and nginx keeps its lines for long: left to chance, one process may hold
    every line and do all the work while the others sleep. Sockets of their own (`reuse_port`) would share fairly, but
    a process that stops takes what waits in its socket with it.
    """

    AFTER_YOU_S = 0.0003  # for each line it has; another process takes a new one within a tenth of that
    AT_MOST_S = 0.01

    def accept(self, listener: Any) -> None:
        if self.nr_conns and self.cfg.workers > 1:
            time.sleep(min(self.nr_conns * self.AFTER_YOU_S, self.AT_MOST_S))
        super().accept(listener)  # nothing, where another was there first


worker_class = Polite
workers = int(os.environ.get("HOIAM_WEB_PROCESSES") or 2)
threads = int(os.environ.get("HOIAM_WEB_THREADS") or 8)
worker_tmp_dir = "/dev/shm"  # nosec B108 - a sign of life, not a file of ours; on a disk it can block

timeout = 60  # a process that gives no sign of life for so long is replaced
graceful_timeout = 30  # what is in hand at a stop is finished within this
keepalive = 75  # longer than nginx keeps a line, so that nginx is the one who closes it
max_requests = 5000  # then a fresh process, not all at the same moment
max_requests_jitter = 500

# What lives as long as these processes. The default of the socket would lie in somebody's home, which a service lacks.
here = Path(os.environ.get("RUNTIME_DIRECTORY") or os.environ.get("HOIAM_DATA") or ROOT / "var").resolve()
control_socket = str(here / "gunicorn.ctl")
measured = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(here / "measured")))

accesslog = None  # nginx writes one, without what links hold
errorlog = "-"


def on_starting(server: Any) -> None:
    """Measures are of these processes, not of those before a restart."""
    measured.mkdir(parents=True, exist_ok=True)
    for file in measured.glob("*.db"):
        file.unlink()


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def post_worker_init(worker: Any) -> None:
    """Log as every other process of ours."""
    from app import logs

    logs.configure(worker.wsgi.config["HOIAM"].log_level)
