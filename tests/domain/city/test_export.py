"""A city written out and read again is the same city."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.city import export, folder
from app.domain.city.codec import digest, plain, revived
from app.models.localized import Localized

CITY = folder.read(Path(__file__).parents[2] / "cities" / "six_wards")


def test_what_was_written_reads_back_equal(tmp_path: Path) -> None:
    written = export.write(CITY, tmp_path / "made" / "anew")
    assert len(written) == 9
    again = folder.read(tmp_path / "made" / "anew")
    assert again == CITY
    assert digest(again) == digest(CITY)
    assert list(again.categories) == list(CITY.categories)


def test_writing_twice_writes_the_same(tmp_path: Path) -> None:
    export.write(CITY, tmp_path)
    first = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    export.write(folder.read(tmp_path), tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == first


def test_texts_that_yaml_would_misread_survive(tmp_path: Path) -> None:
    awkward = Localized("Không: có, “thật” - #1 {tiền}\n  dòng hai\n\ndòng ba", "no")
    reason = replace(CITY.refusals["unclear"], explain=awkward, next_step=Localized("yes", "0123"))
    export.write(replace(CITY, refusals={"unclear": reason}), tmp_path)
    assert folder.read(tmp_path).refusals["unclear"] == reason


def test_the_yaml_is_readable(tmp_path: Path) -> None:
    export.write(CITY, tmp_path)
    text = (tmp_path / "calendars.yaml").read_text(encoding="utf-8")
    assert "mon: ['08:00-12:00', '13:00-17:00']" in text
    assert "every: ['00:00-24:00']" in text
    assert "    vi: Giờ hành chính\n" in text
    assert "!!" not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())


def test_a_folder_with_split_lists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "units.d").mkdir()
    with pytest.raises(FileExistsError, match=r"units\.d"):
        export.write(CITY, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["units.d"]


def test_the_database_s_form_reads_back_equal() -> None:
    assert revived(json.loads(json.dumps(plain(CITY)))) == CITY


def test_an_older_form_is_read_with_what_is_new_at_its_default() -> None:
    data = json.loads(json.dumps(plain(CITY)))
    data["categories"]["pothole"]["a_field_of_long_ago"] = 1
    del data["settings"]["receive"]["source"]
    assert revived(data).categories["pothole"] == CITY.categories["pothole"]


def test_a_digest_notices_order_and_ignores_ids() -> None:
    turned = dict(reversed(CITY.categories.items()))
    assert digest(replace(CITY, categories=turned)) != digest(CITY)
    assert digest(replace(CITY, version=7)) == digest(CITY)
