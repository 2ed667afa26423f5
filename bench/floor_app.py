"""What anybody would write: Flask, the ORM, a WTForms form of 20 fields, one commit. No sign-in, permission or journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, request
from sqlalchemy import Date, Integer, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from wtforms import DateField, Form, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from core.services.store.db import sqlite_module

TEXTS = tuple(f"text{n}" for n in range(12))
NUMBERS = tuple(f"number{n}" for n in range(6))
DAYS = ("day0", "day1")


class Base(DeclarativeBase):
    pass


def _row() -> type[Any]:
    columns: dict[str, Any] = {n: mapped_column(String(200)) for n in TEXTS}
    columns |= {n: mapped_column(Integer) for n in NUMBERS} | {n: mapped_column(Date) for n in DAYS}
    key: dict[str, Any] = {"id": mapped_column(primary_key=True), "__annotations__": {"id": Mapped[int]}}
    return type("Row", (Base,), {"__tablename__": "row", **key, **columns})


def _form() -> type[Form]:
    fields: dict[str, Any] = {n: StringField(validators=[InputRequired(), Length(max=200)]) for n in TEXTS}
    fields |= {n: IntegerField(validators=[InputRequired(), NumberRange(0, 10**6)]) for n in NUMBERS}
    return type("RowForm", (Form,), fields | {n: DateField(validators=[InputRequired()]) for n in DAYS})


Row, RowForm = _row(), _form()
TYPED = {n: f"some text {n}" for n in TEXTS} | dict.fromkeys(NUMBERS, "42") | dict.fromkeys(DAYS, "2025-10-01")


def create(file: Path) -> Flask:
    engine = create_engine(f"sqlite:///{file}", module=sqlite_module())

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    Base.metadata.create_all(engine)
    app = Flask(__name__)

    @app.post("/rows")
    def post() -> tuple[str, int]:
        form = RowForm(request.form)
        if not form.validate():
            return "wrong", 422
        with Session(engine) as session:
            session.add(Row(**form.data))
            session.commit()
        return "", 201

    @app.get("/signin")
    def ready() -> str:
        return ""

    return app
