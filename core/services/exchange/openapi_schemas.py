"""The schemas of the API's document: of each record as it is read, sent and corrected, and of everything else answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.base.blocks import Light
from core.base.fields import Field
from core.base.intake import Intake
from core.base.kinds import PhotosKind
from core.base.record import Record
from core.base.status import Status
from core.base.window import TZ

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
DAY: Schema = {"type": "string", "format": "date"}


def record(model: type[Record]) -> Schema:
    """A record as it is answered; personal fields come masked."""
    own: dict[str, Schema] = {
        "id": NUMBER,
        "version": NUMBER,
        "state": {"type": "string", "enum": [s.key for s in model.workflow.states]},
    }
    return _object(own | {f.name: _answered(f) for f in model.fields()}, title=model.label)


def listing(name: str) -> Schema:
    return _object({"total": NUMBER, "pages": NUMBER, "items": {"type": "array", "items": reference(name)}})


def sent(model: type[Record]) -> Schema:
    """A record as it is reported."""
    fields = [f for f in model.fields() if f.filed]
    return _given(fields, [f.name for f in fields if f.required], model.label)


def corrected(model: type[Record]) -> Schema:
    """What of a record may be corrected: only what changes is sent."""
    return _given([f for f in model.fields() if f.filed], [], model.label)


def moved(model: type[Record]) -> Schema:
    """What the steps of the workflow ask for, and a remark."""
    asked = {n for t in model.workflow.transitions for n in t.fields}
    found = _given([f for f in model.fields() if f.name in asked], [], model.label)
    found["properties"]["remark"] = {"type": "string", "maxLength": 500}
    return found


def taken_in(intake: Intake) -> Schema:
    """What another system sends."""
    fields = [f for f in intake.record.fields() if f.name in intake.fields]
    known = intake.given(datetime.now(TZ))
    found = _given(fields, [f.name for f in fields if f.required and f.name not in known], intake.label)
    for field in fields:
        if isinstance(field.kind, PhotosKind):
            found["properties"][field.name] |= _photos(field.kind)
    degrees = [{"type": "number", "minimum": -n, "maximum": n} for n in (180, 90)]
    found["properties"]["place"] = {
        "type": "array",
        "prefixItems": degrees,
        "items": False,
        "minItems": 2,
        "maxItems": 2,
        "description": "[longitude, latitude]; looked at and not kept",
    }
    return found


def _photos(kind: PhotosKind) -> Schema:
    """Photos within the body, where a page would upload them first."""
    one = {"type": "string", "contentEncoding": "base64"}
    limits = "JPEG, PNG or WebP, at most 50 million pixels each; drawn anew without what came with them; 16 MB a call"
    return {"items": one, "maxItems": kind.at_most, "description": limits}


def standing(intake: Intake) -> Schema:
    """What it is told."""
    told = {
        f.name: nullable(f.kind.schema() | {"title": f.label}) for f in intake.record.fields() if f.name in intake.told
    }
    states = {"type": "string", "enum": [s.key for s in intake.record.workflow.states]}
    return _object({"receipt": TEXT, "state": states, "label": TEXT} | told, title=intake.label)


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    kinds = schema.get("type")
    if kinds is None:
        return schema
    found = schema | {"type": [*(kinds if isinstance(kinds, list) else [kinds]), "null"]}
    return found | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})


def _answered(field: Field) -> Schema:
    schema = field.kind.schema() | {"title": field.label}
    if field.personal:
        schema = {"type": "string", "title": field.label, "description": "masked"}
    return schema if field.required and field.filed else nullable(schema)


def _given(fields: list[Field], required: list[str], title: str) -> Schema:
    properties = {}
    for field in fields:
        told = {"title": field.label} | ({"description": field.help} if field.help else {})
        schema = field.kind.schema() | told
        properties[field.name] = schema if field.name in required else nullable(schema)
    return _object(properties, required=required, title=title) | {"additionalProperties": False}


def _object(properties: Mapping[str, Schema], *, required: list[str] | None = None, title: str = "") -> Schema:
    named = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": named} | ({"title": title} if title else {})


def _items(properties: dict[str, Schema], **besides: Schema) -> Schema:
    return _object(besides | {"items": {"type": "array", "items": _object(properties)}})


_NAMED = {"key": TEXT, "label": TEXT, "code": TEXT}
_PROBLEM = {"type": "array", "items": _object({"field": TEXT, "text": TEXT})}
_LIGHTS, _STATES = [x.value for x in Light], [x.value for x in Status]
FIXED: dict[str, Schema] = {
    "Problems": _object({"problems": _PROBLEM}),
    "Stale": _object({"problems": _PROBLEM, "version": NUMBER}, required=["problems"]),
    "Catalog": _object(
        {name: {"type": "array", "items": _object(_NAMED)} for name in ("records", "indicators", "deadlines")}
    ),
    "Indicators": _items(
        _NAMED
        | {"period": TEXT, "n": nullable(NUMBER), "d": nullable(NUMBER)}
        | {name: nullable({"type": "number"}) for name in ("value", "target")}
        | {"light": {"type": "string", "enum": _LIGHTS}, "fault": nullable(TEXT)},
        as_of=DAY,
    ),
    "Units": _items({"unit": NUMBER, "name": nullable(TEXT), "n": NUMBER, "d": NUMBER}),
    "Obligations": _items(
        {"id": NUMBER, "rule": TEXT, "label": TEXT, "period": TEXT}
        | {"due_at": {"type": "string", "format": "date-time"}, "status": {"type": "string", "enum": _STATES}}
    ),
}
