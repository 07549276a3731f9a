"""The first page: what is not for us, and the photos."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.adapters.storage import StorageFull, StorageUnreachable
from app.domain import drafts, places
from app.domain.city import store
from app.domain.media import direct
from app.domain.media import store as kept_photos
from app.domain.media.exif import LatLng
from app.domain.media.refusal import MAX_PHOTOS, PhotoRefused
from app.domain.media.store import Taken
from app.domain.reports import by_secret
from app.domain.reports.filing import MAX_WORDS
from app.extensions import unit_of_work
from app.forms.report import PhotosForm, PressForm
from app.models import Draft, Photo
from app.models.choices import PhotoState, PlaceSource
from app.routes.report import bp, kept, limits
from app.web import language, storm, uploads
from app.web.access import open_to_all


@bp.get("/report")
@open_to_all
def start() -> ResponseReturnValue:
    """Photo first or place first; what is not taken is said before anything is typed."""
    return _page(PhotosForm(formdata=None))


@bp.post("/report")
@open_to_all
def photos() -> ResponseReturnValue:
    """Keep the photos, each checked by itself, and go on to the place."""
    form = PhotosForm()
    if not form.validate_on_submit():
        return _page(form), 422
    files = [file for file in form.photos.data or () if isinstance(file, FileStorage) and file.filename]
    device = _device(form)
    wait = limits.wait_for_uploads() if files else 0
    if wait:
        return _too_many(form, device, wait)
    draft = kept.keep()
    arrived = _keep_photos(draft, files, device)
    taken = arrived.photos
    proposed = _proposed(taken, device, form.place_from.data == "photo")
    if not proposed and (device is not None or any(photo.lat is not None for photo in taken)):
        flash(_outside(), "warn")
    if taken or proposed:
        kept.keep(**({"photos": True} if taken else {}), **({"proposed": proposed} if proposed else {}))
    if arrived.refused:
        form.photos.errors = arrived.refused
        return kept.with_cookie((_page(form), arrived.status))
    return kept.go(url_for("report.start" if request.form.get("then") == "more" else "report.place"))


def take_shared() -> ResponseReturnValue:
    """Photos and words that another app shares become the first step of the draft."""
    files = [file for file in request.files.getlist("photos") if file.filename]
    wait = limits.wait_for_uploads() if files else 0
    form = PhotosForm(formdata=None)
    if wait:
        return _too_many(form, None, wait)
    words = "\n".join(filter(None, (request.form.get(name, "").strip() for name in ("title", "text", "url"))))
    draft = kept.keep(**({"words": words[:MAX_WORDS]} if words else {}))
    arrived = _keep_photos(draft, files, None)
    if arrived.photos:
        proposed = _proposed(arrived.photos, None, True)
        kept.keep(photos=True, **({"proposed": proposed} if proposed else {}))
    if arrived.refused:
        form.photos.errors = arrived.refused
        return kept.with_cookie((_page(form), arrived.status))
    return kept.go(url_for("report.start"))


@bp.post("/report/photos/passes")
@open_to_all
def photo_passes() -> ResponseReturnValue:
    """For the script, where the city keeps its photos in a bucket: leave to put some there. It counts as sending them.

    Without a bucket, or beyond the limit, there is none, and the photos travel with the form."""
    count = request.form.get("count", type=int) or 0
    if not direct.is_on() or count < 1 or limits.wait_for_uploads():
        return jsonify({"passes": []})
    passes = direct.allow(kept.keep(), count)
    answer = [{"url": one.ticket.url, "fields": one.ticket.fields, "proof": one.proof} for one in passes]
    return kept.with_cookie(jsonify({"passes": answer}))


@bp.post("/report/photos/<name>/remove")
@open_to_all
def remove_photo(name: str) -> ResponseReturnValue:
    draft = kept.open_draft()
    if draft is not None and PressForm().validate_on_submit():
        drafts.remove_photo(draft, name)
        if not kept_photos.of(draft):
            kept.keep(photos=False)
        flash(_("The photo was removed."), "done")
    return kept.go(url_for("report.start"))


@bp.get("/report/photos.json")
@open_to_all
def photo_states() -> ResponseReturnValue:
    """Which of the draft's photos can be looked at by now."""
    ready = [photo.name for photo in drafts.photos_of(kept.open_draft()) if photo.state is PhotoState.READY]
    return jsonify({"ready": ready})


