"""Landscapes and still lifes computed with numpy: the "photographs" of the sample collection.

Nobody is shown and no camera was used, so every picture may be given away. Each scene is a
function `(width, height) -> PIL image`, drawn from a fixed seed, so two runs give the same pixels.
Pictures stay smooth on purpose: twelve megapixels must fit into a few hundred kilobytes.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def scene(name, width, height):
    return SCENES[name](width, height)


def to_image(pixels):
    return Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8))


def colour(hex_code):
    return np.array([int(hex_code[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def cloud_noise(width, height, seed, roughness=1.7, stretch=1.0):
    """Fractal noise in 0..1: white noise filtered to a power law, drawn small and enlarged.

    `stretch` below 1 draws it out sideways.
    """
    rows, columns = 384, 512
    rng = np.random.default_rng(seed)
    fy = np.fft.fftfreq(rows)[:, None] * stretch
    fx = np.fft.rfftfreq(columns)[None, :]
    radius = np.sqrt(fx**2 + fy**2)
    radius[0, 0] = 1
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((rows, columns))) / radius**roughness)
    field = (field - field.min()) / (field.max() - field.min())
    small = Image.fromarray(field.astype(np.float32))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def outline(width, seed, detail):
    """One ridge as heights in -1..1 along the picture: sine waves of falling size."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, width, dtype=np.float32)
    heights = np.zeros(width, np.float32)
    for octave in range(1, detail):
        frequency = 1.1 * 1.75**octave
        heights += np.sin(frequency * x * 2 + rng.uniform(0, 6.28)) / octave**1.9
    return heights / np.abs(heights).max()


def sky(width, height, top, bottom, horizon, glow=None, clouds=0.35, seed=1):
    """A vertical gradient with clouds and, at `glow` (x, y in 0..1), the light of a low sun."""
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    blend = np.clip(y / horizon, 0, 1) ** 0.8
    pixels = colour(top) * (1 - blend) + colour(bottom) * blend
    pixels = np.repeat(pixels, width, axis=1)
    veil = np.clip(cloud_noise(width, height, seed, 1.6, 0.4) - 0.48, 0, 1)[..., None] * 2.2 * clouds
    pixels = pixels * (1 - veil) + np.float32(1.0) * veil
    if glow:
        x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
        distance = np.sqrt((x - glow[0]) ** 2 + ((y[..., 0] - glow[1]) * height / width) ** 2)
        halo = np.exp(-distance * 6.5)[..., None]
        disc = np.clip((0.034 - distance) * 260, 0, 1)[..., None]
        pixels = np.clip(pixels + halo * np.array([0.55, 0.33, 0.12], np.float32), 0, 1)
        pixels = pixels * (1 - disc) + np.array([1.0, 0.99, 0.95], np.float32) * disc
    return pixels


def add_ridges(pixels, near, far, horizon, layers, seed, floor=1.0):
    """Lays hill behind hill, each nearer one darker, with mist in the valleys between."""
    height, width, _ = pixels.shape
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    grain = cloud_noise(width, height, seed + 90, 1.15)
    for layer in range(layers):
        depth = layer / max(1, layers - 1)
        base = horizon + (floor - horizon) * 0.78 * depth
        crest = base - outline(width, seed + layer, 4 + layer) * (0.05 + 0.05 * depth)
        inside = np.clip((y - crest[None, :]) * height * 0.5, 0, 1)
        mist = np.clip(1 - (y - crest[None, :]) / 0.3, 0, 1) * depth + (1 - depth)
        tint = colour(far) * (1 - depth) + colour(near) * depth
        shade = tint * (0.72 + 0.28 * mist[..., None]) + (grain[..., None] - 0.5) * 0.22 * depth
        pixels[:] = pixels * (1 - inside[..., None]) + shade * inside[..., None]
    return pixels


def dawn_ridges(width, height):
    pixels = sky(width, height, "31527a", "f6c48a", 0.55, glow=(0.63, 0.36), seed=11)
    return to_image(add_ridges(pixels, "1c3a2c", "c79a86", 0.44, 6, 21))


def noon_ridges(width, height):
    pixels = sky(width, height, "3f86c9", "d4e9f5", 0.6, clouds=0.9, seed=12)
    return to_image(add_ridges(pixels, "2f6b2f", "9fbdc9", 0.46, 6, 21))


def dusk_ridges(width, height):
    pixels = sky(width, height, "22254f", "e0735a", 0.6, glow=(0.2, 0.46), clouds=0.5, seed=13)
    return to_image(add_ridges(pixels, "0f1424", "8a5470", 0.46, 6, 21))


