"""Uploaded photos, served from unguessable addresses to who may see a record they belong to, never as anything but a picture."""

from __future__ import annotations

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from core.base.errors import NotFound
from core.services.photos import upload_use, uploads
from core.web import frame

bp = Blueprint("files", __name__)


@bp.route("/files/<token>")
def photo(token: str) -> ResponseReturnValue:
    work = frame.reading()
    found = uploads.by_token(work.session, token)
    if found is None or not upload_use.openable(work, [found]):
        raise NotFound("photo", hidden=found is not None)
    path = uploads.path_of(frame.platform().config.uploads, token)
    if not path.is_file():
        abort(404)
    answer = send_file(path, mimetype=found.media, download_name="photo.jpg")
    answer.cache_control.no_cache, answer.cache_control.private = True, True  # asked for anew: the right may be gone
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
