import time

from app.domain.city.model import Category
from app.domain.suggest import Suggester, suggest
from app.models.choices import Precision, PublishWhen, Severity
from app.models.localized import Localized


def category(code: str, *keywords: str) -> Category:
    return Category(
        code=code,
        group="traffic",
        name=Localized(code),
        icon=code,
        keywords=keywords,
        hint=Localized(""),
        severity=Severity.NORMAL,
        owner="@ward",
        precision=Precision.EXACT,
        publish=PublishWhen.CHECKED,
        proof=False,
    )


CITY = (
    category("pothole", "ổ gà", "ổ voi", "mặt đường hỏng", "đường", "pothole", "road"),
    category("street_light", "đèn đường", "đèn", "tối", "street light"),
    category("rubbish", "rác", "đổ rác", "rác thải", "rubbish", "đường"),
    category("bridge", "cầu", "lan can cầu", "bridge"),
    category("tree", "cây đổ", "cây", "cành gãy", "tree"),
    category("fishing", "câu cá", "câu"),
)
CITY_SUGGESTER = Suggester(CITY)


def codes(words: str) -> list[str]:
    return [suggestion.code for suggestion in CITY_SUGGESTER.suggest(words)]


def test_words_with_marks_find_their_category() -> None:
    found = CITY_SUGGESTER.suggest("Có một Ổ GÀ rất sâu trước cổng trường")
    assert [(suggestion.code, suggestion.matched) for suggestion in found] == [("pothole", ("ổ gà",))]


def test_words_without_marks_find_it_too_but_weigh_less() -> None:
    marked, bare = CITY_SUGGESTER.suggest("ổ gà")[0], CITY_SUGGESTER.suggest("o ga")[0]
    assert marked.code == bare.code == "pothole"
    assert marked.score > bare.score


def test_other_marks_are_another_word() -> None:
    assert codes("cầu bị hỏng") == ["bridge"]
    assert codes("câu trộm ở hồ") == ["fishing"]
    assert set(codes("cau")) == {"bridge", "fishing"}


def test_one_misspelt_word_of_a_phrase_is_forgiven() -> None:
    assert codes("đỗ rác bừa bãi")[0] == "rubbish"
    assert CITY_SUGGESTER.suggest("cây đỗ")[0].code == "tree"
    assert codes("tói") == []


def test_a_longer_phrase_weighs_more() -> None:
    assert codes("đèn đường không sáng")[0] == "street_light"
    assert CITY_SUGGESTER.suggest("đèn đường")[0].matched == ("đèn đường",)


def test_a_keyword_of_one_category_weighs_more_than_a_shared_one() -> None:
    found = {suggestion.code: suggestion.score for suggestion in CITY_SUGGESTER.suggest("rác trên đường")}
    assert found["rubbish"] > found["pothole"]


def test_only_whole_words_count() -> None:
    assert codes("rácx cầuy broad streetlights") == []


def test_english_words_and_plurals_find_it() -> None:
    assert codes("Two potholes on this road")[0] == "pothole"
    assert codes("street lights are off") == ["street_light"]


def test_the_tone_may_stand_where_it_likes() -> None:
    assert suggest("bốc mùi hoá chất", (category("smell", "hóa chất"),))[0].matched == ("hóa chất",)


def test_saying_it_often_counts_once() -> None:
    once, often = CITY_SUGGESTER.suggest("ổ gà"), CITY_SUGGESTER.suggest("ổ gà ổ gà ổ gà")
    assert once == often


def test_nothing_is_suggested_when_nothing_is_known() -> None:
    assert CITY_SUGGESTER.suggest("xin chào") == ()
    assert CITY_SUGGESTER.suggest("") == ()
    assert suggest("ổ gà", ()) == ()
    assert suggest("gì đó", (category("blank", "", " … "),)) == ()


def test_at_most_so_many_are_suggested_the_best_first() -> None:
    found = CITY_SUGGESTER.suggest("rác, ổ gà, đèn đường, cây đổ, cầu", limit=2)
    assert len(found) == 2
    assert found[0].score >= found[1].score


def test_the_same_keyword_in_two_spellings_is_kept_in_both() -> None:
    both = (category("both", "cầu", "câu"), category("other", "rác"))
    assert suggest("cầu", both)[0].matched == ("cầu",)
    assert suggest("câu", both)[0].matched == ("câu",)


def test_a_whole_city_is_searched_in_a_blink() -> None:
    words = [f"từ{n}" for n in range(300)]
    city = [category(f"c{n}", *(f"{words[n * 5 + k]} {words[k]}" for k in range(12))) for n in range(50)]
    suggester = Suggester(city)
    text = " ".join(words[n % 300] for n in range(60))
    suggester.suggest(text)
    best = min(_seconds(suggester, text) for _ in range(20))
    assert best < 0.002


def _seconds(suggester: Suggester, text: str) -> float:
    start = time.perf_counter()
    suggester.suggest(text)
    return time.perf_counter() - start


def test_a_telling_word_leads_to_other_kinds_that_use_it_and_a_common_one_does_not() -> None:
    many = Suggester(
        [*CITY, category("bin", "thùng rác đầy"), *(category(f"other-{n}", f"việc {n}") for n in range(12))]
    )
    assert many.related("rác chất đống") == ("rubbish", "bin")
    assert many.related("việc này") == ()
    assert many.related("rạc") == ()
