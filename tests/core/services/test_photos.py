"""A photo is judged by its content and drawn anew; what is kept lasts; who looks for it by likeness finds it (A52-A57, F05)."""

from __future__ import annotations

import io
import os
import struct
import time
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance
from sqlalchemy import event, func, select

from core.base.errors import Invalid, OverQuota
from core.base.window import TZ
from core.services.foreign import photo, photo_apart
from core.services.photos import alike, uploads
from core.services.photos.uploads import Upload
from core.services.platform import Platform
from core.services.scheduled import job_runs
from core.services.store import whole_file
from core.testing import at
from tests.pictures import photo as jpeg
from tests.pictures import saved, scene, taken

SCRIPT = b"<script>alert(document.cookie)</script>"
WHEN = datetime(2024, 11, 19, 8, 30, tzinfo=TZ)
NOW = at(date(2024, 11, 20))


def png(width: int, height: int) -> bytes:
    """A real picture of one colour, one bit a pixel: a few kilobytes however large."""
    packer, rows = zlib.compressobj(9), b"\0" * (1 + (width + 7) // 8)
    body = b"".join(packer.compress(rows) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in parts
    )


NO_PHOTO: dict[str, bytes] = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<html><body onload=alert(1)>",
    "pdf with a script": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "html behind a head of a gif": b"GIF89a/*" + SCRIPT + b"*/=1;",
    "real gif": saved(Image.new("P", (8, 8)), "GIF"),
    "tiff": saved(Image.new("RGB", (8, 8)), "TIFF"),
    "exe": b"MZ\x90\x00" * 50,
    "nothing": b"",
    "cut off": jpeg(1)[:900],
    "only a head": jpeg(1)[:2] + SCRIPT,
}


@pytest.mark.parametrize("case", NO_PHOTO)
def test_what_is_no_photo_is_refused_whatever_it_is_called(case: str) -> None:
    with pytest.raises(Invalid, match=r"“现场\.jpg”不是可用的照片"):
        uploads.picture(NO_PHOTO[case], "现场.jpg")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_with_a_script_in_it_comes_out_without(form: str) -> None:
    more = {"comment": SCRIPT} if form == "JPEG" else {"exif": b"Exif\0\0" + SCRIPT} if form == "WEBP" else {}
    clean = uploads.picture(saved(scene(1), form, **more) + SCRIPT, "a.jpg").clean
    assert b"script" not in clean and clean.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("side", [12_000, 14_000, 20_000])
def test_a_few_kilobytes_that_unpack_to_hundreds_of_millions_of_pixels_are_refused_unread(side: int) -> None:
    data = png(side, side)
    assert len(data) < 60_000
    began = time.process_time()
    with pytest.raises(Invalid, match="像素过大"):
        uploads.picture(data, "a.png")
    assert time.process_time() - began < 1, "it was decoded"


def test_a_large_photo_is_read_in_a_child_and_comes_back_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = taken(3, WHEN)
    here = photo.read(data, "a.jpg")
    monkeypatch.setattr(photo_apart, "SMALL", 0)
    assert photo_apart.read(data, "a.jpg") == here
    with pytest.raises(Invalid, match=r"“b\.jpg”不是可用的照片"):
        photo_apart.read(data[:9000], "b.jpg")
    monkeypatch.setattr(photo_apart.child.sys, "executable", "/bin/false")
    with pytest.raises(Invalid, match="像素过大"):
        photo_apart.read(data, "a.jpg")


def test_when_and_where_are_kept_and_nothing_else_leaves_with_the_picture() -> None:
    data = taken(1, WHEN, latitude=-24.8123)
    found = uploads.picture(data, "a.jpg")
    assert (found.taken_at, found.place) == (WHEN, (-24.8123, 118.5765))
    assert b"SERIAL-4711" in data and b"SERIAL-4711" not in found.clean
    with Image.open(io.BytesIO(found.clean)) as served:
        assert not served.getexif() and not {"exif", "comment", "icc_profile", "xmp"} & set(served.info)


