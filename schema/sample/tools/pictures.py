"""Writes one picture of the sample: renders it, turns it as a camera would store it, adds its EXIF data."""

import subprocess

import posters
import scenes
import udhr
from PIL import Image

# EXIF orientation -> how the pixels must lie in the file so that the viewer's turn sets them upright.
STORED = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
SAVING = {"jpg": {"optimize": True, "subsampling": "4:2:0"}, "png": {"optimize": True}, "webp": {"method": 5}}


def make(picture, path, credit):
    image = render(picture)
    orientation = picture.get("orientation", 1)
    if orientation in STORED:
        image = image.transpose(STORED[orientation])
    kind = path.suffix[1:]
    options = dict(SAVING[kind])
    if kind == "png":
        image = image.quantize(128, dither=Image.Dither.NONE)
    else:
        options["quality"] = picture.get("quality", 80)
    image.save(path, **options)
    write_exif(picture, path, credit, orientation)


def render(picture):
    if "scene" in picture:
        return scenes.scene(picture["scene"], *picture["size"])
    drawing = posters.POSTERS[picture["poster"]]
    if picture["poster"] == "thirty-articles":
        return drawing([article[0] for article in udhr.ARTICLES.values()])
    return drawing()


def write_exif(picture, path, credit, orientation):
    """Only what the record asks for: a poster has no camera, a photograph has one, some know their place."""
    tags = [f"-EXIF:Copyright={credit}", f"-EXIF:Orientation#={orientation}"]
    if "taken" in picture:
        tags += [f"-EXIF:DateTimeOriginal={picture['taken']}", f"-EXIF:CreateDate={picture['taken']}", "-EXIF:OffsetTimeOriginal=+07:00"]
    if "camera" in picture:
        make_, model, serial, owner = picture["camera"]
        tags += [f"-EXIF:Make={make_}", f"-EXIF:Model={model}", f"-EXIF:SerialNumber={serial}", f"-EXIF:OwnerName={owner}"]
        tags += ["-EXIF:FNumber=8", "-EXIF:ExposureTime=1/250", "-EXIF:ISO=200", "-EXIF:FocalLength=35"]
    if "gps" in picture:
        north, east, metres = picture["gps"]
        tags += [f"-EXIF:GPSLatitude={north}", "-EXIF:GPSLatitudeRef=N", f"-EXIF:GPSLongitude={east}", "-EXIF:GPSLongitudeRef=E"]
        tags += [f"-EXIF:GPSAltitude={metres}", "-EXIF:GPSAltitudeRef#=0", f"-EXIF:GPSDateStamp={picture['taken'][:10]}"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-charset", "exif=utf8", *tags, str(path)], check=True)
