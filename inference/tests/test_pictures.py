import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageOps

from inference.pictures import SourceError, decode_picture, load_picture, pictures_in

RED = (200, 30, 20)


def saved(picture: PillowImage.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        decode_picture(data, "a.jpg")
    message = str(caught.value)
    assert message.startswith("a.jpg: ")
    assert "\n" not in message
    return message


def test_a_picture_becomes_blue_green_red():
    image = decode_picture(saved(PillowImage.new("RGB", (20, 10), RED)), "a.png")
    assert image.shape == (10, 20, 3)
    assert image.dtype == np.uint8
    assert tuple(image[0, 0]) == RED[::-1]


@pytest.mark.parametrize("orientation", range(10))
def test_every_orientation_is_made_upright_as_pillow_does_it(orientation: int):
    noise = PillowImage.fromarray(np.random.default_rng(7).integers(0, 256, (5, 7, 3), np.uint8))
    exif = noise.getexif()
    exif[0x0112] = orientation
    data = saved(noise, "PNG", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(PillowImage.open(io.BytesIO(data))))[:, :, ::-1]
    assert np.array_equal(decode_picture(data, "a.png"), expected)


def test_a_phone_picture_is_turned_as_its_exif_says():
    picture = PillowImage.new("RGB", (40, 20), RED)
    exif = picture.getexif()
    exif[0x0112] = 6
    assert decode_picture(saved(picture, "JPEG", exif=exif), "a.jpg").shape == (40, 20, 3)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "CMYK", "I;16", "F"])
def test_every_kind_of_pixels_becomes_three_channels(mode: str):
    picture = PillowImage.new(mode, (30, 20), 0)
    image = decode_picture(saved(picture, "TIFF" if mode in ("CMYK", "F") else "PNG"), "a")
    assert image.shape == (20, 30, 3)


def test_sixteen_bits_are_scaled_and_not_cut_off():
    values = np.linspace(0, 65535, 64, dtype=np.uint16).reshape(8, 8)
    image = decode_picture(saved(PillowImage.fromarray(values)), "a.png")
    assert abs(int(image[4, 0, 0]) - 129) <= 2


def test_what_is_transparent_is_white():
    assert decode_picture(saved(PillowImage.new("RGBA", (8, 8), (0, 0, 0, 0))), "a.png").min() == 255


def test_an_empty_file_says_so():
    assert "empty (0 bytes)" in refusal(b"")


def test_text_is_not_a_picture():
    assert "not a picture" in refusal(b"hello, this is text")


def test_half_a_picture_is_damaged():
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    data = saved(PillowImage.fromarray(noise), "JPEG")
    assert "damaged picture" in refusal(data[: len(data) // 2])


def test_a_huge_picture_is_refused_before_it_is_decoded():
    assert "has more than 64 million pixels" in refusal(png_header(20_000, 20_000))
    assert "has more than 64 million pixels" in refusal(png_header(10_000, 10_000))


def png_header(width: int, height: int) -> bytes:
    """A picture of which nothing but the size is there."""
    chunks = [b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(b""), b"IEND"]
    framed = [struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def test_a_path_with_spaces_and_unicode_is_read(tmp_path: Path):
    path = tmp_path / "mein Auto – 車.png"
    path.write_bytes(saved(PillowImage.new("RGB", (9, 9), RED)))
    assert load_picture(path).shape == (9, 9, 3)


def test_a_missing_picture_is_named(tmp_path: Path):
    with pytest.raises(SourceError, match=r"gone\.jpg: does not exist"):
        load_picture(tmp_path / "gone.jpg")


def test_a_folder_gives_its_pictures_by_name(tmp_path: Path):
    for name in ("b.jpg", "a.PNG", "notes.txt", "below/c.webp"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert [path.name for path in pictures_in(tmp_path)] == ["a.PNG", "b.jpg", "c.webp"]
