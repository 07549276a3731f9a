"""What files for our own scripts: the same domain call as the form, answers by field.

A report that was written without a line comes in three steps, each of which may be sent again and again: its draft is
claimed, its photos come one by one, and it is filed. `docs/adr/0015-offline.md` says how that keeps it one report.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from flask import Response, jsonify, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.domain import drafts
from app.domain.errors import Forbidden, Invalid
from app.domain.media.refusal import MAX_BYTES, Fault, PhotoRefused
from app.domain.reports import filing
from app.extensions import csrf, limiter, unit_of_work
from app.forms.report import ContactForm
from app.models import Draft
from app.models.choices import PlaceSource
from app.routes.report import bp, kept, limits
from app.routes.report.limits import (
    BY_ADDRESS,
    BY_CONTACT,
    CALLS,
    contact_of_json,
    counts,
    has_no_contact_in_json,
    json_body,
)
from app.web import language, links
from app.web.access import open_to_all
from app.web.actors import actor
from app.web.security import is_ours

WORD_FIELDS = ("category", "ward", "words", "wayfinding", "nearest_address")


@bp.post("/api/report")
@open_to_all
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@limiter.limit(CALLS)
@limiter.limit(BY_ADDRESS, deduct_when=counts)
@limiter.limit(BY_CONTACT, key_func=contact_of_json, exempt_when=has_no_contact_in_json, deduct_when=counts)
def file_json() -> ResponseReturnValue:
    """File from JSON. 201 with code and link, 200 for a client id that was filed before, 422 with messages by field.

    A page of ours must have sent it: the Origin header is required and must be our own. The draft of the browser's
    cookie, or the one whose token is sent along as `draft`, gives its photos when it has the same client id. 409 names
    the photos that have not come yet.
    """
    _only_ours()
    body = json_body()
    if not isinstance(body, dict) or not _can_be_kept(body):
        return _by_field({"": str(_l("Send one JSON object."))})
    try:
        asked, token, wanted = _filing(body), _token(body), _photos(body)
        who = actor()
        with unit_of_work():
            draft = drafts.find_draft(token, lock=True) if asked.draft_id is not None else None
            if wanted and (missing := wanted if draft is None else _missing(draft, wanted)):
                return jsonify({"missing": missing}), 409
            filed = filing.submit(asked, by=who)
            code, secret, is_new = filed.report.code, filed.secret, filed.is_new
    except Invalid as error:
        return _by_field({error.field or "": str(error.message)})
    response = jsonify(_named(code, secret))
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = url_for("own.page", code=code, secret=secret)
    return links.remember(response, code, secret)


@bp.post("/api/report/draft")
@open_to_all
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@limiter.limit(CALLS)
def claim_json() -> ResponseReturnValue:
    """The draft of the token in X-Draft, begun or renewed: which photos have arrived, and the report it has become."""
    _only_ours()
    try:
        with unit_of_work():
            draft = drafts.claim(request.headers.get(limits.DRAFT, ""))
    except Invalid as error:
        return _by_field({error.field or "": str(error.message)})
    filed = drafts.filed_from(draft)
    if filed is not None:
        report, secret = filed
        return links.remember(jsonify({"arrived": [], "filed": _named(report.code, secret)}), report.code, secret)
    return jsonify({"arrived": list(drafts.Said.of(draft).arrived), "filed": None})


@bp.put("/api/report/photos/<key>")
@open_to_all
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
def photo_json(key: str) -> ResponseReturnValue:
    """One photo as the body, for the draft of the token in X-Draft. Sent again under the same key it is the same."""
    _only_ours()
    wait = limits.wait_for_uploads()
    if wait:
        answer = _by_field({"photos": limits.many_photos(wait)}, 429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    name = unquote(request.headers.get("X-Name", ""))[:200]
    try:
        if (request.content_length or 0) > MAX_BYTES:  # told before it is read
            raise PhotoRefused(Fault.TOO_HEAVY, name)
        drafts.keep_photo(request.headers.get(limits.DRAFT, ""), key[:64], BytesIO(request.get_data(cache=False)), name)
    except PhotoRefused as error:
        return _by_field({"photos": str(error.message)})
    return Response(status=204)


def _only_ours() -> None:
    if not is_ours(request.headers.get("Origin", "")):
        raise Forbidden(_l("Only the pages of this site may send reports here."))


def _named(code: str, secret: str) -> dict[str, str]:
    """What a phone keeps of a report that was filed."""
    return {
        "code": code,
        "link": url_for("own.page", code=code, secret=secret),
        "done": url_for("report.done", code=code, secret=secret),
    }


def _token(body: dict[str, Any]) -> str:
    return _text(body, "draft") or request.cookies.get(kept.COOKIE, "")


def _photos(body: dict[str, Any]) -> list[str]:
    """The keys of the photos that belong to it, where they came one by one."""
    keys = body.get("photos") or []
    if not isinstance(keys, list):
        raise Invalid(_l("Send one JSON object."), field="photos")
    return [str(key)[:64] for key in keys]


def _missing(draft: Draft, wanted: list[str]) -> list[str]:
    return [] if draft.report_id is not None else drafts.settle_photos(draft, wanted)


def _filing(body: dict[str, Any]) -> filing.Filing:
    """The shape of the body; Invalid with the field that is wrong."""
    text = {name: _text(body, name) for name in WORD_FIELDS}
    person_id = actor().person_id
    client_id, token = _text(body, "client_id"), _text(body, "draft")
    draft = drafts.find_draft(token) if token else kept.draft()
    asked = filing.Filing(
        client_id=client_id,
        lat=_degrees(body, "lat", 90),
        lng=_degrees(body, "lng", 180),
        accuracy_m=_whole(body, "accuracy_m"),
        place_source=_source(body),
        answers=_answers(body),
        is_dangerous=body.get("is_dangerous") is True,
        hide_content=body.get("hide_content") is True,
        hide_name=body.get("hide_name") is True,
        shown=_shown(body),
        contact=filing.Contact() if person_id is not None else _contact(body),
        person_id=person_id,
        language=language.chosen(),
        observed_at=_moment(body),
        consents=_consents(body),
        notice=filing.NOTICE,
        draft_id=draft.id if draft is not None and draft.client_id == client_id else None,
        category=text["category"],
        ward=text["ward"],
        words=text["words"],
        wayfinding=text["wayfinding"],
        nearest_address=text["nearest_address"],
    )
    return replace(asked, lng=None) if asked.lat is None else asked


def _can_be_kept(body: dict[str, Any]) -> bool:
    """No database keeps a NUL, and half of a surrogate pair is no letter; neither comes from our pages."""
    try:
        return b"\\u0000" not in json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise Invalid(_l("This must be text."), field=name)
    return value


def _degrees(body: dict[str, Any], name: str, most: int) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        raise Invalid(_l("Give the place in degrees, like 21.0285 and 105.8542."), field=name)
    return float(value)


def _whole(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return None
    return round(min(value, 100_000))


def _source(body: dict[str, Any]) -> PlaceSource:
    said = str(body.get("place_source") or "")
    return PlaceSource(said) if said in set(PlaceSource) else PlaceSource.MAP


def _answers(body: dict[str, Any]) -> dict[str, str]:
    answers = body.get("answers") or {}
    if not isinstance(answers, dict):
        raise Invalid(_l("Give the answers as question and answer."), field="answers")
    return {str(code): str(answer)[:200] for code, answer in answers.items()}


def _contact(body: dict[str, Any]) -> filing.Contact:
    said = body.get("contact") or {}
    if not isinstance(said, dict):
        raise Invalid(_l("Give the contact as name, email and phone."), field="contact")
    form = ContactForm(
        MultiDict({name: str(said.get(name) or "") for name in ("name", "email", "phone")}), meta={"csrf": False}
    )
    if not form.validate():
        field, messages = next(iter(form.errors.items()))
        raise Invalid(messages[0], field=str(field))
    return filing.Contact(form.name.data or "", form.email.data or "", form.phone.data or "")


def _consents(body: dict[str, Any]) -> tuple[str, ...]:
    said = body.get("consents")
    return tuple(one for one in ("alerts", "contractor") if isinstance(said, list) and one in said)


def _shown(body: dict[str, Any]) -> tuple[str, ...]:
    """Pieces of the words that would be covered for everybody and that the reporter wants shown."""
    said = body.get("shown")
    return tuple(one for one in said if isinstance(one, str)) if isinstance(said, list) else ()


def _moment(body: dict[str, Any]) -> datetime | None:
    value = body.get("observed_at")
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise Invalid(_l("The time of the observation cannot be right."), field="observed_at") from None
    if moment.tzinfo is None:
        raise Invalid(_l("The time of the observation needs its time zone."), field="observed_at")
    return moment


def _by_field(errors: dict[str, str], status: int = 422) -> Response:
    return make_response(jsonify({"errors": errors}), status)
