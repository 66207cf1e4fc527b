#!/usr/bin/env python3
"""Resumable uploads beside plain ones: the same file through `POST …/files` in one request, and by tus in one part and in parts of
32 MiB with the claim at the end, turn by turn. Both are hashed and fsynced.

    benches/resumable_upload.py [--rounds 5] [--mebibytes 1024]

Needs curl and five times the size of the file free under TMPDIR.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

from archive import Archive, file_of, median, spread
from upload import drop_blobs, other_bytes

MIB = 1 << 20
PART = 32 * MIB


def curl(archive, method, address, *arguments, head=None):
    """Sends a request as the editor; gives what curl prints."""
    command = ["curl", "-sSf", "-X", method, "-H", f"Authorization: Bearer {archive.token()}", "-H", "Expect:",
               "-H", "Tus-Resumable: 1.0.0", *arguments, address]
    if head:
        command[1:1] = ["-D", head]
    return subprocess.run(command, check=True, capture_output=True).stdout


def by_tus(archive, identity, source, part):
    """Uploads in parts of this length and attaches; gives the seconds from the first request to the last answer."""
    length = source.stat().st_size
    pieces = [source]
    if part < length:
        # Cut before the clock runs: what is measured is the archive.
        subprocess.run(["split", "-b", str(part), "-d", "-a", "4", str(source), f"{source}.part-"], check=True)
        pieces = sorted(source.parent.glob(f"{source.name}.part-*"))
    began = time.monotonic()
    with tempfile.NamedTemporaryFile("r") as head:
        curl(archive, "POST", f"{archive.address}/api/v1/uploads", "-H", f"Upload-Length: {length}",
             "-H", "Upload-Metadata: filename dGVwLnBkZg==", head=head.name)
        lines = [line.strip() for line in head.read().splitlines()]
    path = next(line.split(" ")[1] for line in lines if line.lower().startswith("location:"))
    offset = 0
    for piece in pieces:
        curl(archive, "PATCH", archive.address + path, "-T", str(piece), "-H", f"Upload-Offset: {offset}",
             "-H", "Content-Type: application/offset+octet-stream")
        offset += piece.stat().st_size
    claim = f"{archive.address}/api/v1/assets/{identity}/uploads/{path.rsplit('/', 1)[1]}"
    assert json.loads(curl(archive, "POST", claim))["sha256"]
    took = time.monotonic() - began
    if pieces != [source]:
        for piece in pieces:
            piece.unlink()
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mebibytes", type=int, default=1024)
    arguments = parser.parse_args()
    size = arguments.mebibytes * MIB
    runs = []
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "data") as archive:
        data, source = Path(folder) / "data", Path(folder) / "source"
        identity = archive.publish_files([])[1]
        file_of(source, size, b"%08d" % 0)
        kinds = [lambda: archive.attach(identity, source)[0], lambda: by_tus(archive, identity, source, size),
                 lambda: by_tus(archive, identity, source, PART)]
        for number in range(arguments.rounds):
            took = []
            for kind, upload in enumerate(kinds):
                other_bytes(source, number * len(kinds) + kind)
                took.append(upload())
                drop_blobs(data)
            runs.append(took)
        peak = archive.memory_mib("VmHWM")
    plain, whole, parts = (list(column) for column in zip(*runs))
    print(f"| {arguments.mebibytes} MiB | seconds, median (range) | MB/s | rate / plain |\n|---|---|---|---|")
    for name, took in [("plain upload", plain), ("tus, one part", whole), ("tus, parts of 32 MiB", parts)]:
        ratio = median([one / other for one, other in zip(plain, took)])
        print(f"| {name} | {spread(took)} | {size / 1e6 / median(took):.0f} | {ratio:.2f} |")
    print(f"\nmemory of the archive at most: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
