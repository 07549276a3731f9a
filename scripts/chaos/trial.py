"""One run from the first server to the judgement."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chaos.blows import Storm, drawn
from chaos.crowd import Crowd
from chaos.judgement import Judge, Verdict, settle
from chaos.ledger import Ledger
from chaos.post import PostOffice, open_office
from chaos.stage import Stage

OUTAGES = ("redis", "mail", "storage")


@dataclass
class Trial:
    """A city after the storm, still standing, everything that was owed done."""

    stage: Stage
    ledger: Ledger
    office: PostOffice
    crowd: Crowd
    storm: Storm
    left: tuple[int, ...]  # what still waits
    settled_s: float  # so long it took to do what was owed
    is_kept: bool = False  # the folder with its logs, for whoever wants to look

    def judged(self) -> Verdict:
        return Judge(self.stage, self.ledger, self.office, self.storm.dealt).judged(self.left)

    @property
    def not_seen(self) -> list[str]:
        """What a run must have shown: people are helped in every outage, and told what waits."""
        idle = [what for what in OUTAGES if not any(self.storm.helped.get(what, ()))]
        said = [f"nobody was helped while this was away: {what}" for what in idle]
        said += [] if self.crowd.most_waited else ["the page Mail never said that letters wait"]
        return said + ([] if self.crowd.turned_away else ["nobody was told that the storage is full"])

    @property
    def troubles(self) -> list[str]:
        return [*self.ledger.rough, *self.crowd.troubles, *self.not_seen]


@contextmanager
def after_the_storm(seconds: float, seed: int) -> Iterator[Trial]:
    """Start a city, let the crowd in, deal what the seed draws, let it settle. All of it is ended with the block."""
    lots, ledger, folder = Random(seed), Ledger(), Path(tempfile.mkdtemp(prefix="hoiam-chaos-"))
    blows, windows = drawn(seconds, lots)
    print(f"seed {seed}: {len(blows)} kills and {len(windows)} outages within {seconds:.0f} s", flush=True)
    is_kept = True
    with open_office() as (office, port):
        stage = Stage(folder, port)
        try:
            stage.start()
            crowd = Crowd(stage.port, ledger, office, Random(seed + 1))
            with crowd.at_work():
                storm = Storm(stage, crowd, ledger, office, lots)
                storm.rage(blows, windows, seconds)
                _until_whole(stage)
            began = time.monotonic()
            left = settle(stage)
            trial = Trial(stage, ledger, office, crowd, storm, left, time.monotonic() - began)
            yield trial
            is_kept = trial.is_kept
        finally:
            stage.stop()
            if is_kept:
                print(f"The logs lie in {folder}.", file=sys.stderr)
            else:
                shutil.rmtree(folder, ignore_errors=True)


def _until_whole(stage: Stage, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not stage.is_whole() and time.monotonic() < ends:
        time.sleep(0.2)
