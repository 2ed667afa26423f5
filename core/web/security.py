"""What the browser is told to allow, and what a person is told when something is refused. Strict: nothing inline, nothing
from elsewhere."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from core.base.errors import Forbidden, KeyReused, NotFound
from core.web import frame

log = logging.getLogger("actions.web")
CSP = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
SAID = {
    400: ("请求有误", "页面可能已过期，请返回上一页刷新后再试。您填写的内容仍在上一页中。"),
    401: ("请先登录", "登录后即可继续。"),
    403: ("没有权限", "您的账号不能办理此事；如确有需要，请联系系统管理员。"),
    404: ("没有找到", "内容不存在，或您无权查看。请从菜单重新进入。"),
    405: ("操作不被允许", "请从页面上的按钮进入。"),
    409: ("已被他人修改", "请刷新页面，核对后再提交。"),
    413: ("文件太大", "单次上传合计不能超过 64 MB，文字不能超过 16 MB，请减少后再试。"),
    500: ("系统出错", "错误已记录，您可以稍后再试；如反复出现，请联系系统管理员。"),
    503: ("系统正忙", "请稍候片刻再提交，您填写的内容仍在上一页中。"),
}


class RowNumber(IntegerConverter):
    """A number in an address, as large as a row's may be: a larger one is an address of nothing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def protect(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Forbidden, lambda error: answer(403, str(error)))
    app.register_error_handler(NotFound, lambda _error: answer(404))
    app.register_error_handler(
        KeyReused, lambda _error: answer(409, _("同一提交编号已用于其他内容，请刷新页面后重新填写。"))
    )
    for unstorable in (OverflowError, UnicodeEncodeError, DataError):
        app.register_error_handler(unstorable, _unstorable)
    app.register_error_handler(Exception, _unexpected)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, CSRFError):
        return answer(400, _("页面已过期或来源不明，没有保存。请返回上一页，刷新后重新提交。"))
    return answer(error.code or 500)


def _unstorable(error: Exception) -> ResponseReturnValue:
    """A number beyond the store's range, a NUL on PostgreSQL, half a character: no person types them, no row has them."""
    log.warning("not to be looked up at %s: %s", request.path, type(error).__name__)
    return answer(400)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error at %s", request.path, exc_info=error)
    busy = "database is locked" in str(error)
    return answer(503 if busy else 500)


def answer(code: int, text: str = "") -> ResponseReturnValue:
    """The page (or JSON) that says what was refused and what to do."""
    title, usual = SAID.get(code, SAID[500] if code >= 500 else SAID[400])
    if request.path.startswith("/api/"):
        return jsonify({"problems": [{"field": "", "text": text or usual}]}), code
    body = (
        frame.page("error.html", code=code, title=title, text=text or usual)
        if g.get("actor")
        else _bare(title, text or usual)
    )
    return body, code


def _bare(title: str, text: str) -> str:
    return render_template("error_bare.html", title=title, text=text)