def lake(width, height):
    """Hills around a lake; the water is the upper half turned over, darker and rippled."""
    shore = int(height * 0.56)
    upper = sky(width, shore, "4b86b8", "f3e3c2", 0.9, glow=(0.34, 0.5), seed=31)
    upper = add_ridges(upper, "24503a", "9db4b8", 0.66, 4, 41, floor=1.02)
    depth = height - shore
    rng = np.random.default_rng(5)
    rows, columns = np.arange(depth), np.arange(width)
    source = np.clip(shore - 1 - (rows * shore / depth * 0.92).astype(int), 0, shore - 1)
    mirrored = upper[source]
    swell = cloud_noise(width, depth, 6, 1.3, 0.1) - 0.5
    for row in range(depth):
        shift = int((0.2 + row / depth) * 0.012 * width * np.sin(row / (3 + row * 0.02) + rng.uniform(0, 0.8)))
        mirrored[row] = mirrored[row][np.clip(columns + shift, 0, width - 1)]
    water = mirrored * np.array([0.62, 0.74, 0.82], np.float32) + swell[..., None] * 0.12
    picture = to_image(np.concatenate([upper, water]))
    soft = picture.filter(ImageFilter.GaussianBlur(width / 1500))
    soft.paste(picture.crop((0, 0, width, shore)), (0, 0))
    return soft


def ground(width, height, horizon):
    """World coordinates (across, ahead) for every pixel below the horizon of a flat plain."""
    first = int(height * horizon)
    y = (np.arange(first, height, dtype=np.float32)[:, None] - first + height * 0.012) / height
    ahead = 0.22 / y
    across = (np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :]) * ahead * 4.2 * width / height
    return first, across, ahead


def coffee_rows(width, height):
    """Rows of coffee bushes on red basalt soil, running to a line of hills."""
    pixels = sky(width, height, "4f8fc7", "e6f0ee", 0.42, clouds=0.8, seed=51)
    pixels = add_ridges(pixels, "4c7a5a", "a9c3cc", 0.33, 3, 61, floor=0.46)
    first, across, ahead = ground(width, height, 0.42)
    rows = np.cos((across + 0.35 * np.sin(ahead * 0.5) + 0.3) * 6.2)
    bush = np.clip(rows * 2.2 + 0.9 + (cloud_noise(width, height, 8, 1.0)[first:] - 0.5) * 3.4, 0, 1)[..., None]
    leaf = cloud_noise(width, height, 9, 0.9)[first:][..., None]
    green = colour("1f4d23") * (0.75 + 0.6 * leaf) + np.clip(rows, 0, 1)[..., None] * colour("2f5a1c") * 0.55
    soil = colour("8e3b20") * (0.8 + 0.4 * leaf)
    haze = np.clip((ahead - 3) / 16, 0, 0.75)[..., None]
    field = (green * bush + soil * (1 - bush)) * (1 - haze) + colour("a3bda6") * haze
    pixels[first:] = field
    return to_image(pixels)


def basalt_road(width, height):
    """A straight red earth road through grass under a rainy-season sky."""
    pixels = sky(width, height, "5c7d99", "dfe5e2", 0.46, clouds=1.0, seed=71)
    pixels = add_ridges(pixels, "3f6d4c", "93aab0", 0.4, 3, 81, floor=0.5)
    first, across, ahead = ground(width, height, 0.45)
    wobble = (cloud_noise(width, height, 14, 1.2)[first:] - 0.5) * 0.9
    bend = across - 0.10 * np.sin(ahead * 0.45) * ahead * 0.5
    road = np.clip((0.62 + wobble * 0.35 - np.abs(bend)) * 9, 0, 1)[..., None]
    ruts = np.exp(-((np.abs(bend) - 0.27) ** 2) * 160)[..., None]
    texture = cloud_noise(width, height, 15, 1.05)[first:][..., None]
    earth = colour("b4532c") * (0.75 + 0.5 * texture) * (1 - 0.22 * ruts)
    grass = colour("56803a") * (0.55 + 0.9 * texture)
    haze = np.clip((ahead - 4) / 18, 0, 0.7)[..., None]
    pixels[first:] = (earth * road + grass * (1 - road)) * (1 - haze) + colour("9fb59f") * haze
    return to_image(pixels)


