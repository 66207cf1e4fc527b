#!/usr/bin/env python3
"""Makes copies of pictures as they get about, for measuring by which hash they are recognised.

    pip install pillow==13.0.0
    python3 benches/picture_copies.py OUT [PICTURE…]
    cargo bench --bench picture_copies -- OUT

Takes the images of schema/sample, those named, and draws others: compositions of shapes, posters of one series (one
frame and one set of words, other drawings), cards of one layout (other words only), pages of print. A name up to `~` is
the family: pictures of one family look alike to people too. Writes OUT/original and one folder for each way of copying.
"""

import io
import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

ROOT = Path(__file__).resolve().parent.parent
SYLLABLES = ("quyen con nguoi tre em phu nu lao dong binh dang gioi hoc tap y te van hoa dan toc tieng noi chu viet "
             "phap luat thong tin bao ve ho tro tu van cong dong buon lang xa huyen tinh nam ngay thang").split()
LONGEST_PX = 1600


def words(dice, count):
    return " ".join(dice.choice(SYLLABLES) for _ in range(count))


def colour(dice):
    return tuple(dice.randrange(256) for _ in range(3))


def font(size):
    return ImageFont.load_default(size)


def card(dice, layout):
    """One layout, other words."""
    same = random.Random(layout)
    ground, band, circle, ink = (colour(same) for _ in range(4))
    image = Image.new("RGB", (1000, 1414), ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 1150, 1000, 1414), fill=band)
    draw.ellipse((300, 450, 700, 850), fill=circle)
    for y in (80, 180, 280):
        draw.text((80, y), words(dice, 4).upper(), fill=ink, font=font(70))
    for y in range(1180, 1380, 50):
        draw.text((80, y), words(dice, 9), fill="white", font=font(34))
    return image


def poster(dice, layout):
    """One frame and one set of words, another drawing."""
    image = card(random.Random(layout), layout)
    shapes(dice, ImageDraw.Draw(image), 6, (150, 700), (400, 900), (60, 350))
    return image


def shapes(dice, draw, count, xs, ys, sides):
    for _ in range(count):
        x, y = dice.randrange(*xs), dice.randrange(*ys)
        width, height = dice.randrange(*sides), dice.randrange(*sides)
        dice.choice((draw.ellipse, draw.rectangle))((x, y, x + width, y + height), fill=colour(dice))


def composition(dice):
    image = Image.new("RGB", (1000, dice.choice((700, 1000, 1400))), colour(dice))
    draw = ImageDraw.Draw(image)
    shapes(dice, draw, dice.randrange(2, 9), (-200, 900), (-200, image.height - 100), (80, 700))
    return image


def page(dice):
    image = Image.new("RGB", (1000, 1414), "white")
    draw = ImageDraw.Draw(image)
    draw.text((100, 90), words(dice, 6).upper(), fill="black", font=font(40))
    y = 170
    while y < 1300:
        for _ in range(dice.randrange(3, 9)):
            draw.text((100, y), words(dice, 13), fill="black", font=font(27))
            y += 36
        y += 20
    return image


def drawn():
    dice = random.Random(7)
    for number in range(40):
        yield f"composition{number}", composition(dice)
    for number in range(24):
        yield f"poster{number % 4}~{number}", poster(dice, number % 4)
    for number in range(20):
        yield f"card{number % 4}~{number}", card(dice, 10 + number % 4)
    for number in range(15):
        yield f"page~{number}", page(dice)


def blank():
    """What must have no hash."""
    noise = random.Random(1)
    paper = bytes(min(255, max(0, int(noise.gauss(240, 5)))) for _ in range(400 * 560))
    numbered = Image.new("RGB", (800, 1100), (250, 250, 250))
    ImageDraw.Draw(numbered).text((380, 1050), "12", fill="black", font=font(24))
    framed = Image.new("RGB", (800, 1100), (250, 250, 250))
    ImageDraw.Draw(framed).rectangle((10, 10, 790, 1090), outline="black", width=3)
    yield "white", Image.new("RGB", (800, 1100), "white")
    yield "one-colour", Image.new("RGB", (800, 600), (30, 90, 160))
    yield "paper", Image.frombytes("L", (400, 560), paper).convert("RGB")
    yield "gradient", Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    yield "page-number", numbered
    yield "frame", framed


def read(path):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    image = ground.convert("RGB")
    image.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    return image


def compressed(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def scaled(image, factor):
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC)


def cut(image, part):
    x, y = round(image.width * part), round(image.height * part)
    return image.crop((x, y, image.width - x, image.height - y))


def cut_one_side(image, part):
    return image.crop((0, 0, image.width, image.height - round(image.height * part)))


def framed(image, part, fill):
    return ImageOps.expand(image, max(1, round(min(image.size) * part)), fill)


def stamped(image):
    """A logo of about 1.3 % of a square picture, in the lower right corner."""
    image = image.copy()
    side = min(image.size)
    x, y = image.width - int(side * 0.17), image.height - int(side * 0.12)
    draw = ImageDraw.Draw(image)
    draw.rectangle((x, y, x + int(side * 0.14), y + int(side * 0.09)), fill="white")
    draw.ellipse((x + 5, y + 5, x + int(side * 0.08), y + int(side * 0.08)), fill=(200, 0, 0))
    return image


def lit(image, factor):
    return ImageEnhance.Brightness(image).enhance(factor)


COPIES = {
    "JPEG, quality 80": lambda image: compressed(image, 80),
    "JPEG, quality 50": lambda image: compressed(image, 50),
    "JPEG, quality 20": lambda image: compressed(image, 20),
    "25 % of its size": lambda image: scaled(image, 0.25),
    "15 % lighter": lambda image: lit(image, 1.15),
    "15 % darker": lambda image: lit(image, 0.85),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "2 % cut off each side": lambda image: cut(image, 0.02),
    "3 % cut off each side": lambda image: cut(image, 0.03),
    "3 % cut off one side": lambda image: cut_one_side(image, 0.03),
    "black frame of 1 %": lambda image: framed(image, 0.01, "black"),
    "white frame of 2 %": lambda image: framed(image, 0.02, "white"),
    "logo in a corner": stamped,
    "40 %, logo, 10 % lighter, JPEG 60": lambda image: compressed(lit(stamped(scaled(image, 0.4)), 1.1), 60),
}


def main():
    out, *pictures = map(Path, sys.argv[1:])
    sample = sorted((ROOT / "schema/sample/images").iterdir())
    images = [(path.stem, read(path)) for path in [*sample, *pictures]] + list(drawn())
    for folder in ("original", "blank", *COPIES):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for name, image in blank():
        image.save(out / "blank" / f"{name}.png")
    for name, image in images:
        image.save(out / "original" / f"{name}.png", compress_level=1)
        for folder, copy in COPIES.items():
            image_of = copy(image)
            if folder.startswith("JPEG"):
                # Once more at the highest quality: what the first compression lost stays lost.
                image_of.save(out / folder / f"{name}.jpg", quality=100, subsampling=0)
            else:
                image_of.save(out / folder / f"{name}.jpg", quality=92)


if __name__ == "__main__":
    main()
