"""What the page of one report says of it, in the reader's words."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.domain import clock
from app.domain import dossier as dossiers
from app.domain.city import store
from app.domain.city.model import Question
from app.domain.dossier import Dossier
from app.models.choices import WordsKind
from app.routes.desk import history
from app.routes.desk.queue import row
from app.web import language
from app.web.labels import ROUTING_DOUBTS


def of(dossier: Dossier) -> dict[str, Any]:
    """All that the page shows beside the next step."""
    city, lang, report = store.current(), language.chosen(), dossier.report
    category, ward = city.category_of(report.category_id), city.ward_of(report.ward_id)
    names = dossier.people.names
    return {
        "category": category,
        "ward": ward,
        "unit": city.unit_of(report.unit_id),
        "row": row(report, names, ""),
        "words": _joined(dossier, WordsKind.DESCRIPTION),
        "wayfinding": _joined(dossier, WordsKind.WAYFINDING),
        "answers": [
            (question.label.in_(lang), _answer(question, report.answers[question.code]))
            for question in category.questions
            if report.answers.get(question.code)
        ],
        "photos": [history.picture(photo) for photo in dossier.reporters_photos],
        "alike": _alike(dossier),
        "lines": history.lines(dossier),
        "near": [
            {"row": row(one.report, {}, ""), "distance": one.distance_m, "id": one.report.id} for one in dossier.near
        ],
        "earlier": [row(one, {}, "") for one in dossier.earlier],
        "why": dossiers.why_this_unit(dossier, lang),
        "doubts": [ROUTING_DOUBTS[code] for code in dossier.doubts if code in ROUTING_DOUBTS],
        "runners_up": [(code, city.units[code].name.in_(lang)) for code in dossier.runners_up[:3]],
        "proposed": city.units[dossier.proposed].name.in_(lang) if dossier.proposed else "",
        "clock": clock.of(city, report, [event for event in dossier.events if not event.undone_at]),
        "assignee": names.get(report.assignee_id or 0, ""),
        "points": [[one.report.lat, one.report.lng] for one in dossier.near],
    }


def _joined(dossier: Dossier, kind: WordsKind) -> str:
    return "\n\n".join(one.original for one in dossier.words(kind) if not one.erased_at)


def _alike(dossier: Dossier) -> list[tuple[int, str, str]]:
    """Number of the photo on the page, the report whose photo looks like it, and where this desk reads that one."""
    numbers = {photo.id: number for number, photo in enumerate(dossier.reporters_photos, 1)}
    return [
        (numbers[one.photo_id], one.code, url_for("desk.report" if one.is_ours else "public.report", code=one.code))
        for one in dossier.alike
    ]


def _answer(question: Question, answer: str) -> str:
    labels = {choice.code: choice.label.in_(language.chosen()) for choice in question.choices}
    return str(labels.get(answer, answer))
