"""Publication: what reporters wrote and photographed is read by a person before everybody can see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain import exposure, masking, personal, publication
from app.domain import queue as work
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.media import look, mask, serve
from app.domain.media import store as kept
from app.domain.permissions import Permission, may
from app.domain.publication import Checked
from app.domain.reports.find import get, get_for_change
from app.extensions import unit_of_work
from app.forms.desk import seen_version
from app.forms.publish import PublishForm, boxes, is_of_adults, shown, texts
from app.forms.refusals import refuse
from app.models import Event, Photo, Report, Words
from app.models.choices import PhotoState, Role
from app.routes.desk import asking, sent
from app.routes.desk.history import whole as _whole
from app.routes.desk.queue import row
from app.routes.photos import send_photo
from app.web import filters, language
from app.web.access import open_to
from app.web.actors import actor

bp = Blueprint("publish", __name__)
MOST_FLAGS = 3  # shown of what readers say of one page
CHECKERS = (Role.CLERK, Role.LEAD, Role.DISPATCHER)


@bp.get("/desk/publish")
@open_to(*CHECKERS)
def queue() -> ResponseReturnValue:
    """What waits for a check, the one due first on top."""
    after = asking.key(request.args.get("after", ""))
    page = work.to_publish(actor(), after=after)
    words = work.openings(page.reports)
    people = work.colleagues((), also=[report.assignee_id for report in page.reports])
    following = f"{page.next[0]}.{page.next[1]}" if page.next else ""
    return render_template(
        "publish/queue.html",
        rows=[_row(report, people.names, words.get(report.id, "")) for report in page.reports],
        by_unit=len(work.unit_ids(actor())) != 1,
        first_page=url_for("publish.queue") if after else None,
        next_page=url_for("publish.queue", after=following) if following else None,
        sent=sent.bar(),
    )


def _row(report: Report, names: dict[int, str], words: str) -> dict[str, Any]:
    assert report.content_due_at is not None
    return row(report, names, words) | {
        "url": url_for("publish.report", code=report.code),
        "due": filters.due(report.content_due_at),
        "due_note": "",
        "overdue": filters.overdue_days(report.content_due_at),
        "photos": report.photo_count,
    }


@bp.get("/desk/publish/<code>")
@open_to(*CHECKERS)
def report(code: str) -> ResponseReturnValue:
    """The reporter's words with what betrays people masked, and the photos."""
    return screen(code, PublishForm())


@bp.get("/desk/photos/<name>.webp")
@open_to(*CHECKERS)
def whole_photo(name: str) -> ResponseReturnValue:
    """A photo as it was before anything on it was covered, for those who decide what of it everybody sees."""
    return send_photo(serve.whole_photo(name, by=actor()), name)


@bp.post("/desk/publish/<code>")
@open_to(*CHECKERS)
def decide(code: str) -> ResponseReturnValue:
    """Publish what was checked, or withhold it with a reason."""
    form = PublishForm()
    if not form.validate():
        return screen(code, form, status=422)
    take = {"withhold": _withhold, "clear": _clear}.get(request.form.get("decision", ""), _publish)
    try:
        event = take(code, form)
    except Invalid as refusal:
        refuse(form, refusal)
        return screen(code, form, status=refusal.status)
    except Stale as refusal:
        form.version.data = ""
        return screen(code, form, notice=refusal.message, status=refusal.status)
    if event.batch is not None:  # else it cannot be taken back
        sent.remember(event, code, "publish")
    return redirect(url_for("publish.queue"))


def _clear(code: str, form: PublishForm) -> Event:
    with unit_of_work():
        return exposure.clear(code, by=actor(), version=seen_version(form))


def _withhold(code: str, form: PublishForm) -> Event:
    with unit_of_work():
        fresh = get_for_change(code, by=actor(), version=seen_version(form))
        return publication.withhold(fresh, form.reason.data or "", by=actor())


def _publish(code: str, form: PublishForm) -> Event:
    """Boxes are drawn before the transaction, since that takes a moment; they count only with it."""
    seen = _own(code)
    photos = _ready(seen)
    chosen = shown(request.form, photos)
    wanted = {photo: mask.boxes_from(boxes(request.form, photo)) for photo in photos if photo.id in chosen}
    faces = sum(
        mask.uncovered(photo, drawn, of_adults=is_of_adults(request.form, photo)) for photo, drawn in wanted.items()
    )
    masks = [
        mask.prepare_mask(photo, drawn)
        for photo, drawn in wanted.items()
        if [list(box) for box in drawn] != list(photo.boxes)
    ]
    with unit_of_work():
        fresh = get_for_change(code, by=actor(), version=seen_version(form))
        for one in masks:
            mask.apply_mask(one)
        checked = Checked(texts(request.form, publication.reporters_words(fresh)), chosen, faces)
        event = publication.publish(fresh, checked, by=actor())
    for one in masks:
        mask.forget_unmasked(one)
    return event


