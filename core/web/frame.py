"""What every request has: who is signed in, the platform, one reading unit of work, and the page around the content."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, abort, current_app, g, redirect, render_template, request, session, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from core.base.blocks import Ref
from core.base.errors import TooMany
from core.services.audit import journal
from core.services.exchange import signatures, tokens
from core.services.exchange.signatures import Signed
from core.services.identity import accounts, policy, signing_in
from core.services.identity.policy import Policy
from core.services.identity.signing_in import Whence
from core.services.messaging import messages
from core.services.permission import access
from core.services.permission.access import Actor
from core.services.permission.rights import PUBLIC
from core.services.platform import Platform
from core.services.reporting import reports
from core.services.work import Work
from core.web import agent, doors

log = logging.getLogger("actions.web")
LARGEST_CALL = 1024 * 1024  # bytes of one call of the API
WITH_PHOTOS = {"api.submit": 16 * 1024 * 1024}  # of one that may bring photos, in base64
COOKIE = "actions_session"
# Where it is done what is owed before anything else; only that, and signing out, may be opened until then.
OWED = {signing_in.PASSWORD: "me.password", signing_in.FACTOR: "me.factor"}


def platform() -> Platform:
    found: Platform = current_app.extensions["platform"]
    return found


def actor() -> Actor:
    """Who is signed in; 401 for nobody."""
    found: Actor | None = g.get("actor")
    if found is None:
        abort(401)
    return found


def secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def cookie() -> str:
    """The name of the session's cookie; over https one that no other host and no plain connection can set."""
    return f"__Host-{COOKIE}" if secure() else COOKIE


def whence() -> Whence:
    return Whence(request.remote_addr or "", agent.described(request.user_agent.string))


def rules() -> Policy:
    """How people sign in here; before a campaign is loaded, as strict as with a real one."""
    return policy.of(platform().config, vars(reading()).get("campaign"))


def reading() -> Work:
    """The request's reading unit of work, opened at the first call and closed with the request."""
    if "work" not in g:
        g.work_manager = platform().reading(g.get("actor") or access.SYSTEM_ACTOR)
        g.work = g.work_manager.__enter__()
    found: Work = g.work
    return found


@contextmanager
def writing(source: str = "page") -> Iterator[Work]:
    """A unit of work that writes as the person signed in. The reading one is closed first: a page shows what is stored."""
    release()
    with platform().work(actor(), source=source) as work:
        yield work


def as_of(work: Work) -> date:
    """The day asked for by ``?as_of=``; anything unreadable, before the campaign or to come is today."""
    try:
        asked = date.fromisoformat(request.args.get("as_of", ""))
    except ValueError:
        return work.today
    return asked if work.campaign.starts_on <= asked <= work.today else work.today


def page(template: str, **context: Any) -> str:
    """A page with the frame around it, and above its content what was just done."""
    work = reading()
    context.setdefault("unread", messages.unread(work, g.actor.login) if g.get("actor") else 0)
    for name in ("saved", "saved_at"):  # what was just done, and the address of what it was done to
        context.setdefault(name, session.pop(name, None) if g.get("actor") else None)
    return render_template(
        template,
        work=work,
        me=g.get("actor"),
        campaign=work.campaign,
        today=work.today,
        nav=reports.actions(work, work.today) if g.get("actor") else (),
        **context,
    )


def address(ref: Ref) -> str | None:
    """Where the rows behind a figure are."""
    query = dict(ref.query) | ({"as_of": ref.as_of.isoformat()} if ref.as_of else {})
    if ref.period:
        query["period"] = ref.period
    paths = {
        "indicator": f"/i/{ref.key}",
        "deadline": f"/d/{ref.key}",
        "record": f"/r/{ref.key}",
        "complex": f"/complex/{ref.key}",
        "community": f"/community/{ref.key}",
        "action": f"/a/{ref.key}/",
    }
    path = paths.get(ref.kind)
    return None if path is None else path + (f"?{urlencode(query)}" if query else "")


def door(endpoint: str) -> bool:
    """Does the door open to who is signed in? A link that leads to a refusal is not shown."""
    me: Actor | None = g.get("actor")
    return me is not None and me.may(doors.right_of(endpoint, "GET"))


def inside(target: str) -> str:
    """Only an address of our own may follow a sign-in or a switch (A11)."""
    parts = urlsplit(target)
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and "\\" not in target
    return target if fine else "/"


