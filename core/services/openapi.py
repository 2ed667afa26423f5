"""The API's OpenAPI 3.1 document, made from the Catalog: a kind says its JSON schema, nothing is said twice."""

from __future__ import annotations

from typing import Any

from core.base.record import Record
from core.kernel.catalog import Catalog

PROBLEMS = {"$ref": "#/components/schemas/Problems"}
ONCE = ("Idempotency-Key", "the same key and content again answers with the record made first")
MATCH = ("If-Match", "the version the change is based on; another stored one answers 409")


def document(catalog: Catalog) -> dict[str, Any]:
    """The whole document for the records, figures and duties of ``catalog``."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problems": _problems()}
    for key, model in catalog.records.items():
        name = key.replace(".", "_")
        schemas[name] = schema(model)
        schemas[f"{name}_input"] = schema(model, given=True)
        paths |= _paths(key, name, model)
    day = _query("as_of", "date")
    paths["/indicators"] = {"get": _operation("every indicator on a day", [day], (422,))}
    one = {
        "name": "key",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(catalog.indicators)},
    }
    paths["/indicators/{key}/units"] = {"get": _operation("an indicator unit by unit", [one, day], (404, 422))}
    paths["/obligations"] = {"get": _operation("open duties of a unit, e.g. unit=complex/12", [_query("unit")], (422,))}
    paths["/catalog"] = {"get": _operation("keys and labels of records, indicators and deadlines", [])}
    return {
        "openapi": "3.1.0",
        "info": {"title": "专项行动平台", "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def schema(model: type[Record], *, given: bool = False) -> dict[str, Any]:
    """The JSON schema of a record as it is read, or (``given``) as it is sent."""
    fields = [f for f in model.fields() if f.filed or not given]
    properties = {f.name: f.kind.schema() | {"title": f.label} for f in fields}
    if not given:
        for field in fields:
            kind = properties[field.name].get("type")
            if not field.required and isinstance(kind, str):
                properties[field.name]["type"] = [kind, "null"]
        properties |= {"id": {"type": "integer"}, "version": {"type": "integer"}, "state": {"type": "string"}}
    required = [f.name for f in fields if f.required] if given else ["id", "version", "state"]
    return {"type": "object", "title": model.label, "properties": properties, "required": required}


def _paths(key: str, name: str, model: type[Record]) -> dict[str, Any]:
    whole, given = {"$ref": f"#/components/schemas/{name}"}, {"$ref": f"#/components/schemas/{name}_input"}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    body = {"required": True, "content": {"application/json": {"schema": given}}}
    steps = [t.key for t in model.workflow.transitions]
    part = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        f"/records/{key}": {
            "get": _operation(f"list {model.label}", [_query(n) for n in ("q", "state", "from", "to")] + LISTED),
            "post": _operation(f"report {model.label}", [_header(*ONCE)], (403, 409, 422), whole, body, created=True),
        },
        f"/records/{key}/{{id}}": {
            "get": _operation(f"one {model.label}", [number], (404,), whole),
            "patch": _operation(
                f"correct {model.label}",
                [number, _header(*MATCH, required=True)],
                (403, 404, 409, 422, 428),
                whole,
                part,
            ),
        },
        f"/records/{key}/{{id}}/moves/{{step}}": {
            "post": _operation(
                f"move {model.label}",
                [
                    number,
                    {"name": "step", "in": "path", "required": True, "schema": {"type": "string", "enum": steps}},
                    _header(*MATCH),
                ],
                (403, 404, 409, 422),
                whole,
                part,
            )
        },
    }


def _operation(
    summary: str,
    parameters: list[dict[str, Any]],
    refusals: tuple[int, ...] = (),
    content: dict[str, Any] | None = None,
    body: dict[str, Any] | None = None,
    created: bool = False,
) -> dict[str, Any]:
    fine = {"description": "as asked", "content": {"application/json": {"schema": content or {"type": "object"}}}}
    answers: dict[str, Any] = {"200": fine} | ({"201": fine} if created else {})
    for code in (401, *refusals):
        answers[str(code)] = {"description": "refused", "content": {"application/json": {"schema": PROBLEMS}}}
    return {"summary": summary, "parameters": parameters, "responses": answers} | (
        {"requestBody": body} if body else {}
    )


def _query(name: str, shape: str = "string") -> dict[str, Any]:
    schema = {"type": "string", "format": "date"} if shape == "date" else {"type": shape}
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _header(name: str, text: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": text, "schema": {"type": "string"}}


LISTED = [_query(n, "integer") for n in ("community", "unit", "page")]


def _problems() -> dict[str, Any]:
    one = {"type": "object", "properties": {"field": {"type": "string"}, "text": {"type": "string"}}}
    return {"type": "object", "properties": {"problems": {"type": "array", "items": one}}, "required": ["problems"]}
