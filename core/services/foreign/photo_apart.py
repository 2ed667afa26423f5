"""Photos that cost much are read in a child, like tables (child.py): what a hostile one takes, this process keeps."""

from __future__ import annotations

import json
import sys
from datetime import datetime

from core.base.errors import Invalid
from core.services.foreign import child, photo
from core.services.foreign.photo import Photo

SMALL = 12_500_000  # pixels up to which decoding costs less than starting a child for it


def read(data: bytes, name: str) -> Photo:
    """``photo.read``, wherever it is done. Whatever way a child ends, the caller gets a photo or ``Invalid``."""
    if not costly(data, name):
        return photo.read(data, name)
    answer = child.answered(__name__, data)
    if answer is None:
        raise photo.refused(photo.LARGE, name)
    line, _, clean = answer.partition(b"\n")
    told = json.loads(line)
    if isinstance(told, str):
        raise photo.refused(photo.UNKNOWN, name)
    taken_at = datetime.fromisoformat(told["taken_at"]) if told["taken_at"] else None
    return Photo(clean, told["likeness"], taken_at, tuple(told["place"]) if told["place"] else None)


def costly(data: bytes, name: str) -> bool:
    """Raises ``Invalid`` for what its head alone gives away."""
    try:
        image = photo.opened(data, name)
    except Invalid:
        raise
    except Exception:  # Pillow raises whatever its readers meet
        raise photo.refused(photo.UNKNOWN, name) from None
    return image.width * image.height > SMALL


def main() -> int:
    data = sys.stdin.buffer.read()
    child.limit()
    try:
        found = photo.read(data, "")
    except Invalid as error:
        sys.stdout.write(json.dumps(str(error.problems[0].text)))
        return 0
    except MemoryError:
        return 1
    told = {
        "likeness": found.likeness,
        "taken_at": found.taken_at.isoformat() if found.taken_at else None,
        "place": found.place,
    }
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + found.clean)
    return 0


if __name__ == "__main__":
    sys.exit(main())
