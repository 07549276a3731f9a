"""Posters with a QR code: made by staff, scanned by whoever stands before one and sees something wrong."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import posters
from app.domain.city import store
from app.domain.errors import Invalid
from app.domain.paper import as_svg, poster
from app.domain.posters import Poster
from app.forms.posters import PosterForm
from app.forms.refusals import refuse
from app.forms.report import PressForm
from app.models.choices import Role
from app.routes.report import kept
from app.web import language
from app.web.access import open_to, open_to_all
from app.web.addresses import outside

bp = Blueprint("posters", __name__)
MAKERS = (Role.LEAD, Role.DISPATCHER, Role.ADMIN)


@bp.get("/p/<token>")
@open_to_all
def here(token: str) -> ResponseReturnValue:
    """What a scan opens: the place by its name, and one button."""
    found = posters.read(token, language=language.chosen())
    return render_template("posters/here.html", poster=found, press=PressForm(formdata=None))


@bp.post("/p/<token>")
@open_to_all
def begin(token: str) -> ResponseReturnValue:
    """A report begins with the place and, where the poster names it, the thing."""
    found = posters.read(token, language=language.chosen())
    if not PressForm().validate_on_submit():
        return render_template("posters/here.html", poster=found, press=PressForm(formdata=None)), 422
    kept.keep(**posters.begins(found))
    return kept.go(url_for("report.start"))


@bp.get("/desk/posters")
@open_to(*MAKERS)
def make() -> ResponseReturnValue:
    """Say where it hangs; the poster stands beside the form, to be printed."""
    form = PosterForm(store.current(), language.chosen(), request.args)
    found = _asked(form) if {"site", "name"} & set(request.args) and form.validate() else None
    page = render_template("posters/make.html", form=form, poster=found, url=_url(found) if found else "")
    return page, 422 if form.errors or form.form_errors else 200


@bp.get("/desk/posters/<token>.<any(svg, a4, a6):kind>")
@open_to(*MAKERS)
def sheet(token: str, kind: str) -> ResponseReturnValue:
    """The sheet as a file, in the language of the page it was made on."""
    found = posters.read(token, language=language.chosen())
    pieces = poster.laid_out(_words(found), _url(found))
    title = _("Poster: %(place)s", place=found.name)
    if kind == "svg":
        return Response(as_svg.svg(pieces, title), mimetype="image/svg+xml")
    from app.domain.paper import as_pdf  # its library weighs 36 MB, which only whoever makes a poster shall carry

    made = as_pdf.pdf(pieces, kind.upper(), title, language.chosen())
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="poster-{kind}.pdf"'
    return answer


def _asked(form: PosterForm) -> Poster | None:
    """The poster; None, with the reason beside the field, for what cannot be one."""
    city, category = store.current(), form.category.data or ""
    site = city.sites.get(form.site.data or "")
    try:
        if category and category not in city.categories:
            raise Invalid(_("The city has no such category."), field="category")
        if site is not None:
            return posters.of_site(site, category, language=language.chosen())
        return posters.of_place(form.name.data or "", form.place.data or "", category)
    except Invalid as refused:
        refuse(form, refused)
        return None


def _url(found: Poster) -> str:
    return outside("posters.here", token=found.token)


def _words(found: Poster) -> poster.Words:
    city, said = store.current(), language.chosen()
    return poster.Words(
        city=city.name.in_(said),
        heading=_("Something to mend here?"),
        name=found.name,
        about=found.category.name.in_(said) if found.category else "",
        steps=(
            _("Scan the code with your phone’s camera."),
            _("Take a photo and send it. The place is filled in."),
            _("See the city’s answer, in public and in time."),
        ),
        other=_("The form speaks Vietnamese too."),
        danger=_("In danger? Call %(numbers)s", numbers=" · ".join(one.number for one in city.emergency)),
        foot=_("We never ask for identity papers, passwords, one-time codes or money."),
    )