def _own(code: str) -> Report:
    found = get(code, seen_by=actor(), permission=Permission.HANDLE)
    if not may(actor(), Permission.PUBLISH, found):
        raise Forbidden(_("Publishing this report is not yours to decide."))
    return found


def _ready(found: Report) -> list[Photo]:
    """The reporter's photos that can be shown already."""
    return [photo for photo in kept.of(found) if photo.event_id is None and photo.state is PhotoState.READY]


def screen(code: str, form: PublishForm, *, notice: object = None, status: int = 200) -> ResponseReturnValue:
    """The page of one check; after a refusal with everything that was typed."""
    found = _own(code)
    city, lang = store.current(), language.chosen()
    photos = [photo for photo in kept.of(found) if photo.event_id is None]
    form.version.data = str(found.version)
    flags = exposure.waiting(found) if found.content_due_at else []
    page = render_template(
        "publish/report.html",
        report=found,
        form=form,
        category=city.category_of(found.category_id).name.in_(lang),
        ward=city.ward_of(found.ward_id).name.in_(lang),
        words=[_word(one) for one in publication.reporters_words(found)],
        photos=[_photo(photo) for photo in photos if photo.state is PhotoState.READY],
        raw=sum(photo.state is PhotoState.RAW for photo in photos),
        due=filters.due(found.content_due_at) if found.content_due_at else None,
        reasons=_reasons(),
        flagged=[{"what": EXPOSED[one.data["shows"]], "note": exposure.note_of(one)} for one in flags[-MOST_FLAGS:]],
        notice_text=notice,
        sent=sent.bar(),
    )
    return page, status


EXPOSED = {
    exposure.Shows.CONTENT: _l("A reader says that the words or photos of the sender show personal data."),
    exposure.Shows.ANSWER: _l("A reader says that the answer of the unit shows personal data."),
    exposure.Shows.PLACE: _l("A reader says that the place betrays somebody."),
}


def _reasons() -> Sequence[str]:
    """Reasons that fit often, to choose from; the reason stands on the public page."""
    return (
        _("The words or photos show people who did not agree to it."),
        _("The words accuse somebody whose guilt is not proven."),
        _("The words insult somebody."),
        _("The photo does not belong to this problem."),
    )


def _word(words: Words) -> dict[str, Any]:
    said = request.form
    is_again = f"text-{words.id}" in said
    proposed = words.public_text if words.public_text is not None else masking.masked(words.original)
    return {
        "id": words.id,
        "kind": words.kind,
        "language": words.language,
        "pieces": list(_pieces(words)),
        "found": len(personal.found(words.original)),
        "original": words.original,
        "text": said[f"text-{words.id}"] if is_again else proposed,
        "is_shown": bool(said.get(f"show-{words.id}")) if is_again else True,
    }


def _pieces(words: Words) -> Iterator[dict[str, Any]]:
    """The words, cut where something betrays a person; what the sender wants shown is covered too, and says so."""
    wanted = {tuple(place) for place in words.uncovered or ()}
    at = 0
    for part, kind in masking.pieces(words.original):
        place = (at, at + len(part))
        yield {"text": part, "kind": kind, "is_wanted": place in wanted}
        at += len(part)


def _photo(photo: Photo) -> dict[str, Any]:
    said = request.form
    is_again = "decision" in said
    if is_again:
        drawn = list(zip(*(said.getlist(f"{side}-{photo.id}") for side in "xywh"), strict=False))
    else:
        drawn = [tuple(f"{100 * number:g}" for number in box) for box in photo.boxes]
    drawn = [one for one in drawn if any(one)]
    return {
        "id": photo.id,
        "url": _whole(photo) or url_for("photos.photo", name=photo.name, size="view"),
        "is_looked_at": photo.found is not None,
        "faces": sum(sort == look.Sort.FACE for sort, *_box in photo.found or ()),
        "writing": sum(sort == look.Sort.WRITING for sort, *_box in photo.found or ()),
        "is_of_adults": is_of_adults(said, photo),
        "width": photo.width,
        "height": photo.height,
        "rows": [*drawn, *([("", "", "", "")] * 3)],
        "is_masked": bool(photo.boxes),
        "is_shown": bool(said.get(f"photo-{photo.id}")) if is_again else True,
    }