def install(app: Flask) -> None:
    app.jinja_env.globals["door"] = door
    app.jinja_env.globals["oidc"] = lambda: platform().config.oidc
    app.before_request(_who)
    app.teardown_request(_ended)


def _who() -> Response | None:
    """Find the session behind the cookie or the API token; send strangers to the sign-in page, and keep everybody from the
    doors that are not theirs (doors.py)."""
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    signed = "X-Actions-Signature" in request.headers
    g.by_token = signed or kind.lower() == "bearer"
    secret = None if g.by_token else request.cookies.get(cookie())
    if g.by_token and request.path.startswith("/api/"):
        request.max_content_length = WITH_PHOTOS.get(request.endpoint or "", LARGEST_CALL)
        _by_token(bearer, signed)
    if secret and request.endpoint != "static":
        work = reading()
        found = accounts.resume(work.session, secret, accounts.real_now(), rules())
        if found is not None:
            g.actor = accounts.actor_of(work.session, found[0], work.today, request.remote_addr or "")
            work.actor = g.actor
            g.secret = secret
            g.owed = signing_in.owed(work.session, *found, rules())
            _note(secret, found[1].seen_at)
    right = doors.right_of(request.endpoint, request.method) if request.endpoint else PUBLIC  # no endpoint: 404 for all
    if right == PUBLIC:
        return None
    if g.get("owed"):
        return _first_of_all(g.owed)
    if (me := g.get("actor")) is not None:
        if not me.may(right):
            abort(403)
        return None
    if request.path.startswith("/api/"):
        abort(401)
    readable = bool(request.url_rule and "GET" in (request.url_rule.methods or ()))
    where = request.full_path.rstrip("?") if readable else "/"
    return redirect(url_for("signin.sign_in", next=where, expired=None if request.method == "GET" else 1))


def note_refusal(code: int) -> None:
    """A line in the journal: who tried what is not theirs. A busy store is no reason to answer otherwise."""
    if (me := g.get("actor")) is None:
        return
    release()
    told = {"method": [None, request.method], "path": [None, request.path[:200]], "code": [None, code]}
    try:
        with platform().work(me, source="api" if g.by_token else "page", settle=False) as work:
            journal.write(work, "refused", request.endpoint or "", None, told)
    except OperationalError:
        log.warning("could not note that %s was refused", me.login)


def _first_of_all(owed: str) -> Response | None:
    """Nothing is opened before a password of one's own, or the second factor, is set (A04)."""
    if request.endpoint in (OWED[owed], "signin.sign_out"):
        return None
    if request.path.startswith("/api/"):
        abort(403)
    return redirect(url_for(OWED[owed]))


def _by_token(secret: str, signed: bool) -> None:
    """A token opens the API alone, and not more often than its rate. Raises ``TooMany``."""
    now, call = accounts.real_now(), _call() if signed else None
    work = reading()
    found = signatures.resume(work.session, call, now) if call else tokens.resume(work.session, secret, now)
    if found is None:
        return
    account, token = found
    actor = accounts.actor_of(work.session, account, work.today, request.remote_addr or "")
    release()
    if wait := tokens.spend(platform().db, token, now):
        raise TooMany(wait)
    if call is None or signatures.first(platform().db, token.id, call.nonce, now):
        g.actor, g.token = actor, token


def _call() -> Signed:
    token, stamp, nonce, signature = (
        request.headers.get(f"X-Actions-{name}", "") for name in ("Token", "Timestamp", "Nonce", "Signature")
    )
    query = request.query_string.decode(errors="replace")
    target = request.path + (f"?{query}" if query else "")
    return Signed(token, stamp, nonce, signature, request.method, target, request.get_data())


def _note(secret: str, seen: datetime) -> None:
    """Tell the session that it is in use; a busy store is no reason to refuse the page."""
    now = accounts.real_now()
    if now - seen < rules().noted:
        return
    me = g.actor
    release()
    try:
        with platform().db.writing() as session:
            accounts.visited(session, secret, now)
    except OperationalError:
        log.warning("could not note the visit of %s", me.login)


def _ended(_error: BaseException | None) -> None:
    release()
    picked = vars(request._get_current_object()).get("files")  # type: ignore[attr-defined]  # only if the request's parts were read at all
    for _name, part in picked.items(multi=True) if picked else ():
        part.close()


def release() -> None:
    """Close the reading unit of work: what follows sees what is stored then."""
    manager = g.pop("work_manager", None)
    g.pop("work", None)
    if manager is not None:
        manager.__exit__(None, None, None)
