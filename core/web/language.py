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

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, request
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
    app.jinja_env.filters.update(asis=asis, said=translated)
    app.jinja_env.globals.update(language=language, LANGUAGES=LANGUAGES)


def language() -> str:
    """``zh`` or ``en``, as the reader chose; Chinese otherwise."""
    asked = request.cookies.get(COOKIE, "")
    return asked if asked in LANGUAGES else "zh"


class Catalogues(Domain):  # type: ignore[misc]
    """The English catalogues (``translations/en/LC_MESSAGES/messages.po``). One word may mean two things in two plugins: a page of
    a plugin asks ``by_plugin`` first. Read from the text files at the first English page: no compiled file to keep in step."""

    def __init__(self, folders: Iterable[Path]) -> None:
        super().__init__()
        self.folders = list(folders)  # the core last: its words stand on pages of no plugin

    @cached_property
    def by_plugin(self) -> dict[str, dict[str, str]]:
        """{plugin: {Chinese: English}}, by the folder's name."""
        return {folder.name: {str(t): str(e) for t, e in _read(folder)._catalog.items()} for folder in self.folders}

    @cached_property
    def english(self) -> Translations:
        out = Translations()
        out._catalog = {text: said for words in self.by_plugin.values() for text, said in words.items()}
        return out

    def get_translations(self) -> NullTranslations:
        return self.english if str(get_locale()) == "en" else NullTranslations()


def _read(folder: Path) -> Translations:
    file = folder / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    compiled = io.BytesIO()
    if file.exists():
        with file.open("rb") as text:
            write_mo(compiled, read_po(text, locale="en"))
    else:
        write_mo(compiled, Catalog(locale="en"))
    compiled.seek(0)
    return Translations(compiled)


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
    if language() == "zh" or not text:
        return text
    if isinstance(text, Say) and text.values:
        return _word(text.msgid).format(
            **{k: translated(v) if isinstance(v, str) else v for k, v in text.values.items()}
        )
    return _word(str(text))


def _word(text: str) -> str:
    """As the plugin of the page says it, else as the core or any other does."""
    asked = request.view_args or {}
    plugin = str(asked.get("slug") or asked.get("key") or "").partition(".")[0]
    own = current_app.extensions["babel"].instance.domain_instance.by_plugin.get(plugin, {})
    return str(own.get(text) or gettext(text))


def asis(value: Any) -> Markup:
    """What a form sends back: never translated."""
    return escape("" if value is None else value)