def paddies(width, height):
    """Rice plots in the valley: each plot has its own green, some hold water and the sky."""
    pixels = sky(width, height, "5f9fd0", "f1efdc", 0.44, clouds=0.7, seed=91)
    pixels = add_ridges(pixels, "3d6f57", "a8c0c4", 0.35, 3, 101, floor=0.48)
    first, across, ahead = ground(width, height, 0.44)
    slant = across + 0.3 * ahead + 0.2 * np.sin(ahead * 1.2)
    column, row = np.floor(slant / 1.3).astype(int), np.floor(np.log(ahead + 0.02) * 3.1).astype(int)
    rng = np.random.default_rng(4)
    table = np.stack([colour(c) for c in ("7fae3a", "97b83f", "5f9a38", "c7b653", "a9c9d6", "8fb8cc", "6ea23f")])
    plot = table[rng.integers(0, len(table), (64, 64))[column % 64, row % 64]]
    dyke_x = np.abs(slant / 1.3 - column - 0.5) > 0.475
    dyke_y = np.abs(np.log(ahead + 0.02) * 3.1 - row - 0.5) > 0.46
    texture = cloud_noise(width, height, 17, 1.1)[first:][..., None]
    field = plot * (0.78 + 0.42 * texture)
    field = np.where((dyke_x | dyke_y)[..., None], colour("5b6b34") * (0.8 + 0.4 * texture), field)
    haze = np.clip((ahead - 3) / 18, 0, 0.7)[..., None]
    pixels[first:] = field * (1 - haze) + colour("b3c6b8") * haze
    return to_image(pixels).filter(ImageFilter.GaussianBlur(width / 2200))


def communal_house(draw, x, ground_y, size, fill, window=None):
    """The tall-roofed rông house of the Bahnar and Jrai villages, as a flat shape."""
    roof = [(x - 0.44 * size, ground_y - 0.4 * size), (x - 0.33 * size, ground_y - 0.85 * size),
            (x - 0.3 * size, ground_y - 1.46 * size), (x, ground_y - 1.38 * size), (x + 0.3 * size, ground_y - 1.46 * size),
            (x + 0.33 * size, ground_y - 0.85 * size), (x + 0.44 * size, ground_y - 0.4 * size)]
    draw.polygon(roof, fill=fill)
    draw.rectangle((x - 0.34 * size, ground_y - 0.43 * size, x + 0.34 * size, ground_y - 0.2 * size), fill=fill)
    for step in range(-3, 4):
        post = x + step * 0.105 * size
        draw.rectangle((post - 0.012 * size, ground_y - 0.2 * size, post + 0.012 * size, ground_y), fill=fill)
    if window:
        for step in (-0.2, 0.2):
            left = x + step * size - 0.04 * size
            draw.rectangle((left, ground_y - 0.37 * size, left + 0.08 * size, ground_y - 0.26 * size), fill=window)
        draw.rectangle((x - 0.05 * size, ground_y - 0.38 * size, x + 0.05 * size, ground_y - 0.2 * size), fill=window)


def night_village(width, height):
    """Stars over a village: a communal house with light in its windows."""
    pixels = sky(width, height, "060a1f", "27406b", 0.85, clouds=0.0, seed=111)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    band = np.exp(-(((x / width - 0.75) * 0.8 + (y / height - 0.3)) ** 2) * 26)
    pixels += (band * cloud_noise(width, height, 23, 1.3) * 0.33)[..., None] * np.array([0.8, 0.85, 1.0], np.float32)
    picture = to_image(pixels)
    draw = ImageDraw.Draw(picture)
    rng = np.random.default_rng(42)
    for _ in range(650):
        sx, sy = rng.uniform(0, width), rng.uniform(0, height * 0.72)
        radius = rng.gamma(1.2, width / 4200)
        light = int(rng.uniform(140, 255))
        draw.ellipse((sx - radius, sy - radius, sx + radius, sy + radius), fill=(light, light, min(255, light + 12)))
    hill = height * 0.84 - outline(width, 33, 5) * height * 0.03
    draw.polygon([(0, height), *zip(range(width), hill.tolist()), (width, height)], fill=(8, 12, 16))
    communal_house(draw, width * 0.36, height * 0.86, min(width, height) * 0.4, (10, 9, 12), (250, 190, 90))
    for place, size in ((0.62, 0.13), (0.72, 0.11), (0.86, 0.14), (0.12, 0.12)):
        left, base, tall = width * place, height * 0.86, width * size * 0.8
        draw.polygon([(left - tall, base - tall * 0.5), (left, base - tall), (left + tall, base - tall * 0.5)], fill=(12, 12, 16))
        draw.rectangle((left - tall * 0.8, base - tall * 0.5, left + tall * 0.8, base), fill=(14, 13, 16))
        draw.rectangle((left - tall * 0.2, base - tall * 0.38, left + tall * 0.1, base - tall * 0.12), fill=(240, 170, 70))
    return picture


