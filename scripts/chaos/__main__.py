"""`make chaos [MINUTES=5] [SEED=…]`: its last line is the count; docs/chaos.md says how to read it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from random import SystemRandom

from trouble import told_plainly

from chaos.judgement import Verdict
from chaos.ledger import Kind
from chaos.trial import Trial, after_the_storm

ROOT = Path(__file__).resolve().parent.parent.parent
SHOWN = 12  # of each sort of trouble


def main() -> None:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, help="the same blows at the same moments; without it one is drawn")
    parser.add_argument("--keep", action="store_true", help="leave the folder with the logs")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else SystemRandom().randrange(10**6)
    with told_plainly(ROOT), after_the_storm(asked.minutes * 60, seed) as trial:
        verdict = trial.judged()
        tell(trial, verdict)
        is_clean = verdict.is_clean and not trial.troubles
        trial.is_kept = asked.keep or not is_clean
    print(count(trial, verdict), flush=True)
    sys.exit(0 if is_clean else 1)


def tell(trial: Trial, verdict: Verdict) -> None:
    """Whatever is wrong, then what was done."""
    ledger, storm = trial.ledger, trial.storm
    for name, found in (
        ("lost", verdict.lost),
        ("doubled", verdict.doubled),
        ("impossible", verdict.impossible),
        ("trouble", trial.troubles),
    ):
        for one in found[:SHOWN]:
            print(f"{name}: {one}")
        if len(found) > SHOWN:
            print(f"{name}: and {len(found) - SHOWN} more")
    kinds = ", ".join(f"{sum(a.kind is kind and a.is_told for a in ledger.acts):,} × {kind}" for kind in Kind)
    unsure = sum(not act.is_told for act in ledger.acts)
    print(f"acknowledged: {kinds}; {unsure} asked and never answered")
    print("answers: " + ", ".join(f"{n} {what}" for what, n in sorted(ledger.answers.items())))
    print("slowest: " + ", ".join(f"{what} {seconds:.1f} s" for what, seconds in sorted(ledger.slowest.items())))
    helped = "; ".join(f"{what} {' '.join(map(str, counts))}" for what, counts in sorted(storm.helped.items()))
    print(f"filed and worked in each outage: {helped}")
    print(
        f"photos turned away in our words: {trial.crowd.turned_away}; most letters that the page said wait: "
        f"{trial.crowd.most_waited}"
    )
    print(f"letters: {verdict.letters:,}; sent again under their own id after a kill or no answer: {verdict.again}")
    print(f"what was owed when the last blow had fallen was worked off in {trial.settled_s:.0f} s")


def count(trial: Trial, verdict: Verdict) -> str:
    storm = trial.storm
    return (
        f"{storm.lasted:.0f} s, {os.cpu_count()} cores: kills {storm.kills} ({storm.hits} with something in flight) · "
        f"acknowledged {verdict.acknowledged:,} · lost {len(verdict.lost)} · doubled {len(verdict.doubled)} · "
        f"impossible {len(verdict.impossible)}"
    )


if __name__ == "__main__":
    main()
