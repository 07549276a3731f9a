"""What it is: words, a kind of problem suggested from them, danger, its questions, similar reports nearby."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.domain import drafts
from app.domain.city import store
from app.domain.city.model import Category, Question
from app.domain.errors import Invalid
from app.domain.notices import reading as notices
from app.domain.reports import filing, nearby
from app.forms.refusals import refuse
from app.forms.report import DANGER, WhatForm, further_questions, questions_form
from app.models.choices import StatusClass
from app.routes.report import bp, kept
from app.web import cards, language
from app.web.access import open_to_all


@dataclass(frozen=True)
class Details:
    """What a chosen category still has to say or ask."""

    category: Category
    form: FlaskForm
    similar: list[dict[str, Any]]
    known: Sequence[notices.Told]  # what the city knows already of such a problem there
    joins: str  # the notice it is about, as far as was said

    @property
    def questions(self) -> tuple[Question, ...]:
        return further_questions(self.category)

    @property
    def is_needed(self) -> bool:
        return bool(self.questions or self.category.stopper or self.similar or self.known)


@bp.get("/report/what")
@open_to_all
def what() -> ResponseReturnValue:
    said = kept.said()
    asked = request.args.get("category", "")  # a storm's page names one
    category = asked if asked in store.current().categories else said.category
    data = {"words": said.words, "category": category, "danger": said.danger}
    return _page(WhatForm(formdata=None, data=data), _details(category, dict(said.answers)))


@bp.post("/report/what")
@open_to_all
def keep_what() -> ResponseReturnValue:
    """Keep what was said. What the category still asks is asked before going on, once."""
    form = WhatForm()
    category = store.current().categories.get(str(form.category.data or ""))
    is_valid = form.validate_on_submit()
    if is_valid:
        _keep(form, category)
    details = _details(category.code if category else "", _answers(category), form.words.data or "")
    if is_valid and request.form.get("then") == "suggest":
        return kept.go(url_for("report.what", _anchor="kind"))
    if is_valid:
        _ask_for_the_rest(form, category)
    if is_valid and category is not None and category.stops:
        form.category.errors = [category.stopper.in_(language.chosen())]
    if form.errors or category is None:
        return kept.with_cookie((_page(form, details), 422))
    if details is not None and details.is_needed and form.asked.data != category.code:
        return kept.go(url_for("report.what", _anchor="details"))
    if details is not None and not _are_answered(details, category):
        return kept.with_cookie((_page(form, details), 422))
    return kept.go(url_for("report.send" if kept.said().has_place else "report.place"))


@bp.post("/report/what/details")
@open_to_all
def details() -> ResponseReturnValue:
    """For the script: what the chosen category asks, as a part of the page. Words travel in the body here too."""
    words = str(request.form.get("words", ""))[: filing.MAX_WORDS]
    return render_template("report/_details.html", details=_details(request.form.get("category", ""), {}, words))


@bp.post("/report/suggest")
@open_to_all
def suggest() -> ResponseReturnValue:
    """For the script: categories for the words typed so far. Words travel in the body, so no log keeps them."""
    words = str(request.form.get("words", ""))[: filing.MAX_WORDS]
    return jsonify({"categories": drafts.suggestions(words)})


def _ask_for_the_rest(form: WhatForm, category: Category | None) -> None:
    """What no report goes on without, each beside its field."""
    if not (form.words.data or "").strip() and not drafts.photos_of(kept.open_draft()):
        form.words.errors = [_("Describe the problem in a few words, or add a photo.")]
    if category is None:
        form.category.errors = [_pick(form.words.data or "")]
    if form.danger.data not in ("yes", "no"):
        form.danger.errors = [_("Say whether somebody could be hurt.")]


def _keep(form: WhatForm, category: Category | None) -> None:
    kept.keep(
        earlier=_earlier(category),
        words=(form.words.data or "").strip(),
        category=category.code if category else "",
        danger=str(form.danger.data or ""),
        answers=_answers(category),
        asked=str(form.asked.data or ""),
        joins=request.form.get("joins", "")[:20],
    )


def _earlier(category: Category | None) -> str:
    """The report that has come back: as was pressed just now, or before for the same kind."""
    kept_so_far = kept.said()
    if "earlier" in request.form:
        return request.form["earlier"][:9]
    return kept_so_far.earlier if category is not None and category.code == kept_so_far.category else ""


def _answers(category: Category | None) -> dict[str, str]:
    return answers_of(category, dict(kept.said().answers))


def answers_of(category: Category | None, before: dict[str, str]) -> dict[str, str]:
    """The answers on this form; those from before when the questions were not on the page."""
    if category is None:
        return {}
    if request.form.get("asked") == category.code:
        typed = {one.code: request.form.get(f"answer_{one.code}", "") for one in further_questions(category)}
        given = {code: text.strip()[:200] for code, text in typed.items() if text.strip()}
    else:
        given = {code: text for code, text in before.items() if category.question(code)}
    return given | _danger(category)


def _danger(category: Category) -> dict[str, str]:
    """The page's own question about danger answers the category's."""
    question, said = category.question(DANGER), request.form.get("danger", "")
    is_choice = question is not None and any(choice.code == said for choice in question.choices)
    return {DANGER: said} if is_choice else {}


def _are_answered(details: Details, category: Category) -> bool:
    """Does the domain take these answers? If not, the field says why."""
    try:
        filing.check_answers(category, _answers(category), language.chosen())
    except Invalid as error:
        refuse(details.form, error)
        return False
    return True


def _details(code: str, answers: dict[str, str], words: str = "") -> Details | None:
    category = store.current().categories.get(code)
    if category is None:
        return None
    said = kept.said()
    known = notices.known(category.code, said.lat, said.lng, said.ward) if said.has_place else []
    return of_category(category, answers, _similar(category, words), known, said.joins)


def of_category(
    category: Category,
    answers: dict[str, str],
    similar: list[dict[str, Any]],
    known: Sequence[notices.Told] = (),
    joins: str = "",
) -> Details:
    return Details(category, questions_form(category, language.chosen(), answers), similar, known, joins)


def _similar(category: Category, words: str) -> list[dict[str, Any]]:
    said = kept.said()
    if said.lat is None or said.lng is None or category.stops:
        return []
    return [
        cards.public_card(view, distance_m=metres)
        | {"is_done": view.status_class is StatusClass.DONE, "is_named": view.code == said.earlier}
        for view, metres in nearby.perhaps_the_same(category.code, said.lat, said.lng, words or said.words)
    ]


def _pick(words: str) -> str:
    if drafts.suggestions(words):
        return str(_("Is this the right kind of problem? Check it, then continue."))
    return str(_("Choose the kind of problem."))


def _page(form: WhatForm, details: Details | None) -> str:
    return render_template(
        "report/what.html",
        form=form,
        step=3,
        details=details,
        photos=len(drafts.photos_of(kept.open_draft())),
        **kinds(form),
    )


def kinds(form: WhatForm) -> dict[str, Any]:
    """What `report/_kinds.html` shows: the chosen category and those the words speak of first, then all by group."""
    city = store.current()
    suggested = drafts.suggestions(form.words.data or "")
    chosen = str(form.category.data or "")
    first = list(dict.fromkeys([*([chosen] if chosen in city.categories else []), *suggested]))
    groups = [
        (group, [one for one in city.categories.values() if one.group == group.code and one.code not in first])
        for group in city.groups.values()
    ]
    return {
        "first": [city.categories[code] for code in first],
        "selected": chosen or (suggested[0] if suggested else ""),
        "groups": groups,
    }
