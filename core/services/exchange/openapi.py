"""The API's OpenAPI 3.1 document, made from the Catalog: a kind says its JSON schema, nothing is said twice, and every answer
there can be is named. Next: openapi_schemas.py."""

from __future__ import annotations

from typing import Any

from core.base.intake import Intake
from core.base.record import Record
from core.base.units import UNIT_KINDS
from core.base.workflow import SYSTEM
from core.kernel.catalog import Catalog
from core.services.exchange import openapi_schemas as schemas
from core.services.lists import listing

Part = dict[str, Any]
REFUSALS = {
    400: "the request can't be read, or a required header is missing",
    401: "no token, or one that is unknown, expired or ended",
    403: "the token's scopes or the account's rights don't reach so far",
    404: "there is no such thing, or not for this account",
    405: "not by this method",
    409: "somebody else changed it in the meantime; `version` is the stored one",
    413: "too much",
    415: "the body is not application/json",
    422: "what was sent can't be taken; each problem names its field; nothing was saved",
    428: "If-Match is missing",
    429: "too often; Retry-After says how many seconds to wait",
    503: "the store is busy; try again with the same Idempotency-Key",
}
ALWAYS, WRITING = (400, 401, 403, 404, 405, 422, 429, 503), (409, 413, 415)
REASON: Part = {
    "name": "reason",
    "in": "query",
    "description": "why what is unusual is right: warnings alone then refuse nothing",
    "schema": {"type": "string"},
}
ONCE: Part = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "names this submission: the same key and body again answers with the record made first (7 days)",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
MATCH: Part = {
    "name": "If-Match",
    "in": "header",
    "description": "the version the change is based on; another stored one answers 409",
    "schema": {"type": "string", "pattern": '^"?[0-9]{1,9}"?$'},
}
ID: Part = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
}


def document(catalog: Catalog) -> Part:
    """The whole document for the records, figures and duties of ``catalog``."""
    found: dict[str, Part] = dict(schemas.FIXED)
    paths: dict[str, Any] = {}
    for key, model in catalog.records.items():
        name = key.replace(".", "_")
        found |= {name: schemas.record(model), f"{name}_list": schemas.listing(name)}
        found |= {f"{name}_input": schemas.sent(model), f"{name}_change": schemas.corrected(model)}
        found |= {f"{name}_step": schemas.moved(model)}
        paths |= _record(key, name, model)
    for key, intake in catalog.intakes.items():
        name = f"intake_{key.replace('.', '_')}"
        found |= {name: schemas.standing(intake), f"{name}_input": schemas.taken_in(intake)}
        paths |= _intake(key, name, intake)
    paths |= _figures(catalog)
    components = {"schemas": found, "responses": {str(code): _refusal(code) for code in REFUSALS}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "专项行动平台", "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": components | {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def operation(
    name: str,
    summary: str,
    answer: str,
    parameters: list[Part],
    *,
    body: str = "",
    created: bool = False,
    refusals: tuple[int, ...] = (),
) -> Part:
    """One method of a path. ``answer`` and ``body`` name schemas."""
    content = {"application/json": {"schema": schemas.reference(answer)}}
    answers: Part = {
        "200": {"description": "made before by the same key" if created else "as asked", "content": content}
    }
    if created:
        answers["201"] = {"description": "made", "content": content}
    for code in (*ALWAYS, *refusals, *(WRITING if body else ())):
        answers[str(code)] = {"$ref": f"#/components/responses/{code}"}
    asked = {"required": True, "content": {"application/json": {"schema": schemas.reference(body)}}}
    told = {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}
    return told | ({"requestBody": asked} if body else {})


def _refusal(code: int) -> Part:
    schema = schemas.reference("Stale" if code == 409 else "Problems")
    headers = {"Retry-After": {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}}
    told: Part = {"description": REFUSALS[code], "content": {"application/json": {"schema": schema}}}
    return told | ({"headers": headers} if code == 429 else {})


def _record(key: str, name: str, model: type[Record]) -> Part:
    steps = [t.key for t in model.workflow.transitions if {*t.by} - {SYSTEM}]
    step = {"name": "step", "in": "path", "required": True, "schema": {"type": "string", "enum": steps}}
    label = model.label
    found: Part = {
        f"/records/{key}": {
            "get": operation(f"list_{name}", f"list {label}", f"{name}_list", _listed(model)),
            "post": operation(
                f"report_{name}", f"report {label}", name, [ONCE, REASON], body=f"{name}_input", created=True
            ),
        },
        f"/records/{key}/{{id}}": {
            "get": operation(f"show_{name}", f"one {label}", name, [ID]),
            "patch": operation(
                f"correct_{name}",
                f"correct {label}",
                name,
                [ID, MATCH | {"required": True}, REASON],
                body=f"{name}_change",
                refusals=(428,),
            ),
        },
    }
    if steps:
        found[f"/records/{key}/{{id}}/moves/{{step}}"] = {
            "post": operation(f"move_{name}", f"move {label}", name, [ID, step, MATCH], body=f"{name}_step")
        }
    return found


def _intake(key: str, name: str, intake: Intake) -> Part:
    receipt = {
        "name": "receipt",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9A-Z-]{19}$"},
    }
    label = intake.label
    return {
        f"/intake/{key}": {
            "post": operation(name, f"send to {label}", name, [ONCE, REASON], body=f"{name}_input", created=True)
        },
        f"/intake/{key}/{{receipt}}": {"get": operation(f"{name}_status", f"how it stands: {label}", name, [receipt])},
    }


def _listed(model: type[Record]) -> list[Part]:
    number = {"type": "integer", "minimum": 1, "maximum": 10**9}
    sorts = [s for s in sorted({listing.sortable(model, f) for f in model.fields()}) if s]
    return [
        _query("q", {"type": "string", "maxLength": 60}),
        _query("state", {"type": "string", "enum": [s.key for s in model.workflow.states]}),
        *(_query(n, schemas.DAY) for n in ("from", "to")),
        *(_query(n, number) for n in ("community", "unit", "page")),
        _query("sort", {"type": "string", "enum": [*sorts, *(f"-{s}" for s in sorts)]}),
    ]


def _figures(catalog: Catalog) -> Part:
    day = _query("as_of", schemas.DAY)
    keys = {"type": "string", "enum": list(catalog.indicators)}
    key = {"name": "key", "in": "path", "required": True, "schema": keys}
    unit = {"type": "string", "pattern": f"^({'|'.join(UNIT_KINDS)})/[0-9]{{1,9}}$"}
    named = _query("unit", unit) | {"required": True, "description": "whose, e.g. complex/12"}
    paths: Part = {
        "/catalog": ("catalog", "keys and labels of records, indicators and deadlines", "Catalog", []),
        "/indicators": ("indicators", "every indicator on a day", "Indicators", [day]),
        "/indicators/{key}/units": ("units", "an indicator unit by unit", "Units", [key, day]),
        "/obligations": ("obligations", "open duties of a unit, due within a year", "Obligations", [named]),
    }
    return {
        path: {"get": operation(*told)} for path, told in paths.items() if catalog.indicators or "{key}" not in path
    }


def _query(name: str, schema: Part) -> Part:
    return {"name": name, "in": "query", "required": False, "schema": schema}
