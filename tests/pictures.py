"""Photos for tests: different seeds give different scenes, as different places would; the same seed the same one."""

from __future__ import annotations

import io
import random
from datetime import datetime

from PIL import ExifTags, Image

SIZE = (640, 480)


def scene(seed: int) -> Image.Image:
    dice = random.Random(seed)
    small = Image.frombytes("RGB", (12, 9), bytes(dice.randrange(256) for _ in range(12 * 9 * 3)))
    return small.resize(SIZE, Image.Resampling.BICUBIC)


def saved(image: Image.Image, form: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def photo(seed: int) -> bytes:
    return saved(scene(seed))


def taken(seed: int, when: datetime, latitude: float = 24.8123, longitude: float = 118.5765) -> bytes:
    """As a phone takes it: with the moment, the place and the number of the camera beside the picture."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SERIAL-4711"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{when:%Y:%m:%d %H:%M:%S}"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
            ExifTags.GPS.GPSLatitude: (abs(latitude), 0.0, 0.0),
            ExifTags.GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
            ExifTags.GPS.GPSLongitude: (abs(longitude), 0.0, 0.0),
        }
    )
    return saved(scene(seed), exif=exif)
