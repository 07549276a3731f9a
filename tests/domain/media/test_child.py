"""Whatever a stranger's pixels do to the process that looks at them, we go on."""

from __future__ import annotations

from pathlib import Path

from app.domain.media.child import Child


def test_a_child_that_died_before_it_was_asked_is_an_answer_of_its_own(tmp_path: Path) -> None:
    script = tmp_path / "gone.py"
    script.write_text("raise SystemExit(1)")
    child = Child(script, wall_seconds=30)
    child._start().wait()
    assert child.ask({"source": "anh.jpg"}) is None
    child.close()
