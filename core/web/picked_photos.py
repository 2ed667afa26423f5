"""Photos picked in a form: each is kept at once, so that it survives whatever else is wrong with the form."""

from __future__ import annotations

from typing import Any

from flask import request

from core.base.errors import Invalid, OverQuota, Problem
from core.services.foreign.photo import Photo
from core.services.photos import uploads
from core.web import forms, frame


def keep_photos(form: Any) -> tuple[dict[str, list[str]], list[Problem]]:
    """Store new photos at once, so that they survive whatever else is wrong; the tokens stay in the form."""
    kept: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for field in forms.fields_of(form):
        if field.declared.kind.widget != "photos":
            continue
        name = field.declared.name
        dropped = set(request.form.getlist(f"{field.name}_drop"))
        field.raw = kept[name] = [t for t in field.chosen if t not in dropped]
        for file in forms.uploaded(request.files, field.name):
            label = file.filename or ""
            try:
                clean = uploads.picture(file.stream.read(), label)  # slow: before the one writer's lock is taken
                token = _kept(clean, label)
                kept[name] += [token] if token not in kept[name] else []
            except OverQuota:
                raise
            except Invalid as error:
                problems += [Problem(name, p.text) for p in error.problems]
    return kept, problems


def _kept(clean: Photo, label: str) -> str:
    """The token of a new photo, if the person may bring one more today."""
    config = frame.platform().config
    with frame.writing() as work:
        session, me = work.session, work.actor.login
        most = {"files": config.uploads_a_day, "total": config.upload_bytes_a_day}
        uploads.within(session, me, work.now, len(clean.clean), **most)
        return uploads.keep(session, config.uploads, clean, label, me, work.now).token
