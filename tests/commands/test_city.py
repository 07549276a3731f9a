"""`flask city` and `flask areas`, as an engineer of the city types them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app, migrations
from app.config import Config
from app.domain import areas
from app.domain.city import folder, store
from app.extensions import db
from tests.support.application import close

CITIES = Path(__file__).parents[1] / "cities"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CITIES / "six_wards", tmp_path / "city"))


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_check_says_what_a_sound_folder_holds(app: Flask, copy: Path) -> None:
    result = run(app, "city", "check", copy)
    assert result.exit_code == 0, result.output
    assert "6 wards, 17 units, 10 categories, 5 rules, 2 sites. All 13 example cases pass." in result.output


def test_check_refuses_a_broken_folder_with_file_and_line(app: Flask, copy: Path) -> None:
    change(copy / "sites.yaml", "radius_m: 150", "radius_m: 0")
    result = run(app, "city", "check", copy)
    assert result.exit_code == 1
    assert "sites.yaml:6: site den-co: radius_m must be more than 0\n" in result.output
    assert "1 problem. Nothing was changed." in result.output


def test_check_refuses_a_failing_case(app: Flask, copy: Path) -> None:
    change(copy / "cases.yaml", "expect: dien-luc", "expect: cong-an")
    result = run(app, "city", "check", copy)
    assert result.exit_code == 1
    assert "cases.yaml:48: case dây điện đứt: expected `cong-an`, got `dien-luc`" in result.output


def test_diff_shows_what_would_change_and_changes_nothing(app: Flask, copy: Path) -> None:
    assert run(app, "city", "diff", copy).output == "No difference.\n"
    change(copy / "city.yaml", "border_m: 30", "border_m: 40")
    result = run(app, "city", "diff", copy)
    assert result.output == "~ city: settings.border_m: 30 → 40\n1 change.\n"
    with app.app_context():
        assert store.current().version == 1


def test_load_prints_what_changed_and_twice_changes_nothing(app: Flask, copy: Path) -> None:
    change(copy / "units.yaml", "vi: Công ty Điện lực", "vi: Điện lực")
    first, second = run(app, "city", "load", copy), run(app, "city", "load", copy)
    assert "~ unit dien-luc: name.vi: Công ty Điện lực → Điện lực\n" in first.output
    assert "Version 2 of Thành phố Sáu Phường is in force." in first.output
    assert second.output == "Version 2 is in force already, nothing changed.\n"


def test_load_refuses_a_broken_folder_and_changes_nothing(app: Flask, copy: Path) -> None:
    change(copy / "units.yaml", "vi: Công ty Điện lực", "vi: Điện lực")
    change(copy / "cases.yaml", "expect: dien-luc", "expect: cong-an")
    assert run(app, "city", "load", copy).exit_code == 1
    with app.app_context():
        assert store.current().units["dien-luc"].name.vi == "Công ty Điện lực"


def test_export_writes_a_folder_that_reads_back(app: Flask, tmp_path: Path) -> None:
    result = run(app, "city", "export", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert folder.read(tmp_path / "out") == folder.read(CITIES / "six_wards")
    assert run(app, "city", "load", tmp_path / "out").output == "Version 1 is in force already, nothing changed.\n"


def test_export_leaves_a_folder_with_split_lists_alone(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "units.d").mkdir()
    result = run(app, "city", "export", tmp_path)
    assert result.exit_code == 1
    assert "choose an empty folder" in result.output


def test_import_loads_outlines_and_says_when_nothing_changed(app: Flask) -> None:
    result = run(app, "areas", "import", CITIES / "six_wards.geojson")
    assert (result.exit_code, result.output) == (
        0,
        "6 ward outlines accepted, 0 changed, 0 refused. Nothing changed.\n",
    )


def test_import_names_each_refusal_and_ends_with_1(app: Flask) -> None:
    result = run(app, "areas", "import", CITIES / "six_wards_invalid.geojson")
    assert result.exit_code == 1
    assert "refused feature 6 (10006): its outline is not valid: Self-intersection" in result.output
    assert "5 ward outlines accepted, 0 changed" not in result.output  # the file names another source
    with app.app_context():
        assert areas.locate(20.98, 105.84).ward == "10006"  # the outline that was there stands


def test_import_of_a_file_that_is_no_geojson_is_one_plain_sentence(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text("{", encoding="utf-8")
    result = run(app, "areas", "import", tmp_path / "a.geojson")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "is not JSON" in result.output
    assert "Traceback" not in result.output


def test_before_the_migrations_and_before_the_first_load_the_remedy_is_said(
    app: Flask, config: Config, empty_database: Callable[[], str], tmp_path: Path
) -> None:
    new = create_app(replace(config, database_url=empty_database()))
    unready = run(new, "city", "diff", CITIES / "six_wards")
    with new.app_context():
        migrations.upgrade(db.engine)
    empty = run(new, "city", "export", tmp_path / "out")
    all_new = run(new, "city", "diff", CITIES / "six_wards")
    with new.app_context():
        close(new)
    assert (unready.exit_code, empty.exit_code, all_new.exit_code) == (1, 1, 0)
    assert "The database is not migrated. Run: flask db upgrade" in unready.output
    assert "No city is loaded yet. Run: flask city load" in empty.output
    assert "+ ward 10001: Phường Một\n" in all_new.output
