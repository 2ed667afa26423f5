"""Uploaded photos, served to who is signed in, from unguessable addresses, never as anything but a picture."""

from __future__ import annotations

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from core.services import uploads
from core.web import frame

bp = Blueprint("files", __name__)


@bp.route("/files/<token>")
def photo(token: str) -> ResponseReturnValue:
    found = uploads.by_token(frame.reading().session, token)
    path = uploads.path_of(frame.platform().config.uploads, token) if found is not None else None
    if found is None or path is None or not path.is_file():
        abort(404)
    answer = send_file(path, mimetype=found.media, download_name="photo.jpg", max_age=3600)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
