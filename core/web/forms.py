"""Forms from declarations: one WTForms class per record, built once, of one generic field that leaves everything a value
needs to the field's kind. WTForms renders, holds what was typed and carries the CSRF token; the door validates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Field as WTField

from core.base.declared import Declared
from core.base.errors import Problem
from core.base.fields import Field
from core.base.kinds import ReferenceKind
from core.base.kinds_of_link import LinkKind, OriginKind, UnitsKind
from core.base.record import Record
from core.services.work import Work
from core.services.writing import offered

PREFIX = "f_"  # keeps a declared name from meeting one of WTForms' own


class DeclaredField(WTField):  # type: ignore[misc]
    """Holds what was typed for one declared ``Field``; ``text`` shows it again, whatever it was."""

    def __init__(self, declared: Field, **more: Any) -> None:
        super().__init__(label=declared.label, description=declared.help, **more)
        self.declared = declared
        self.raw: Any = None
        self.units: Sequence[tuple[int, str]] = ()
        self.kinds: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()  # of an origin: kinds of record by action
        self.own = False  # the unit the record is for, of which a person is offered their own

    @property
    def macro(self) -> str:
        """The macro of widgets.html that draws it."""
        return self.declared.kind.widget.replace("-", "_")

    @property
    def text(self) -> str:
        return self.raw if isinstance(self.raw, str) else self.declared.kind.text(self.data)

    @property
    def origin(self) -> tuple[str, str]:
        """What an origin's two boxes hold: the kind of record and its number."""
        key, _, number = self.text.partition("/")
        return key, number

    @property
    def chosen(self) -> list[str]:
        """The options ticked, or the tokens kept."""
        found = self.raw if self.raw is not None else self.data
        return list(found) if isinstance(found, list | tuple) else ([found] if found else [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        if self.declared.kind.widget == "origin" and len(valuelist) > 1:  # kind and number, stored as one
            written = re.fullmatch(
                r"[^\d/]{0,2}(\d{1,9})\D?", number := valuelist[1].strip()
            )  # 12, #12, No. 12 in words
            number = written[1] if written else number
            valuelist = [f"{valuelist[0]}/{number}" if valuelist[0] or number else ""]
        several = self.declared.kind.widget in ("checkboxes", "photos", "units")
        self.raw = [v for v in valuelist if v] if several else (valuelist[0] if valuelist else None)


@cache
def form_class(model: type[Declared], names: tuple[str, ...]) -> type[FlaskForm]:
    """The form of ``names`` of ``model``; built once."""
    fields = {PREFIX + name: DeclaredField(model.field(name)) for name in names}  # unbound until a form is opened
    return type(f"{model.__name__}Form", (FlaskForm,), fields)


def open_form(
    work: Work,
    model: type[Declared],
    names: Sequence[str],
    values: Mapping[str, Any] | None = None,
    *,
    prefix: str = "",
    like: FlaskForm | None = None,
) -> FlaskForm:
    """A form filled from the request if one was posted, else from ``values``. ``prefix`` tells it from its sisters on one
    page, which offer the same units: ``like`` is the first of them."""
    data = {PREFIX + k: v for k, v in (values or {}).items()}
    form = form_class(model, tuple(names))(prefix=prefix, data=data)  # type: ignore[arg-type]
    offer(work, form, model, values, like=like)
    return form


def posted(model: type[Declared], names: Sequence[str]) -> FlaskForm:
    """The form as it was posted; what it offers (``offer``) is looked up only if it must be shown again."""
    return form_class(model, tuple(names))()  # type: ignore[arg-type]


def offer(
    work: Work,
    form: FlaskForm,
    model: type[Declared],
    values: Mapping[str, Any] | None = None,
    *,
    like: FlaskForm | None = None,
) -> None:
    """Give each field of ``form`` what it is picked from."""
    own = model.unit.column if issubclass(model, Record) else ""
    known = {f.short_name: f for f in fields_of(like)} if like is not None else {}
    for field in fields_of(form):
        kind = field.declared.kind
        if field.short_name in known:
            sister = known[field.short_name]
            field.units, field.kinds, field.own = sister.units, sister.kinds, sister.own
        elif isinstance(kind, OriginKind):
            field.kinds = offered.origins(work)
        elif isinstance(kind, LinkKind):
            at = field.data if isinstance(field.data, int) else None
            field.units = offered.records(work, kind.to, unit_id=(values or {}).get(own), chosen=at)
        elif isinstance(kind, UnitsKind):
            field.units = offered.few(work, kind.to)
        elif isinstance(kind, ReferenceKind):
            field.units = offered.few(work, kind.to, of=model if field.declared.name == own else None)
            field.own = field.declared.name == own
            if field.units and isinstance(field.data, int) and field.data not in dict(field.units):
                field.units = [*field.units, (field.data, work.look.unit_name(kind.to, field.data))]  # it stands there
            if not field.units and field.text.startswith("#") and field.text[1:].isdecimal():
                field.raw = work.look.unit_name(kind.to, int(field.text[1:][:9]))  # typed lists show names, not numbers


def fields_of(form: FlaskForm) -> list[DeclaredField]:
    return [f for f in form if isinstance(f, DeclaredField)]


def typed(form: FlaskForm) -> dict[str, Any]:
    """What was typed, by field name."""
    return {f.declared.name: f.raw if f.raw is not None else "" for f in fields_of(form)}


def blame(form: FlaskForm, problems: Sequence[Problem]) -> list[Any]:
    """Put each problem at its field; those of no field are returned."""
    by_name = {f.declared.name: f for f in fields_of(form)}
    rest = []
    for problem in problems:
        if problem.field in by_name:
            field = by_name[problem.field]
            field.errors = [*field.errors, problem.text]
        else:
            rest.append(problem.text)
    return rest


def uploaded(files: MultiDict[str, FileStorage], name: str) -> list[FileStorage]:
    """The files picked for the photos box ``name``."""
    return [f for f in files.getlist(f"{name}_new") if f.filename]
