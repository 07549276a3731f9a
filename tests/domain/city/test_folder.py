"""A city folder is read whole or refused with every file and line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from app.domain.city import folder
from app.domain.city.problems import Problem, Refused
from app.models.choices import Precision, PublishWhen, Severity
from app.models.localized import Localized

SIX_WARDS = Path(__file__).parents[2] / "cities" / "six_wards"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SIX_WARDS, tmp_path / "city"))


def problems_of(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        folder.read(path)
    return refused.value.problems


def change(copy: Path, file: str, old: str, new: str) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} does not stand in {file}"
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(path: Path, marker: str) -> int:
    before, found, _ = path.read_text(encoding="utf-8").partition(marker)
    assert found
    return before.count("\n") + 1


def test_the_six_wards_are_read_with_every_field() -> None:
    city = folder.read(SIX_WARDS)
    assert (len(city.wards), len(city.units), len(city.categories), len(city.sites)) == (6, 17, 10, 2)
    assert city.name == Localized("Thành phố Sáu Phường", "City of Six Wards")
    assert city.settings.handle[Severity.URGENT].minutes == 240
    assert city.settings.receive.source
    ward = city.wards["10001"]
    assert (ward.unit, ward.valid_from, ward.old_names) == (
        "ubnd-10001",
        date(2025, 7, 1),
        ("Phường Cũ Một", "Phường Chợ Cũ"),
    )
    conduct = city.categories["staff-conduct"]
    assert (conduct.publish, conduct.precision, conduct.nameless) == (PublishWhen.SENSITIVE, Precision.WARD, False)
    danger = city.categories["pothole"].questions[1]
    assert danger.choices[0].severity is Severity.URGENT
    assert city.rules[2].answers == {"road": frozenset({"street"})}


def test_a_working_week_is_read_in_minutes() -> None:
    calendars = folder.read(SIX_WARDS).calendars
    assert calendars["office"].week == (((480, 720), (780, 1020)),) * 5 + ((), ())
    assert calendars["round-the-clock"].week == (((0, 1440),),) * 7
    assert calendars["office"].days_worked[date(2026, 1, 10)].en == "Worked for 2 January"


def test_a_city_cannot_be_changed_by_who_holds_it() -> None:
    city = folder.read(SIX_WARDS)
    with pytest.raises(TypeError):
        city.units["new"] = city.units["cong-an"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        city.version = 2  # type: ignore[misc]


MISTAKES = [
    # file, what stands there, what is written instead, where the line is named, what is said
    ("units.yaml", "calendar: office", "calender: office", "calender", "unknown field `calender`"),
    ("units.yaml", "calendar: office", "calender: office", "- code: dieu-phoi", "`calendar` is missing"),
    ("units.yaml", "calendar: office", "calendar: shifts", "calendar: shifts", "there is no calendar `shifts`"),
    ("units.yaml", "calendar: office", "calendar: [office]", "calendar: [office]", "expected a text, found a list"),
    ("units.yaml", "kind: utility", "kind: works", "kind: works", "`works` is none of board, department"),
    ("units.yaml", "code: dien-luc", "code: Dien Luc", "code: Dien Luc", "is no code"),
    ("units.yaml", "code: dien-luc", "code: so-van-hoa", "code: so-van-hoa\n    name: {vi: Công ty", "stands twice"),
    ("units.yaml", "parent: cong-an", "parent: cong-an-x", "parent: cong-an-x", "there is no unit `cong-an-x`"),
    ("units.yaml", '    ward: "10001"\n', "", "kind: ward\n", "must name its ward"),
    ("wards.yaml", "lat: 21.02", "lat: 31.02", "lat: 31.02", "lies outside the city's bounds"),
    ("wards.yaml", "lat: 21.02", "lat: north", "lat: north", "expected a number, found `north`"),
    ("wards.yaml", "lat: 21.02", "lat: .nan", "lat: .nan", "expected a number, found `.nan`"),
    ("wards.yaml", "valid_from: 2025-07-01", "valid_from: July", "valid_from: July", "expected a day such as"),
    ("wards.yaml", "unit: ubnd-10001", "unit: ubnd-19", "unit: ubnd-19", "there is no unit `ubnd-19`"),
    ("wards.yaml", "unit: ubnd-10001", "unit: cong-an", "unit: cong-an", "is not a unit of kind `ward`"),
    ("wards.yaml", "unit: ubnd-10001", "unit: ubnd-10002", "unit: ubnd-10002", "serves ward 10002"),
    ("wards.yaml", "    unit: ubnd-10001\n", "", '- code: "10001"', "`unit` is missing"),
    ("categories.yaml", "group: traffic", "group: trafic", "group: trafic", "there is no group `trafic`"),
    ("categories.yaml", "severity: normal", "severity: mild", "severity: mild", "`mild` is none of urgent, normal"),
    ("categories.yaml", "proof: true", "proof: perhaps", "proof: perhaps", "expected true or false"),
    ("categories.yaml", "owner: dien-luc", "owner: dien", "owner: dien", "there is no unit `dien`"),
    ("categories.yaml", "owner: dien-luc", 'owner: ""', 'owner: ""', "no owner, and no rule takes it everywhere"),
    ("categories.yaml", ", en: Number of the pole}", "}", "label: {vi: Số cột đèn", "the English is missing"),
    ("categories.yaml", "{vi: Số cột đèn", "{vn: Số cột đèn", "vn: Số cột đèn", "unknown language `vn`"),
    ("categories.yaml", "{vi: Số cột đèn, en: ", "{en: ", "label: {en", "the Vietnamese is missing"),
    (
        "categories.yaml",
        "hint: {vi: Ghi số cột đèn nếu đọc được., en: ",
        "hint: {en: ",
        "hint: {en",
        "Vietnamese is missing",
    ),
    (
        "categories.yaml",
        "keywords: [ổ gà, mặt đường,",
        "keywords: [ổ gà, ổ gà,",
        "keywords",
        "stands in the list twice",
    ),
    ("categories.yaml", "    stops: true", "    stops: true\n    stops: false", "stops: false", "stands here twice"),
    ("categories.yaml", "code: danger", "code: road", "code: road\n        label: {vi: Có đang", "stands twice"),
    ("sites.yaml", "radius_m: 150", "radius_m: 0", "radius_m: 0", "must be more than 0"),
    ("sites.yaml", "radius_m: 150", "radius_m: -5", "radius_m: -5", "must be more than 0"),
    ("sites.yaml", "unit: so-van-hoa", "unit: so-du-lich", "unit: so-du-lich", "there is no unit `so-du-lich`"),
    ("sites.yaml", "- [105.840, 21.017]", "- [105.840, 22.017]", "outline:", "lies outside the city's bounds"),
    ("sites.yaml", "- [105.840, 21.017]", "- [105.825, 21.0255]", "outline:", "the outline crosses itself"),
    ("sites.yaml", "- [105.840, 21.017]", "- [105.840]", "- [105.840]", "expected 2 numbers"),
    ("calendars.yaml", '"08:00-12:00"', '"8-12"', '"8-12"', "`8-12` is no time of day"),
    ("calendars.yaml", '"08:00-12:00"', '"08:75-12:00"', '"08:75-12:00"', "minutes to 59"),
    ("calendars.yaml", '"08:00-12:00"', '"14:00-12:00"', '"14:00-12:00"', "ends before it begins"),
    ("calendars.yaml", '"13:00-17:00"', '"11:30-17:00"', '"11:30-17:00"', "begins before 08:00-12:00 ends"),
    ("calendars.yaml", "mon:", "monday:", "monday:", "unknown day `monday`"),
    ("calendars.yaml", "2026-01-10:", "2026-01-01:", "2026-01-01: {vi: Làm", "a day off and a day worked at once"),
    ("calendars.yaml", "2026-01-10:", "10/1/2026:", "10/1/2026:", "expected a day such as"),
    ("calendars.yaml", "code: round-the-clock", "code: nights", "code: nights", "no unit works by it"),
    (
        "rules.yaml",
        "{ward} do {unit} quản lý.",
        "{street} do {unit} quản lý.",
        "{street}",
        "unknown placeholder {street}",
    ),
    ("rules.yaml", "{site} do {unit} quản lý.", "{site do {unit} quản lý.", "{site do", "curly bracket stands alone"),
    ("rules.yaml", "road: [street]", "road: [stret]", "road: [stret]", "offers no choice `stret`"),
    ("rules.yaml", "road: [street]", "lane: [street]", "lane: [street]", "asks `lane`"),
    ("rules.yaml", "sites: [ho-xanh]", "sites: [ho-do]", "sites: [ho-do]", "there is no site `ho-do`"),
    ("rules.yaml", "ward_kinds: [xa]", "ward_kinds: [huyen]", "ward_kinds: [huyen]", "`huyen` is none of phuong, xa"),
    ("rules.yaml", "      site_kinds: [heritage]\n", "", 'unit: "@site"', "@site needs sites or site_kinds"),
    ("rules.yaml", 'unit: "@site"', 'unit: "@keeper"', 'unit: "@keeper"', "there is no unit `@keeper`"),
    ("rules.yaml", "      answers:\n        road: [street]\n", "", "code: alley-pothole", "never decides"),
    ("replies.yaml", "{due}", "{deadline}", "text:", "unknown placeholder {deadline}"),
    ("replies.yaml", "categories: [pothole,", "categories: [pot,", "categories: [pot,", "there is no category `pot`"),
    ("cases.yaml", "category: parking", "category: parked", "category: parked", "there is no category `parked`"),
    ("cases.yaml", "expect: dien-luc", "expect: dien", "expect: dien", "there is no unit `dien`"),
    ("cases.yaml", 'ward: "10004"', 'ward: "20004"', 'ward: "20004"', "there is no ward `20004`"),
    ("cases.yaml", "rule: lake-rubbish", "rule: lake", "rule: lake", "there is no rule `lake`"),
    ("cases.yaml", "{road: alley}", "{road: river}", "{road: river}", "offers no choice `river`"),
    ("cases.yaml", "at: [21.020, 105.835]", "at: [105.835, 21.020]", "at: [105.835", "lies outside the city's bounds"),
    ("city.yaml", "dispatch: dieu-phoi", "dispatch: cong-an", "dispatch: cong-an", "not a unit of kind `dispatch`"),
    ("city.yaml", "Asia/Ho_Chi_Minh", "Asia/Ha_Noi", "Asia/Ha_Noi", "there is no `Asia/Ha_Noi`"),
    ("city.yaml", "west: 105.70", "west: 106.70", "bounds:", "west must lie west of east"),
    ("city.yaml", "    complex: {days: 10}\n", "", "handle:", "no limit for complex"),
    ("city.yaml", "{days: 5}", "{days: 5, minutes: 9}", "normal:", "write either minutes or days"),
    ("city.yaml", "{days: 5}", "{days: 0}", "normal:", "must be more than nothing"),
    ("city.yaml", "min_zoom: 11", "min_zoom: near", "min_zoom: near", "expected a whole number"),
    ("city.yaml", '"113"', "1-1-3", "emergency:", "is no number to dial"),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "marker", "message"), MISTAKES, ids=[f"{m[0]}: {m[4]}" for m in MISTAKES]
)
def test_a_mistake_is_refused_with_its_file_and_line(
    copy: Path, file: str, old: str, new: str, marker: str, message: str
) -> None:
    change(copy, file, old, new)
    found = [(problem.file, problem.line) for problem in problems_of(copy) if message in problem.message]
    assert (file, line_of(copy / file, marker)) in found, "\n".join(map(str, problems_of(copy)))


def test_three_questions_are_one_too_many(copy: Path) -> None:
    third = "      - code: size\n        label: {vi: Cỡ, en: Size}\n        kind: text\n"
    change(copy, "categories.yaml", "      - code: danger\n", third + "      - code: danger\n")
    assert [problem.message for problem in problems_of(copy)] == [
        "category pothole: asks 3 questions, at most 2 are allowed"
    ]


def test_all_problems_are_named_at_once(copy: Path) -> None:
    change(copy, "units.yaml", "kind: utility", "kind: works")
    change(copy, "sites.yaml", "radius_m: 150", "radius_m: 0")
    change(copy, "rules.yaml", "road: [street]", "road: [stret]")
    assert [problem.file for problem in problems_of(copy)] == ["rules.yaml", "sites.yaml", "units.yaml"]


def test_a_broken_entry_is_not_reported_again_by_what_points_at_it(copy: Path) -> None:
    change(copy, "units.yaml", "kind: utility", "kind: works")
    assert len(problems_of(copy)) == 1


@pytest.mark.parametrize("file", ["calendars", "units", "wards", "categories", "sites", "rules", "cases", "replies"])
def test_a_file_that_is_not_yaml_is_one_problem_and_not_one_more_for_all_that_points_into_it(
    copy: Path, file: str
) -> None:
    (copy / f"{file}.yaml").write_text(": [broken", encoding="utf-8")
    assert [problem.file for problem in problems_of(copy)] == [f"{file}.yaml"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("units:\n  - code: a\n   name: b\n", "this is not YAML"),
        ("units: [a, b\n", "this is not YAML"),
        ("", "the file is empty"),
        ("- a\n- b\n", "the file must hold named lists"),
        ("units: nobody\n", "`units` must be a list"),
        ("unit: []\n", "unknown list `unit`"),
        ("a: 1\n---\nb: 2\n", "this is not YAML"),
        ("units: [1, 2]\n", "expected named fields"),
        ("units: &all\n  - *all\n", "expected named fields"),
    ],
)
def test_broken_yaml_is_refused(copy: Path, text: str, message: str) -> None:
    (copy / "units.yaml").write_text(text, encoding="utf-8")
    found = [problem for problem in problems_of(copy) if problem.file == "units.yaml"]
    assert any(message in problem.message for problem in found), found


def test_a_file_that_is_not_utf_8_is_refused(copy: Path) -> None:
    (copy / "units.yaml").write_bytes("units: []  # Sở".encode("utf-16"))
    assert "units.yaml:1: this is not UTF-8" in "\n".join(map(str, problems_of(copy)))


def test_a_missing_file_and_a_missing_folder_are_refused(copy: Path, tmp_path: Path) -> None:
    (copy / "rules.yaml").unlink()
    (copy / "city.yaml").unlink()
    said = "\n".join(map(str, problems_of(copy)))
    assert "rules.yaml:1: the list `rules:` is missing" in said
    assert "city.yaml:1: the file is missing" in said
    assert "there is no such folder" in str(problems_of(tmp_path / "nowhere")[0])


def test_a_file_that_nobody_reads_is_named(copy: Path) -> None:
    (copy / "ward.yaml").write_text("wards: []\n", encoding="utf-8")
    (copy / "README.md").write_text("For people.\n", encoding="utf-8")
    assert [problem.file for problem in problems_of(copy)] == ["ward.yaml"]


def test_a_list_may_be_split_over_a_folder(copy: Path) -> None:
    whole = folder.read(copy)
    text = (copy / "cases.yaml").read_text(encoding="utf-8")
    head, middle, tail = text.partition("  - name: đèn đường hỏng\n")
    (copy / "cases.d").mkdir()
    (copy / "cases.yaml").unlink()
    (copy / "cases.d" / "1-traffic.yaml").write_text(head, encoding="utf-8")
    (copy / "cases.d" / "2-others.yaml").write_text(f"cases:\n{middle}{tail}", encoding="utf-8")
    assert folder.read(copy) == whole


def test_a_mistake_in_a_split_list_names_the_part(copy: Path) -> None:
    (copy / "sites.d").mkdir()
    (copy / "sites.yaml").rename(copy / "sites.d" / "lakes.yaml")
    change(copy, "sites.d/lakes.yaml", "radius_m: 150", "radius_m: 0")
    assert [problem.file for problem in problems_of(copy)] == ["sites.d/lakes.yaml"]


def test_an_unquoted_code_keeps_its_zeros(copy: Path) -> None:
    for file in ("wards.yaml", "units.yaml", "cases.yaml"):
        text = (copy / file).read_text(encoding="utf-8")
        (copy / file).write_text(text.replace('"10001"', "00070"), encoding="utf-8")
    assert folder.read(copy).wards["00070"].code == "00070"


def test_every_ward_needs_a_police_post_when_something_goes_there(copy: Path) -> None:
    change(copy, "units.yaml", 'parent: cong-an\n    ward: "10001"', 'parent: cong-an\n    ward: "10002"')
    said = [problem.message for problem in problems_of(copy)]
    assert "ward 10001: no unit of kind `ward_police` serves it" in said
    assert "unit ca-10001: ward 10002 has 2 police posts" in said


def test_units_cannot_answer_to_each_other_in_a_circle(copy: Path) -> None:
    change(copy, "units.yaml", "kind: department", "kind: department\n    parent: so-van-hoa")
    change(copy, "units.yaml", "en: Department of Culture}\n", "en: Department of Culture}\n    parent: so-ha-tang\n")
    assert [problem.message for problem in problems_of(copy)] == [
        "unit so-ha-tang: its parents go in a circle",
        "unit so-van-hoa: its parents go in a circle",
    ]
