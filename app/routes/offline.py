"""An app without a store: the manifest, the worker, and the pages that it keeps for when there is no network.

Those pages are the same for everybody, without cookie or token. What is typed on them stays on the phone until
`report/api.py` has taken it. `docs/adr/0015-offline.md` says why.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from app.config import ROOT
from app.domain import remembered
from app.domain.city import store
from app.domain.city.model import Category, Question
from app.domain.errors import Forbidden
from app.domain.folding import in_order
from app.domain.media.refusal import MAX_PHOTOS
from app.extensions import csrf
from app.forms.report import DANGER, ContactForm, WardForm, WhatForm, further_questions, questions_form
from app.routes.report.start import take_shared
from app.web import language
from app.web.access import open_to_all
from app.web.assets import asset
from app.web.caching import HOUR, cacheable

bp = Blueprint("offline", __name__)

ASK_FIRST = "public, no-cache"  # the same for everybody, and a browser asks for the worker anew each time
PAGES = ("/report/offline", "/report/unsent", "/offline")
FORMS = (
    "/report",
    "/report/place",
    "/report/place/words",
    "/report/what",
    "/report/send",
)  # what the kept form stands in for
FILES = (
    *("css/app.css", "css/outbox.css", "icons.svg", "icons/mark.svg"),
    *("js/enhance.js", "js/outbox-form.js", "js/outbox-page.js"),
    *(
        f"vendor/fonts/be-vietnam-pro-{part}-{weight}.woff2"
        for part in ("latin", "vietnamese")
        for weight in (400, 600)
    ),
)
MODULES = (  # named by other modules, without their content's digest
    *("app", "copy", "focus", "menu", "outbox", "outbox-send", "outbox-store", "push"),
    *("report-device", "report-exif", "report-shrink"),
)
SOURCES = ("templates/offline", "templates/layouts", "templates/components", "translations/vi", "static/js")


class Asked(NamedTuple):
    """A category and what it asks, as the kept form needs it."""

    category: Category
    form: FlaskForm
    asks_danger: bool

    @property
    def questions(self) -> tuple[Question, ...]:
        return further_questions(self.category)


@bp.get("/report/offline")
@open_to_all
def form() -> ResponseReturnValue:
    """Wards, categories and their questions stand in the page: whoever has it can fill it anywhere."""
    city, lang = store.current(), language.chosen()
    plain: dict[str, Any] = {"formdata": None, "meta": {"csrf": False}}
    categories = city.categories.values()
    page = render_template(
        "offline/form.html",
        cacheable=True,
        place=WardForm(city, lang, **plain),
        what=WhatForm(**plain),
        contact=ContactForm(**plain),
        wards=sorted(city.wards.values(), key=lambda ward: in_order(ward.name.in_(lang))),
        groups=[(group, [one for one in categories if one.group == group.code]) for group in city.groups.values()],
        questions=[
            Asked(one, questions_form(one, lang, {}, csrf=False), one.question(DANGER) is not None)
            for one in categories
        ],
        most=MAX_PHOTOS,
        lang=lang,
    )
    return cacheable(page)


@bp.get("/report/unsent")
@open_to_all
def unsent() -> ResponseReturnValue:
    """What waits on this phone, which knows it alone."""
    return cacheable(render_template("offline/unsent.html", cacheable=True))


@bp.get("/offline")
@open_to_all
def away() -> ResponseReturnValue:
    """What works without a network."""
    return cacheable(render_template("offline/away.html", cacheable=True))


@bp.get("/sw.js")
@open_to_all
def worker() -> ResponseReturnValue:
    """The worker with the list of what it keeps. Any change of that is another text, and so a new version."""
    shell, is_module = _shell(), request.args.get("as") == "module"
    source = (ROOT / "static" / "js" / "worker.js").read_text(encoding="utf-8")
    head = f'import * as outbox from "{asset("js/outbox.js")}";\nself.outbox = outbox;\n' if is_module else ""
    text = f"{head}self.SHELL = {json.dumps(shell)};\n{source}"
    return cacheable(Response(text, mimetype="text/javascript"), ASK_FIRST)


@bp.get("/manifest.webmanifest")
@open_to_all
def manifest() -> ResponseReturnValue:
    """How it is called and looks on a phone's first screen, and what other apps may share with it."""
    lang, city = language.chosen(), store.current()
    said = {
        "id": f"{language.root()}/",
        "name": f"Hồi Âm · {city.name.in_(lang)}",
        "short_name": "Hồi Âm",
        "description": _("Tell your city what needs attention and see the answer, in public and in time."),
        "lang": lang,
        "dir": "ltr",
        "start_url": url_for("public.front"),
        "scope": f"{language.root()}/",
        "display": "standalone",
        "background_color": "#fbf8f1",
        "theme_color": "#0b6e4f",
        "categories": ["government", "utilities"],
        "icons": _icons(),
        "shortcuts": _shortcuts(),
        "share_target": {
            "action": url_for("offline.shared"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "photos", "accept": ["image/*"]}],
            },
        },
    }
    return cacheable(Response(json.dumps(said, ensure_ascii=False), mimetype="application/manifest+json"), HOUR)


@bp.post("/report/shared")
@open_to_all
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
def shared() -> ResponseReturnValue:
    """Photos that another app shares, where no worker has taken them: they are the first step of the form.

    A phone's own menu sends no token. The browser says who asks; a page of somebody else's is refused.
    """
    if request.headers.get("Sec-Fetch-Site") not in ("none", "same-origin"):
        raise Forbidden(_l("Only the pages of this site may send reports here."))
    return take_shared()


def _icons() -> list[dict[str, str]]:
    drawn = [("192", "any"), ("512", "any"), ("192", "maskable"), ("512", "maskable")]
    return [
        {
            "src": asset(f"icons/app-{purpose}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size, purpose in drawn
    ]


def _shortcuts() -> list[dict[str, Any]]:
    shown = [{"src": asset("icons/app-any-192.png"), "sizes": "192x192", "type": "image/png"}]
    ways = [(_("Send report"), "report.start"), (_("Near me"), "public.near"), (_("My reports"), "own.mine")]
    return [{"name": name, "url": url_for(endpoint), "icons": shown} for name, endpoint in ways]


def _shell() -> dict[str, Any]:
    city, root = store.current(), language.root()
    files = [
        *(f"{root}{prefix}{page}" for prefix in ("", language.ENGLISH) for page in PAGES),
        *(asset(name) for name in FILES),
        *(f"{root}/static/js/{name}.js" for name in MODULES),
        f"{root}/static/vendor/idb/idb.js",
    ]
    made_of = "\n".join([*files, city.code, str(city.version), str(remembered.is_demo()), _sources()])
    names = dict(zip(("form", "unsent", "away"), PAGES, strict=True))
    version = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    return {"version": version, "root": root, "files": files, "forms": FORMS, "names": names}


@lru_cache(maxsize=1)
def _sources() -> str:
    """What the kept pages are made of, read once: whoever changes a file starts the program anew."""
    paths = (path for room in SOURCES for path in sorted((ROOT / room).rglob("*")) if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
