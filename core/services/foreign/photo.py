"""A photo from outside: judged by its content, drawn anew without anything that came with it (reliability.md A52-A55). What is
worth keeping of that is read first: when and where it was taken. ``likeness`` is what it looks like, in 64 bits.

Next: photo_apart.py, for those that cost much.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image

from core.base.errors import Invalid, Problem
from core.base.say import Say

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2000
ACCEPTED = ("JPEG", "PNG", "WEBP")
STRIP = 64  # rows of the shrunk picture made at a time: a whole second copy of 50 million pixels would cost 200 MB
HEAVY = Say("“{n}”超过 20 MB，请压缩后再上传", n="")
LARGE = Say("“{n}”像素过大（超过5000万），请缩小后再上传", n="")
UNKNOWN = Say("“{n}”不是可用的照片，请上传 JPG、PNG 或 WebP 格式的照片", n="")
FLAT = 12  # of 256 shades: with less between its lightest and darkest part a picture looks like any other
FIRST_YEAR = 2000  # a camera whose clock was never set says 1970 or 1980
CHINA = ZoneInfo("Asia/Shanghai")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF's orientation -> what sets the picture upright


@dataclass(frozen=True)
class Photo:
    """``clean``: a JPEG of at most ``LONGEST_SIDE`` pixels a side. ``place``: latitude and longitude in degrees (WGS 84).
    ``likeness``: None for a picture without features."""

    clean: bytes
    likeness: int | None = None
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None


def read(data: bytes, name: str) -> Photo:
    """Raises ``Invalid``, which calls it by its ``name``, if it is no photo we take."""
    try:
        image = opened(data, name)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is made smaller while it is read
        image.load()
        told = _told(image)
        upright = _shrunk(image)
    except Invalid:
        raise
    except Exception:  # Pillow raises whatever its decoders meet
        raise refused(UNKNOWN, name) from None
    if (turn := TURNS.get(told.get("turn", 1))) is not None:
        upright = upright.transpose(turn)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82)
    return Photo(out.getvalue(), likeness(upright), told.get("taken_at"), told.get("place"))


def opened(data: bytes, name: str) -> Image.Image:
    """The picture before it is decoded: its head alone says whether it is too large."""
    if len(data) > MOST_BYTES:
        raise refused(HEAVY, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is the lower one
        try:
            image = Image.open(io.BytesIO(data), formats=ACCEPTED)
        except Image.DecompressionBombError:
            raise refused(LARGE, name) from None
    if image.width * image.height > MOST_PIXELS:
        raise refused(LARGE, name)
    return image


def likeness(image: Image.Image) -> int | None:
    """The difference hash (dHash): for each of 8 x 8 places whether the picture gets darker to the right. It outlives
    another size, another quality and a little more light."""
    grey = list(image.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes())
    if max(grey) - min(grey) < FLAT:
        return None
    bits = (grey[row * 9 + column] > grey[row * 9 + column + 1] for row in range(8) for column in range(8))
    return sum(bit << place for place, bit in enumerate(bits))


def _shrunk(image: Image.Image) -> Image.Image:
    """``image`` in plain colours, strip by strip, at most ``LONGEST_SIDE`` pixels a side."""
    factor = max(1, max(image.size) // LONGEST_SIDE)
    small = Image.new("RGB", (math.ceil(image.width / factor), math.ceil(image.height / factor)))
    for top in range(0, image.height, STRIP * factor):
        bottom = min(image.height, top + STRIP * factor)
        strip = image.crop((0, top, image.width, bottom)).convert("RGB")
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return small


def _told(image: Image.Image) -> dict[str, Any]:
    """What the camera wrote beside the picture; whatever can't be read of it is left out."""
    told: dict[str, Any] = {}
    try:
        exif = image.getexif()
        told["turn"] = exif.get(ExifTags.Base.Orientation, 1)
        told["taken_at"] = _moment(exif.get_ifd(ExifTags.IFD.Exif), exif)
        told["place"] = _place(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except Exception:  # nothing beside a picture may cost the picture
        return told
    return told


def _moment(photo: Mapping[int, Any], camera: Mapping[int, Any]) -> datetime | None:
    """When the shutter was pressed. A camera that names no zone goes by the clock here."""
    text = str(photo.get(ExifTags.Base.DateTimeOriginal) or camera.get(ExifTags.Base.DateTime) or "")
    zone = str(photo.get(ExifTags.Base.OffsetTimeOriginal) or "")
    try:
        local = datetime.strptime(text.strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=CHINA)
        aware = datetime.fromisoformat(local.replace(tzinfo=None).isoformat() + zone.strip("\0 ")) if zone else local
    except ValueError:
        return None
    return aware.astimezone(CHINA) if aware.tzinfo and FIRST_YEAR <= aware.year < 9999 else None


def _place(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    found = []
    for values, side, negative, most in (
        (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90),
        (ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180),
    ):
        if values not in gps:
            return None
        degrees, minutes, seconds = (float(v) for v in gps[values])
        angle = degrees + minutes / 60 + seconds / 3600
        if not 0 <= angle <= most:  # neither for what is no number
            return None
        found.append(round(-angle if gps.get(side) == negative else angle, 6))
    return (found[0], found[1]) if any(found) else None  # a camera that had no signal says 0, 0


def refused(text: Say, name: str) -> Invalid:
    return Invalid([Problem("photos", Say(text.msgid, n=name))])
