"""Forms from declarations: one WTForms class per record, built once, of one generic field that leaves everything a value
needs to the field's kind. WTForms renders, holds what was typed and carries the CSRF token; the door validates."""

from __future__ import annotations

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
from core.services.work import Work

PREFIX = "f_"  # keeps a declared name from meeting one of WTForms' own
MANY = 300  # a longer list of units is searched by typing, not scrolled


class DeclaredField(WTField):  # type: ignore[misc]
    """Holds what was typed for one declared ``Field``; ``text`` shows it again, whatever it was."""

    def __init__(self, declared: Field, **more: Any) -> None:
        super().__init__(label=declared.label, description=declared.help, **more)
        self.declared = declared
        self.raw: Any = None
        self.units: Sequence[tuple[int, str]] = ()

    @property
    def macro(self) -> str:
        """The macro of widgets.html that draws it."""
        return self.declared.kind.widget.replace("-", "_")

    @property
    def text(self) -> str:
        return self.raw if isinstance(self.raw, str) else self.declared.kind.text(self.data)

    @property
    def chosen(self) -> list[str]:
        """The options ticked, or the tokens kept."""
        found = self.raw if self.raw is not None else self.data
        return list(found) if isinstance(found, list | tuple) else ([found] if found else [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        several = self.declared.kind.widget in ("checkboxes", "photos")
        self.raw = [v for v in valuelist if v] if several else (valuelist[0] if valuelist else None)


@cache
def form_class(model: type[Declared], names: tuple[str, ...]) -> type[FlaskForm]:
    """The form of ``names`` of ``model``; built once."""
    fields = {PREFIX + name: DeclaredField(model.field(name)) for name in names}  # unbound until a form is opened
    return type(f"{model.__name__}Form", (FlaskForm,), fields)


def open_form(
    work: Work, model: type[Declared], names: Sequence[str], values: Mapping[str, Any] | None = None
) -> FlaskForm:
    """A form filled from the request if one was posted, else from ``values``."""
    form = form_class(model, tuple(names))(data={PREFIX + k: v for k, v in (values or {}).items()})  # type: ignore[arg-type]
    for field in fields_of(form):
        if isinstance(field.declared.kind, ReferenceKind):
            found = work.look.names(field.declared.kind.to)
            field.units = sorted(found.items(), key=lambda pair: pair[1]) if len(found) <= MANY else ()
    return form


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
    """The files picked for the photos field ``name``."""
    return [f for f in files.getlist(f"{PREFIX}{name}_new") if f.filename]
