"""Every door of the web and the right that opens it: one table to read, one place a new page must be entered in. A door that
stands not here is not opened to anybody, and the application does not start with it. ``endpoint METHOD`` beats ``endpoint``.

What a person finds behind a door is decided by core/services/permission/access.py, object by object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from werkzeug.routing import Rule

from core.services.permission.rights import (
    AUDIT,
    FORMS,
    GRANT,
    ISSUE,
    LOOK_UP,
    OPERATE,
    OWN_ACTION,
    PEOPLE,
    PUBLIC,
    READ,
    REGISTRY,
    RUNS,
    SHEETS,
    SIGNED_IN,
    TIME,
)

DOORS: Mapping[str, str] = {
    "static": PUBLIC,
    "signin.sign_in": PUBLIC,
    "signin.enter": PUBLIC,
    "signin.code": PUBLIC,
    "oidc.start": PUBLIC,
    "oidc.back": PUBLIC,
    "signin.sign_out": SIGNED_IN,
    "me.show": SIGNED_IN,
    "me.password": SIGNED_IN,
    "me.end": SIGNED_IN,
    "me.factor": SIGNED_IN,
    "me.factor_off": SIGNED_IN,
    "me.paper": SIGNED_IN,
    "language.choose": PUBLIC,
    "help.own": SIGNED_IN,
    "help.show": SIGNED_IN,
    "help.seen": SIGNED_IN,
    "inbox.show": SIGNED_IN,
    "inbox.read": SIGNED_IN,
    "inbox.subscribe": SIGNED_IN,
    "inbox.feed": PUBLIC,  # the secret in the address speaks
    "today.home": SIGNED_IN,
    # records, for who reports and who checks
    "records.new": FORMS,
    "records.edit": FORMS,
    "records.show": FORMS,
    "records.paper": FORMS,
    "records.move": FORMS,
    "records.reveal": FORMS,
    "records.remove": FORMS,
    "records.units": FORMS,
    "lists.index": FORMS,
    "lists.board": FORMS,
    "lists.move": FORMS,
    "lists.find": FORMS,
    "lists.keep_view": FORMS,
    "lists.drop_view": FORMS,
    "grids.grid": FORMS,
    "files.photo": FORMS,
    "sheets.records_sheet": FORMS,
    "sheets.units_sheet": REGISTRY,
    "sheets.template": SHEETS,
    "sheets.export": SHEETS,
    "sheets.export_clear": FORMS,
    "exports.index": SIGNED_IN,  # one's own alone
    "exports.fetch": SIGNED_IN,
    "sheets.upload": SHEETS,
    "sheets.preview": SHEETS,
    "sheets.mend": SHEETS,
    "sheets.run": SHEETS,
    "sheets.apply": SHEETS,
    # what it comes to
    "overview.show": READ,
    "wall.chart": READ,
    "wall.table": READ,
    "workspace.show": READ,
    "figures.indicator": READ,
    "figures.deadline": READ,
    "complexes.card": FORMS,
    "complexes.community": READ,
    "clock.obligations": READ,
    "clock.waive": READ,
    "clock.calendar": SIGNED_IN,
    "clock.calendar POST": OPERATE,
    "clock.jobs": RUNS,
    "clock.run": RUNS,
    "clock.resume": TIME,
    "report.show": READ,
    "report.compiled": READ,
    "editions.index": READ,
    "editions.show": READ,
    "editions.compare": READ,
    "editions.issue": ISSUE,
    "notices.show": ISSUE,
    "settings.show": READ,
    "settings.show POST": OWN_ACTION,
    # registry, people, operation
    "registry.kinds": LOOK_UP,
    "registry.index": LOOK_UP,
    "registry.new": REGISTRY,
    "registry.edit": REGISTRY,
    "registry.reveal": LOOK_UP,
    "responsibilities.show": LOOK_UP,
    "responsibilities.add": REGISTRY,
    "responsibilities.end": REGISTRY,
    "people.index": PEOPLE,
    "people.add": PEOPLE,
    "people.edit": PEOPLE,
    "people.do": PEOPLE,
    "grants.index": GRANT,
    "grants.do": GRANT,
    "journal.show": AUDIT,
    "verification.show": AUDIT,
    "verification.export": AUDIT,
    "status.show": SIGNED_IN,
    "status.resume": OPERATE,
    "status.healthz": PUBLIC,
    "watch.readyz": PUBLIC,
    "watch.metrics": PUBLIC,  # it opens to this machine and to its own token
    # programs
    "api.document": SIGNED_IN,
    "api.catalog": SIGNED_IN,
    "api.index": FORMS,
    "api.create": FORMS,
    "api.show": FORMS,
    "api.correct": FORMS,
    "api.move": FORMS,
    "api.indicators": READ,
    "api.units": READ,
    "api.obligations": READ,
    "api.submit": FORMS,
    "api.status": FORMS,
}


def check(rules: Iterable[Rule]) -> None:
    """``LookupError`` for a route without a right, or a right without a route: it names the door and the mend."""
    there = {rule.endpoint for rule in rules}
    named = {endpoint.partition(" ")[0] for endpoint in DOORS}
    if undeclared := sorted(there - named):
        raise LookupError(f"no right opens {', '.join(undeclared)}: enter it in core/web/doors.py")
    if gone := sorted(named - there):
        raise LookupError(f"{', '.join(gone)} is no route any more: strike it from core/web/doors.py")


def right_of(endpoint: str, method: str) -> str:
    """The right that opens the door; ``KeyError`` for one nobody declared."""
    return DOORS.get(f"{endpoint} {method}") or DOORS[endpoint]