def woven_cloth(width, height):
    """Hand-woven cloth close up: bands of diamonds, every thread drawn with its own shade."""
    threads_x, threads_y = 160, 160 * height // width
    column, row = np.meshgrid(np.arange(threads_x), np.arange(threads_y))
    palette = np.stack([colour(c) for c in ("14121c", "a3201f", "e2b33c", "f2ead8", "1f4f74", "2f6b3a")])
    index = np.zeros_like(column)
    band = row % 40
    diamond = np.abs(column % 16 - 8) + np.abs(band - 20)
    index = np.where((band > 10) & (band < 30), 1, index)
    index = np.where((band > 10) & (band < 30) & (diamond < 9), 3, index)
    index = np.where((band > 10) & (band < 30) & (diamond < 6), 0, index)
    index = np.where((band > 10) & (band < 30) & (diamond < 3), 2, index)
    index = np.where(np.isin(band, (4, 5, 35, 36)), 2, index)
    index = np.where(np.isin(band, (7, 33)), 4, index)
    index = np.where(np.isin(band, (2, 38)) & (column % 4 < 2), 5, index)
    threads = palette[index]
    rng = np.random.default_rng(7)
    threads = threads * rng.uniform(0.86, 1.08, threads.shape[:2])[..., None]
    scale = width / threads_x
    y, x = np.mgrid[0:height, 0:width]
    tx, ty = np.minimum((x / scale).astype(int), threads_x - 1), np.minimum((y / scale).astype(int), threads_y - 1)
    over = ((tx + ty) % 2).astype(np.float32)
    round_x, round_y = np.sin(np.pi * (x / scale % 1)), np.sin(np.pi * (y / scale % 1))
    relief = over * round_x + (1 - over) * round_y
    light = 0.75 + 0.35 * cloud_noise(width, height, 19, 1.9)
    return to_image(threads[ty, tx] * (0.55 + 0.5 * relief * light)[..., None])


def gongs(width, height):
    """A set of bronze gongs hung on a dark wall, lit from the upper left."""
    wood = cloud_noise(width, height, 25, 1.3, 0.06)[..., None]
    pixels = colour("3a2116") * (0.45 + 0.8 * wood)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    places = ((0.2, 0.36, 0.15), (0.5, 0.42, 0.23), (0.82, 0.34, 0.13), (0.3, 0.78, 0.12), (0.74, 0.76, 0.16))
    for number, (cx, cy, size) in enumerate(places):
        radius = size * height
        dx, dy = (x - cx * width) / radius, (y - cy * height) / radius
        distance = np.sqrt(dx**2 + dy**2)
        shadow = np.clip(1.18 - np.sqrt((dx - 0.12) ** 2 + (dy - 0.14) ** 2), 0, 0.25)[..., None] * 2.4
        pixels = pixels * (1 - np.clip(shadow, 0, 0.6))
        angle = np.arctan2(dy, dx)
        sheen = 0.62 + 0.16 * np.cos(2 * (angle + 0.8)) + 0.05 * np.cos(distance * 70)
        boss = np.exp(-((distance / 0.23) ** 2) * 2.2)
        rim = np.exp(-(((distance - 0.93) / 0.05) ** 2))
        lit = sheen - 0.28 * (dx + dy) * rim - 0.5 * (dx + dy) / 0.23 * boss + 0.2 * boss
        bronze = colour(("b98a3d", "c79a4a", "a87a35")[number % 3]) * lit[..., None]
        bronze += np.clip(1 - np.sqrt((dx + 0.09) ** 2 + (dy + 0.1) ** 2) / 0.11, 0, 1)[..., None] * 0.5
        disc = np.clip((1 - distance) * radius * 0.6, 0, 1)[..., None]
        pixels = pixels * (1 - disc) + bronze * disc
    return to_image(pixels)


SCENES = {
    "dawn-ridges": dawn_ridges,
    "noon-ridges": noon_ridges,
    "dusk-ridges": dusk_ridges,
    "lake": lake,
    "coffee-rows": coffee_rows,
    "basalt-road": basalt_road,
    "paddies": paddies,
    "night-village": night_village,
    "woven-cloth": woven_cloth,
    "gongs": gongs,
}
