"""A small labelled picture that stands for every photo of the demo: nobody can take it for evidence (演示数据)."""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (800, 600)
FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path.home() / ".local/share/fonts",
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
CHINESE = tuple(
    f"{n}*"
    for n in ["NotoSansCJK", "NotoSerifCJK", "SourceHan", "Fandol", "wqy", "PingFang", "STHeiti", "msyh", "simhei"]
)
INK, PAPER = (90, 96, 104), (226, 230, 234)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def picture(label: str) -> bytes:
    """A JPEG of 800 x 600, well under 30 KB, that says 演示数据 (DEMO where no Chinese font is found) and ``label``.
    The same label gives the same picture, another label another one."""
    font = chinese_font()
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    tint = hashlib.sha256(label.encode()).digest()
    ground = (160 + tint[0] % 60, 160 + tint[1] % 60, 160 + tint[2] % 60)
    pen.rectangle((0, 430, SIZE[0], SIZE[1]), fill=ground)
    for place in range(6):
        height = 120 + tint[3 + place] % 180
        pen.rectangle((40 + place * 125, 430 - height, 135 + place * 125, 430), fill=ground, outline=INK)
    _write(pen, "演示数据" if font else "DEMO", 300, 110, font)
    said = label if font else label.encode("ascii", "ignore").decode().strip()
    _write(pen, said[:30], 520, 34, font)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70, optimize=True)
    return out.getvalue()


def _write(pen: ImageDraw.ImageDraw, text: str, middle: int, size: int, path: Path | None) -> None:
    font: Font = ImageFont.truetype(str(path), size) if path else ImageFont.load_default(size)
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    pen.text(((SIZE[0] - right + left) / 2 - left, middle - (bottom - top) / 2 - top), text, fill=INK, font=font)


@lru_cache(maxsize=1)
def chinese_font() -> Path | None:
    """A font with Chinese characters, if the machine has one."""
    for folder in FOLDERS:
        for pattern in CHINESE:
            for file in sorted(folder.rglob(pattern)) if folder.is_dir() else ():
                if file.suffix.lower() in (".ttf", ".ttc", ".otf"):
                    return file
    return None
