"""The reader's language: Chinese as declared, English by a switch, from the catalogues of the core and of every plugin.

What a plugin declares is shown by templates as it is; ``said`` puts it into the reader's language where it is printed, so no
declaration and no template has to think of it. Values that a form sends back are printed with ``|asis``.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale, gettext
from jinja2 import pass_context
from markupsafe import Markup, escape

from core.base.say import Say
from core.services.platform import Platform

COOKIE = "actions_language"
LANGUAGES = {"zh": ("zh_Hans_CN", "中文"), "en": ("en", "English")}
CORE = Path(__file__).resolve().parents[1]


def install(app: Flask, platform: Platform) -> None:
    folders = [Path(plugin.folder) for plugin in platform.catalog.plugins.values()]
    Language(app, Catalogues([*folders, CORE]))
    app.jinja_env.finalize = said
    app.jinja_env.filters["asis"] = asis
    app.jinja_env.globals.update(language=language, LANGUAGES=LANGUAGES)


def language() -> str:
    """``zh`` or ``en``, as the reader chose; Chinese otherwise."""
    asked = request.cookies.get(COOKIE, "")
    return asked if asked in LANGUAGES else "zh"


class Catalogues(Domain):  # type: ignore[misc]
    """The English catalogues (``translations/en/LC_MESSAGES/messages.po``) in one; where two say the same, the last folder's
    word stands. Read from the text files at the first English page: no compiled file has to be kept in step."""

    def __init__(self, folders: Iterable[Path]) -> None:
        super().__init__()
        self.files = [folder / "translations" / "en" / "LC_MESSAGES" / "messages.po" for folder in folders]

    @cached_property
    def english(self) -> Translations:
        out = Translations()
        out._catalog = {}
        for file in self.files:
            if file.exists():
                compiled = io.BytesIO()
                with file.open("rb") as text:
                    write_mo(compiled, read_po(text, locale="en"))
                compiled.seek(0)
                out.merge(Translations(compiled))
        return out

    def get_translations(self) -> NullTranslations:
        return self.english if str(get_locale()) == "en" else NullTranslations()


class Language(Babel):  # type: ignore[misc]
    def __init__(self, app: Flask, catalogues: Catalogues) -> None:
        self.catalogues = catalogues
        super().__init__(app, locale_selector=lambda: LANGUAGES[language()][0])

    @property
    def domain_instance(self) -> Domain:
        return self.catalogues


@pass_context
def said(_context: Any, value: Any) -> Any:
    """What a template prints, in the reader's language. Markup and what is no declared word stay."""
    if not isinstance(value, str) or isinstance(value, Markup) or not value or language() == "zh":
        return value
    return translated(value)


def translated(text: str) -> str:
    """A declared word or a message with its values, in the reader's language."""
    if isinstance(text, Say) and text.values:
        return str(gettext(text.msgid)).format(
            **{k: translated(v) if isinstance(v, str) else v for k, v in text.values.items()}
        )
    return str(gettext(str(text))) if text else ""


def asis(value: Any) -> Markup:
    """What a form sends back: never translated."""
    return escape("" if value is None else value)
