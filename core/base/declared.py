"""Anything whose columns carry ``Field``s: records of plugins and units of the registry alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import MetaData, inspect
from sqlalchemy.orm import DeclarativeBase

from core.base.errors import Problem
from core.base.fields import Field
from core.base.kinds import Look

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the product stand in one metadata; the prefix of a table says whose it is."""

    metadata = MetaData(naming_convention=NAMING)


class Declared:
    """A mapped class that knows its fields."""

    @classmethod
    def fields(cls) -> tuple[Field, ...]:
        """Declared fields in the order of the table: a record's unit first, then as written; computed once per class."""
        cached = cls.__dict__.get("_fields")
        if cached is None:
            columns = inspect(cls).local_table.columns  # type: ignore[attr-defined]
            cached = tuple(replace(c.info["field"], name=c.key) for c in columns if "field" in c.info)
            cls._fields = cached  # type: ignore[attr-defined]
        return tuple(cached)

    @classmethod
    def field(cls, name: str) -> Field:
        """The field called ``name``; ``KeyError`` if there is none."""
        for field in cls.fields():
            if field.name == name:
                return field
        raise KeyError(name)

    def values(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in self.fields()}

    def check(self, look: Look) -> Iterator[Problem]:
        """Cross-field problems; the same for page, sheet and API. Override it."""
        yield from ()

    def derive(self, look: Look) -> Mapping[str, Any]:
        """The values of the fields with ``derived=True``, from the others. Override it."""
        return {}
