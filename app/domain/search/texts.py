"""The folded text beside each report: what the public may read of it, what staff may, and on which desk it lies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.domain.city import store
from app.domain.folding import fold
from app.extensions import db
from app.models import Report, ReportText, Words, now
from app.models.choices import REPORTERS_WORDS, Precision, Publication, WordsKind


def refresh(report: Report) -> None:
    """Write the folded text anew: what the public may read, and what staff may."""
    spoken = db.session.execute(
        select(Words.kind, Words.original, Words.public_text, Words.public_at).where(
            Words.report_id == report.id, Words.erased_at.is_(None), Words.kind != WordsKind.FORMER
        )
    ).all()
    at = now()
    write(
        report,
        private=[one.original for one in spoken],
        public=[
            one.public_text
            for one in spoken
            if one.public_text and (not one.public_at or one.public_at <= at) and _is_shown(report, one.kind)
        ],
        is_new=False,
    )


def _is_shown(report: Report, kind: WordsKind) -> bool:
    """Does the public page show words of this kind? What it does not show, a public search does not find."""
    if kind is WordsKind.WAYFINDING and not _is_exact(report):
        return False
    return report.publication is Publication.FULL or kind not in REPORTERS_WORDS


def _is_exact(report: Report) -> bool:
    category = store.current().category_of(report.category_id)
    return category.precision is Precision.EXACT and report.public_lat is not None


def write(report: Report, *, private: list[str], public: list[str], is_new: bool) -> None:
    """Store the text of a report from words the caller already has at hand."""
    city = store.current()
    category, ward = city.category_of(report.category_id), city.ward_of(report.ward_id)
    names = [category.name.vi, category.name.en, ward.name.vi, ward.name.en]
    address = [report.nearest_address] if _is_exact(report) else []
    values: dict[str, Any] = {
        "public": fold(" ".join([*names, *address, *public])),
        "staff": fold(" ".join([report.code, *names, report.nearest_address, *private])),
        "unit_id": report.unit_id,
        "is_open": report.is_open,
    }
    row = None if is_new else db.session.get(ReportText, report.id)
    if row is None:
        db.session.add(ReportText(report_id=report.id, **values))
        return
    for name, value in values.items():
        setattr(row, name, value)
