"""What a long command tells whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tqdm import tqdm

SHOWN_AFTER_S = 0.5


@contextmanager
def shown() -> Iterator[Callable[[str, int, int], None]]:
    """`told(what, done, whole)` moves the bar of `what`; each begins where the one before it is gone."""
    with ExitStack() as shown_now:
        bar: tqdm[Any] | None = None

        def told(what: str, done: int, whole: int) -> None:
            nonlocal bar
            if bar is None or bar.desc != what:
                shown_now.close()
                bar = shown_now.enter_context(tqdm(desc=what, total=whole, unit="", delay=SHOWN_AFTER_S, leave=False))
            bar.update(done - bar.n)

        yield told
