"""`flask demo`: fill a first start, or make a hundred thousand reports to measure with."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup
from tqdm import tqdm

from app.commands.plainly import on_a_ready_database
from app.domain import demo

SHOWN_AFTER_S = 0.5  # a start that finds its demo standing shows no bar

demo_cli = AppGroup("demo", help="Made-up reports, clearly marked.")


@demo_cli.command("fill")
@on_a_ready_database
def fill_demo() -> None:
    """Fill the demo of a first start; one that was interrupted is finished, one that stands is left alone."""
    started = time.monotonic()
    if _shown("Filling the demo", demo.REPORTS, lambda told, _step: demo.fill(told)):
        click.echo(f"{demo.REPORTS} made-up reports stand ({time.monotonic() - started:.0f} s).")


@demo_cli.command("generate")
@click.option("--reports", type=click.IntRange(1, 50_000_000), required=True, help="How many.")
@click.option("--seed", type=int, default=demo.SEED, show_default=True, help="The same seed makes the same city.")
@click.option("--photos", is_flag=True, help="Draw photos too (slower).")
@on_a_ready_database
def generate_demo(reports: int, seed: int, photos: bool) -> None:
    """Add made-up reports to a demo."""
    started = time.monotonic()

    def make(told: demo.filling.Told, step: demo.filling.Step) -> bool:
        demo.generate(told, reports=reports, seed=seed, with_photos=photos, step=step)
        return True

    _shown("Generating", reports, make)
    click.echo(f"{reports} made-up reports in {time.monotonic() - started:.0f} s.")


def _shown(label: str, count: int, work: Callable[[demo.filling.Told, demo.filling.Step], bool]) -> bool:
    """Do it with a bar of progress."""
    with tqdm(total=count, desc=label, unit=" reports", leave=False, delay=SHOWN_AFTER_S) as bar:
        return work(lambda written, _whole: _reach(bar, written), bar.set_description)


def _reach(bar: tqdm[Any], written: int) -> None:
    bar.update(written - bar.n)
