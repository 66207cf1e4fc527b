#!/usr/bin/env python3
"""How well words in scans are recognised, and how long it takes.

    benches/recognition.py [--pages 3]

Pages are set by typst from texts of the sample collection, drawn at several resolutions and spoiled by ffmpeg: skewed, noisy, turned,
photographed (perspective, uneven light, a table around the page). Each goes through the archive as a user's upload does. The
character error rate is the edit distance to the text that was set, after NFC, blanks taken as one, in percent of its characters.

Needs `pip install typst==0.15.2`, ffmpeg, tesseract with `vie`, and target/release/khochung (or KHOCHUNG=…).
"""

import argparse
import http.client
import json
import os
import subprocess
import tempfile
import time
import unicodedata
from pathlib import Path

import typst

from archive import ROOT, Archive

PHOTOGRAPHED = (
    "format=gray,pad=iw*1.16:ih*1.12:(ow-iw)/2:(oh-ih)/2:color=0x505050,"
    "perspective=x0=W*0.04:y0=H*0.03:x1=W*0.97:y1=0:x2=0:y2=H*0.98:x3=W:y3=H*0.96:sense=destination,"
    "rotate=4.5*PI/180:fillcolor=0x505050,geq=lum='lum(X,Y)*(0.95-0.5*(X/W+Y/H)/2)',noise=alls=8:allf=t,gblur=sigma=0.8"
)
VARIANTS = [
    ("150 dpi", 150, None),
    ("200 dpi", 200, None),
    ("300 dpi", 300, None),
    ("skewed 2 degrees", 200, "rotate=2*PI/180:fillcolor=white"),
    ("skewed 5 degrees", 200, "rotate=5*PI/180:fillcolor=white"),
    ("noise", 200, "noise=alls=40:allf=t"),
    ("turned 90 degrees", 200, "transpose=1"),
    ("turned 180 degrees", 200, "hflip,vflip"),
    ("photographed", 300, PHOTOGRAPHED),
]


def normal(text):
    return " ".join(unicodedata.normalize("NFC", text).split())


def distance(one, other):
    """The edit distance of two texts."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, wanted in enumerate(other, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (letter != wanted))
    return row[-1]


def texts(count):
    """Vietnamese texts of about 2,000 characters, each as paragraphs."""
    paragraphs, found = [], []
    for line in open(ROOT / "schema/sample/works.ndjson", encoding="utf-8"):
        work = json.loads(line)
        body = work.get("body") or work.get("work", {}).get("body") or ""
        if "đ" in body and len(body) > 100:
            paragraphs += [normal(one) for one in body.split("\n") if len(one) > 40]
        if sum(map(len, paragraphs)) > 2000:
            found.append(paragraphs)
            paragraphs = []
        if len(found) == count:
            break
    return found


def page(paragraphs, dpi, video_filter, folder):
    source, image = Path(folder) / "page.typ", Path(folder) / "page.png"
    escaped = [one.translate({ord(c): "\\" + c for c in "#*_$@<>`\\~=-/"}) for one in paragraphs]
    head = '#set page("a4", margin: 22mm)\n#set text(font: "DejaVu Serif", size: 11pt, lang: "vi", hyphenate: false)\n'
    source.write_text(head + "\n\n".join(escaped), encoding="utf-8")
    pages = typst.compile(str(source), format="png", ppi=dpi)
    image.write_bytes(pages if isinstance(pages, bytes) else pages[0])
    if not video_filter:
        return image.read_bytes()
    command = ["ffmpeg", "-v", "error", "-i", image, "-vf", video_filter, "-c:v", "png", "-f", "image2pipe", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


class Editor:
    def __init__(self, archive):
        self.archive, self.token = archive, archive.token()

    def ask(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.archive.port, timeout=600)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def recognised(self, image):
        """The text of an image and the seconds until it was there."""
        work = json.loads(self.ask("POST", "/api/v1/assets", json.dumps({"titles": {"vi": "Trang"}, "kind": "leaflet"}))[1])
        path = f"/api/v1/assets/{work['id']}"
        began = time.monotonic()
        self.ask("POST", f"{path}/files?name=trang.png", image, "application/octet-stream")
        while True:
            file = json.loads(self.ask("GET", path)[1])["files"][0]
            state = file.get("text", {}).get("state")
            if state == "ready":
                text = self.ask("GET", f"{path}/files/{file['sha256']}/text")[1].decode()
                return text, time.monotonic() - began
            if state not in (None, "working"):
                raise SystemExit(f"no text: {file}")
            time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=3)
    arguments = parser.parse_args()
    samples = texts(arguments.pages)
    with tempfile.TemporaryDirectory() as folder, Archive(os.path.join(folder, "kho")) as archive:
        editor = Editor(archive)
        for name, dpi, video_filter in VARIANTS:
            errors = letters = seconds = 0
            for paragraphs in samples:
                wanted = normal(" ".join(paragraphs))
                text, took = editor.recognised(page(paragraphs, dpi, video_filter, folder))
                errors += distance(normal(text), wanted)
                letters, seconds = letters + len(wanted), seconds + took
            print(f"{name:20} {100 * errors / letters:6.2f} % of {letters} characters, {seconds / len(samples):.1f} s a page", flush=True)


if __name__ == "__main__":
    main()
