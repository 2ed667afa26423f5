"""A QR code as a picture within the page: no request, no file."""

from __future__ import annotations

import io

from markupsafe import Markup


def svg(text: str, title: str) -> Markup:
    import segno  # noqa: PLC0415 - few pages need it

    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, title=title)
    return Markup(out.getvalue().decode())
