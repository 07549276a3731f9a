"""Two languages, one set of routes: Vietnamese unprefixed, English under /en/."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Domain
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.extensions import babel

ENGLISH = "/en"
KEY = "hoiam.language"


class LanguagePrefix:
    """WSGI: `/en/x` is `x` in English. The prefix moves to SCRIPT_NAME, so `url_for` keeps it by itself."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        english = path == ENGLISH or path.startswith(f"{ENGLISH}/")
        environ[KEY] = "en" if english else "vi"
        if english:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + ENGLISH
            environ["PATH_INFO"] = path[len(ENGLISH) :] or "/"
        return self.app(environ, start_response)


def chosen() -> str:
    """The language of this page: `vi` or `en`."""
    return str(request.environ.get(KEY, "vi")) if has_request_context() else "vi"


class Texts(Domain):
    """The texts of both languages, each read once.

    A page asks for hundreds of texts: no one asks Babel anew which language it is in.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        lang = chosen()
        if lang not in self._known:
            self._known[lang] = Translations.load(self.translation_directories[0], [lang])
        return self._known[lang]


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=chosen)
    texts = babel.domain_instance = Texts()
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's extension for translations
        gettext=lambda text: texts.get_translations().ugettext(text),
        ngettext=lambda one, many, n: texts.get_translations().ungettext(one, many, n),
        pgettext=lambda meaning, text: texts.get_translations().upgettext(meaning, text),
        npgettext=lambda meaning, one, many, n: texts.get_translations().unpgettext(meaning, one, many, n),
        newstyle=True,
    )

    @pass_eval_context
    def said(how: EvalContext, text: str, /, **values: object) -> str:
        """`_("…")` as Jinja's extension says it, without its detour through two more calls: a page says a hundred."""
        words = texts.get_translations().ugettext(text)
        if how.autoescape:
            words = Markup(words)  # nosec B704 - our own words; what is put into them is escaped
        return words % values

    app.jinja_env.globals["_"] = said


def root() -> str:
    """What stands before the language prefix; empty unless the city serves from a folder of a larger site."""
    script = str(request.environ.get("SCRIPT_NAME", ""))
    return script.removesuffix(ENGLISH) if chosen() == "en" else script


def other_url() -> str:
    """This very page in the other language."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    prefix = "" if chosen() == "en" else ENGLISH
    return f"{root()}{prefix}{request.path}{query}"