def test_a_camera_lying_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = uploads.picture(saved(scene(1), exif=exif), "a.jpg")
    with Image.open(io.BytesIO(found.clean)) as served:
        assert served.size == (480, 640)
    upright = photo.likeness(scene(1).transpose(Image.Transpose.ROTATE_270))
    assert found.likeness is not None and upright is not None and (found.likeness ^ upright).bit_count() <= alike.NEAR


@pytest.mark.parametrize("when", ["0000:00:00 00:00:00", "1970:01:01 00:00:00", "gestern", "2024:02:30 10:00:00"])
def test_a_moment_and_a_place_that_are_none_cost_only_themselves(when: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = when
    exif.get_ifd(0x8825).update({1: "N", 2: (24.0, 0.0, 0.0), 3: "E", 4: (500.0, 0.0, 0.0)})
    found = uploads.picture(saved(scene(1), exif=exif), "a.jpg")
    assert found.taken_at is None and found.place is None


NAMES = (
    "../../etc/passwd",
    "a\0.png",
    "CON",
    "甲" * 300 + ".jpg",
    "报告.xlsx",
    "\u202egpj.exe",
    "\ud800.jpg",
    "C:\\x\\y",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_as_text_and_never_becomes_a_path(platform: Platform, name: str) -> None:
    folder = platform.config.uploads
    with platform.work() as work:
        one = uploads.store(work.session, folder, jpeg(1), name, "a", work.now)
        assert len(one.name) <= 200 and not set(one.name) & set("\0\u202e\ud800")
        assert [f.name for f in folder.rglob("*") if f.is_file()] == [one.token]
        assert all(part not in one.token for part in ("..", "/", "CON"))


def test_a_file_is_whole_and_lasting_before_its_row_is(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace
    is_folder = lambda handle: os.path.isdir(f"/proc/self/fd/{handle}")  # noqa: E731
    monkeypatch.setattr(os, "fsync", lambda h: (done.append("folder" if is_folder(h) else "file"), fsync(h))[1])
    monkeypatch.setattr(Path, "replace", lambda me, to: (done.append("rename"), replace(me, to))[1])
    watch: Callable[..., Any] = lambda *_: done.append("commit")  # noqa: E731
    event.listen(platform.db.engine, "commit", watch)
    with platform.work(settle=False) as work:
        uploads.store(work.session, platform.config.uploads, jpeg(1), "a.jpg", "a", work.now)
    assert done == ["file", "rename", "folder", "folder", "commit"]


@pytest.mark.parametrize("step", ["fsync", "replace", "flush"])
def test_a_disk_that_fails_at_any_step_leaves_neither_row_nor_half_a_file(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr({"fsync": os, "replace": Path, "flush": uploads.Session}[step], step, fail)
        with pytest.raises(OSError, match="No space"), platform.work(settle=False) as work:
            uploads.store(work.session, platform.config.uploads, jpeg(1), "a.jpg", "a", work.now)
    with platform.reading() as work:
        assert work.session.scalar(select(func.count()).where(Upload.name == "a.jpg")) == 0
    left = [f for f in platform.config.uploads.rglob("*") if f.is_file()]
    assert not left or step == "flush", "a file without a row is what the sweep takes away"


def test_what_nobody_knows_of_is_swept_and_what_is_gone_is_counted(platform: Platform) -> None:
    folder = platform.config.uploads
    with platform.work() as work:
        kept, gone = (uploads.store(work.session, folder, jpeg(n), "a.jpg", "a", work.now) for n in (1, 2))
        kept, gone = uploads.path_of(folder, kept.token), uploads.path_of(folder, gone.token)
    old, part, fresh = folder / "xx" / "xxold", folder / "xx" / "xxhalf.part", folder / "xx" / "xxnew"
    for file in (old, part, fresh):
        whole_file.write(file, b"x")
    long_ago = time.time() - 3 * 24 * 3600
    for file in (old, part, kept):
        os.utime(file, (long_ago, long_ago))
    gone.unlink()
    run = job_runs.run_now(platform, "core.uploads")
    assert run.result == "清理了 2 个没有登记的文件；1 张照片的文件缺失"
    assert [f.exists() for f in (kept, fresh, old, part)] == [True, True, False, False]


def test_a_day_has_its_measure(platform: Platform) -> None:
    with platform.work() as work:
        for seed in (1, 2):
            uploads.store(work.session, platform.config.uploads, jpeg(seed), "a.jpg", "a", NOW)
        few = {"files": 2, "total": 10**9}
        with pytest.raises(OverQuota, match="2 个文件"):
            uploads.within(work.session, "a", NOW, 1, **few)
        with pytest.raises(OverQuota, match="0 MB"):
            uploads.within(work.session, "a", NOW, 1, files=9, total=100)
        uploads.within(work.session, "b", NOW, 1, **few)
        uploads.within(work.session, "a", NOW + timedelta(days=1), 1, **few)


def close(one: Image.Image, other: Image.Image) -> bool:
    bits = [photo.likeness(Image.open(io.BytesIO(photo.read(saved(i), "a.jpg").clean))) for i in (one, other)]
    assert bits[0] is not None and bits[1] is not None
    return (bits[0] ^ bits[1]).bit_count() <= alike.NEAR


CHANGED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "smaller": lambda i: i.resize((200, 150)),
    "of poor quality": lambda i: Image.open(io.BytesIO(saved(i, quality=25))),
    "brighter": lambda i: ImageEnhance.Brightness(i).enhance(1.1),
    "as png": lambda i: Image.open(io.BytesIO(saved(i, "PNG"))),
}


@pytest.mark.parametrize("how", CHANGED)
def test_the_same_photo_is_known_again(how: str) -> None:
    for seed in range(10):
        assert close(scene(seed), CHANGED[how](scene(seed)))


def test_different_photos_and_pictures_of_nothing_are_told_apart() -> None:
    hashes = [photo.likeness(scene(seed)) for seed in range(60)]
    assert all(
        (a or 0) ^ (b or 0) and ((a or 0) ^ (b or 0)).bit_count() > 10 for i, a in enumerate(hashes) for b in hashes[:i]
    )
    assert photo.likeness(Image.new("RGB", (64, 48), "green")) is None


def test_what_is_near_is_found_by_an_index_and_nothing_near_is_missed(platform: Platform) -> None:
    likeness = photo.likeness(scene(1)) or 0
    with platform.work() as work:
        for number, flips in enumerate([(), (0,), (0, 17, 34, 51), (0, 1, 2, 3), (5, 9, 13, 63), (0, 1, 2, 3, 4)]):
            bits = likeness
            for flip in flips:
                bits ^= 1 << flip
            row = {"token": f"t{number}", "name": "", "media": "", "size": 1, "digest": "", "created_by": "a"}
            work.session.add(Upload(**row, created_at=work.now, **uploads.bands(bits)))
        work.session.flush()
        first, *_ = found = work.session.scalars(
            select(Upload).where(Upload.token.like("t%")).order_by(Upload.id)
        ).all()
        near = set(work.session.scalars(select(Upload.token).where(alike.near(first))))
        assert [alike.distance(first, one) for one in found] == [0, 1, 4, 4, 4, 5]
        assert near >= {"t0", "t1", "t2", "t3", "t4"}
        plan = str(
            work.session.connection()
            .exec_driver_sql(
                "EXPLAIN QUERY PLAN "
                + str(
                    select(Upload.id)
                    .where(alike.near(first))
                    .compile(work.session.connection(), compile_kwargs={"literal_binds": True})
                )
            )
            .all()
        )
        assert plan.count("USING INDEX ix_upload_band") == uploads.BANDS and "SCAN upload" not in plan
