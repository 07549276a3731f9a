"""The check that no string lacks its Vietnamese, and no translation breaks a page."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import translations  # noqa: E402  # the scripts import one another by their short names

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A little program with two strings, and an empty folder for their translations."""
    folder = tmp_path / "translations" / "vi"
    for path in (folder, tmp_path / "app", tmp_path / "templates"):
        path.mkdir(parents=True)
    (tmp_path / "app" / "said.py").write_text('x = _("Hello, %(name)s", name="")\n')
    (tmp_path / "templates" / "page.html").write_text("{% do x %}{{ _('Map') }}{{ ngettext('a', 'b', n) }}\n")
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "FOLDER", folder)
    monkeypatch.setattr(translations, "COMPILED", folder / "LC_MESSAGES" / "messages.mo")
    return folder


def write(house: Path, name: str, **words: str) -> None:
    known = {"hello": "Hello, %(name)s", "map": "Map", "gone": "Gone"}
    entries = [f'msgid "{known[key]}"\nmsgstr "{text}"\n' for key, text in words.items()]
    (house / name).write_text(HEAD + "\n".join(entries))


def plural(house: Path) -> None:
    (house / "plural.po").write_text(HEAD + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n')


def test_complete_translations_pass_and_compile(house: Path) -> None:
    write(house, "one.po", hello="Chào %(name)s")
    write(house, "two.po", map="Bản đồ")
    plural(house)
    assert translations.main(["--check"]) == 0
    assert translations.COMPILED.exists()


def test_a_missing_string_is_named_with_its_place(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(house, "one.po", hello="Chào %(name)s")
    plural(house)
    assert translations.main(["--check"]) == 1
    assert "templates/page.html:1: 'Map' has no Vietnamese" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"hello": "Chào bạn"}, "placeholders differ"),
        ({"hello": "Chào %(ten)s"}, "placeholders differ"),
        ({"map": ""}, "'Map' has no Vietnamese"),
    ],
)
def test_a_broken_translation_is_refused(
    house: Path, capsys: pytest.CaptureFixture[str], words: dict[str, str], problem: str
) -> None:
    write(house, "one.po", **words)
    assert translations.main(["--check"]) == 1
    assert problem in capsys.readouterr().err


def test_one_string_has_one_translation(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(house, "one.po", map="Bản đồ")
    write(house, "two.po", map="Sơ đồ")
    assert translations.main(["--check"]) == 1
    assert "two.po:6: 'Map' is translated differently in translations/vi/one.po:6" in capsys.readouterr().err


def test_what_no_page_says_any_more_is_only_a_warning(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(house, "one.po", hello="Chào %(name)s", map="Bản đồ", gone="Đã đi")
    plural(house)
    assert translations.main(["--check"]) == 0
    assert "warning: no page says 'Gone' any more" in capsys.readouterr().out


def test_an_unsure_translation_is_refused(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (house / "one.po").write_text(HEAD + '#, fuzzy\nmsgid "Map"\nmsgstr "Bản đồ"\n')
    assert translations.main(["--check"]) == 1
    assert "marked fuzzy" in capsys.readouterr().err


def test_a_second_compile_with_nothing_new_does_nothing(house: Path) -> None:
    write(house, "one.po", map="Bản đồ")
    assert translations.main([]) == 0
    made = translations.COMPILED.stat().st_mtime_ns
    assert translations.main([]) == 0
    assert translations.COMPILED.stat().st_mtime_ns == made
