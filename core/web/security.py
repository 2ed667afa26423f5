"""What the browser is told to allow, and what a person is told when something is refused. Strict: nothing inline, nothing
from elsewhere."""

from __future__ import annotations

import logging
import math

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError
from werkzeug.routing import IntegerConverter, Map

from core.base.errors import Forbidden, KeyReused, NotFound, TooMany
from core.services.store.store_errors import Trouble, trouble
from core.web import frame

log = logging.getLogger("actions.web")
CSP = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# What no page of ours asks a browser for; photos come from the file field, which needs none of it.
UNUSED = ", ".join(
    f"{name}=()" for name in ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")
)
SAID = {
    400: ("请求有误", "页面可能已过期，请返回上一页刷新后再试。您填写的内容仍在上一页中。"),
    401: ("请先登录", "登录后即可继续。"),
    403: ("没有权限", "您的账号不能办理此事；如确有需要，请联系系统管理员。"),
    404: ("没有找到", "内容不存在，或您无权查看。请从菜单重新进入。"),
    405: ("操作不被允许", "请从页面上的按钮进入。"),
    409: ("已被他人修改", "请刷新页面，核对后再提交。"),
    415: ("格式不对", "请求正文应为 JSON（Content-Type: application/json）。"),
    413: ("文件太大", "单次上传合计不能超过 64 MB，文字不能超过 16 MB，请减少后再试。"),
    429: ("操作太频繁", "请稍候片刻再试。"),
    500: ("系统出错", "错误已记录，您可以稍后再试；如反复出现，请联系系统管理员。"),
    503: ("系统正忙", "请稍候片刻再提交，您填写的内容仍在上一页中。"),
    507: (
        "存储空间不足",
        "没有保存，已有的内容仍可查看。请联系系统管理员清理磁盘，再提交一次；您填写的内容仍在上一页中。",
    ),
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
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(
        KeyReused, lambda _error: answer(409, _("同一提交编号已用于其他内容，请刷新页面后重新填写。"))
    )
    app.register_error_handler(TooMany, _too_many)
    for unstorable in (OverflowError, UnicodeEncodeError, DataError):
        app.register_error_handler(unstorable, _unstorable)
    app.register_error_handler(Exception, unexpected)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", UNUSED)
    if frame.secure():
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _not_found(error: NotFound) -> ResponseReturnValue:
    if error.hidden:
        frame.note_refusal(404)
    return answer(404)


def _http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, SecurityError):  # under a name that is not ours no page has addresses to point to
        return _("这个网址不属于本平台。"), 400, {"Content-Type": "text/plain; charset=utf-8"}
    if isinstance(error, CSRFError):
        frame.note_refusal(400)
        return answer(400, _("页面已过期或来源不明，没有保存。请返回上一页，刷新后重新提交。"))
    response = make_response(answer(error.code or 500))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _unstorable(error: Exception) -> ResponseReturnValue:
    """A number beyond the store's range, a NUL on PostgreSQL, half a character: no person types them, no row has them."""
    log.warning("not to be looked up at %s: %s", request.path, type(error).__name__)
    return answer(400)


def _too_many(error: TooMany) -> ResponseReturnValue:
    response = make_response(answer(429))
    response.headers["Retry-After"] = str(math.ceil(error.wait))
    return response


def unexpected(error: Exception) -> ResponseReturnValue:
    """The store is full or busy: in words, and when to come again. Anything else is our own defect, and logged whole."""
    found = trouble(error)
    if found is None:
        log.exception("unexpected error at %s", request.path, exc_info=error)
        return answer(500)
    log.error("%s at %s: %s", found.name, request.path, error)
    return later(answer(found), found)


def later(said: ResponseReturnValue, found: Trouble) -> ResponseReturnValue:
    """``said`` with when to come again."""
    response = make_response(said)
    response.headers["Retry-After"] = str(found.retry_after_s)
    return response


def answer(code: int, text: str = "") -> ResponseReturnValue:
    """The page (or JSON) that says what was refused and what to do."""
    if code == 403:
        frame.note_refusal(403)
    title, usual = SAID.get(code, SAID[500] if code >= 500 else SAID[400])
    if request.path.startswith("/api/"):
        headers = {"WWW-Authenticate": "Bearer"} if code == 401 else {}
        return jsonify({"problems": [{"field": "", "text": text or usual}]}), code, headers
    if g.get("actor"):
        try:
            return frame.page("error.html", code=code, title=title, text=text or usual), code
        except DBAPIError:  # the store can't even be read: the frame around the page needs it
            log.exception("the page of an error could not be made")
            frame.release()
    return _bare(title, text or usual), code


def _bare(title: str, text: str) -> str:
    return render_template("error_bare.html", title=title, text=text)