@bp.post("/report/again/<code>/<secret>")
@open_to_all
def again(code: str, secret: str) -> ResponseReturnValue:
    """Another report at the same place, for whoever filed the one before."""
    report, _link = by_secret(code, secret)
    if PressForm().validate_on_submit():
        kept.keep(**drafts.report_again(report.code))
    return kept.go(url_for("report.start"))


@bp.post("/report/discard")
@open_to_all
def discard() -> ResponseReturnValue:
    """Forget what was typed, photos too."""
    draft = kept.open_draft()
    if draft is not None and PressForm().validate_on_submit():
        for photo in list(kept_photos.of(draft)):
            drafts.remove_photo(draft, photo.name)
        with unit_of_work():
            drafts.clear(request.cookies.get(kept.COOKIE, ""))
        flash(_("What you had typed is gone."), "done")
    return kept.go(url_for("report.start"))


def _too_many(form: PhotosForm, device: LatLng | None, wait: int) -> ResponseReturnValue:
    """These photos are not taken now; where the device stood is kept, and so is everything from before."""
    proposed = _proposed([], device, False)
    if proposed:
        kept.keep(proposed=proposed)
    form.photos.errors = [limits.many_photos(wait)]
    answer = kept.with_cookie((_page(form), 429))
    answer.headers["Retry-After"] = str(wait)
    return answer


def _page(form: PhotosForm) -> str:
    city = store.current()
    draft = kept.open_draft()
    return render_template(
        "report/start.html",
        form=form,
        press=PressForm(formdata=None),
        photos=drafts.photos_of(draft),
        most=MAX_PHOTOS,
        storm=storm.now_on(),
        goes_directly=direct.is_on(),
        has_draft=draft is not None and bool(draft.data),
        not_here=[category for category in city.categories.values() if category.stops],
    )


def _device(form: PhotosForm) -> LatLng | None:
    if form.lat.data is None or form.lng.data is None:
        return None
    return LatLng(form.lat.data, form.lng.data)


class _Arrived(NamedTuple):
    photos: list[Photo]
    refused: list[str]  # why the others were not kept
    status: int = 422


def _keep_photos(draft: Draft, files: list[FileStorage], device: LatLng | None) -> _Arrived:
    """Each photo by itself, sent to us or to the bucket: what is refused is said, the rest is kept."""
    arrived = _Arrived([], [])
    arrivals: list[Callable[[], Taken]] = [
        *(partial(kept_photos.take, file.stream, file.filename or "") for file in files),
        *(partial(direct.take_sent, draft, proof, filename) for proof, filename in _sent_directly()),
    ]
    for arrive in arrivals:
        try:
            arrived.photos.append(kept_photos.keep(arrive(), draft, place=device))
        except PhotoRefused as error:
            arrived.refused.append(str(error.message))
        except (StorageFull, StorageUnreachable) as error:
            why = uploads.NO_ROOM if isinstance(error, StorageFull) else uploads.NO_PHOTOS
            return _Arrived(arrived.photos, [*arrived.refused, str(why)], 503)
    return arrived


def _sent_directly() -> list[tuple[str, str]]:
    """What the script says it has put into the bucket: our own pass for it, and the file's name."""
    said = zip(request.form.getlist("sent"), request.form.getlist("sent_name"), strict=False)
    return list(said)[:MAX_PHOTOS]


def _outside() -> str:
    city = store.current().name.in_(language.chosen())
    return str(
        _("The place that came with the photo lies outside %(city)s. Please show where the problem is.", city=city)
    )


def _proposed(taken: list[Photo], device: LatLng | None, is_of_photo: bool) -> dict[str, object]:
    """The pin to be confirmed: from a photo before the device's own; nothing outside the city."""
    for photo in taken:
        if photo.lat is not None and photo.lng is not None:
            is_device = device is not None and (photo.lat, photo.lng) == tuple(device)
            source = PlaceSource.DEVICE if is_device and not is_of_photo else PlaceSource.PHOTO
            if places.spot(photo.lat, photo.lng).is_inside:
                return {"lat": photo.lat, "lng": photo.lng, "source": source.value}
    if device is not None and places.spot(*device).is_inside:
        return {"lat": device.lat, "lng": device.lng, "source": PlaceSource.DEVICE.value}
    return {}
