#!/usr/bin/env python3
"""Import of a table with small files beside `cp` and `sha256sum` of the same files, turn by turn.

    benches/table_import.py [--program target/release/khochung] [--rows 3000] [--bytes 4096] [--rounds 3]

One file a row. Ours: the files as one ZIP by tus, the check, the import to its last row, over HTTP; the archive fsyncs every
file and every commit. Beside it: `cp` of every file to the same disk with `sync -f` at the end, then `sha256sum` of all; and, as a
floor for what is durable, one fsync for each copied file. Prints medians and ratios (above 1: ours is faster).
"""

import argparse
import base64
import io
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
import zipfile


def make_files(folder, rows, size):
    folder.mkdir()
    for row in range(rows):
        text = f"Nội dung {row}\n".encode()
        (folder / f"{row}.txt").write_bytes((text * (size // len(text) + 1))[:size])


def copied(folder, target, each):
    started = time.perf_counter()
    target.mkdir()
    for file in sorted(folder.iterdir()):
        copy = target / file.name
        shutil.copyfile(file, copy)
        if each:
            with open(copy, "rb") as opened:
                os.fsync(opened.fileno())
    subprocess.run(["sync", "-f", target], check=True)
    names = [str(file) for file in sorted(target.iterdir())]
    subprocess.run(["sha256sum", *names], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(target)
    return time.perf_counter() - started


class Archive:
    def __init__(self, program, data):
        self.program, self.data = program, data
        subprocess.run([program, "version"], check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen(
            [program, "serve", "--data", data, "--bind", "127.0.0.1:0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        control = pathlib.Path(data) / "run" / "control.json"
        for _ in range(600):
            made = subprocess.run(
                [program, "token", "create", "--role", "contributor", "--organisation", "dic", "--data", data],
                capture_output=True, text=True) if control.exists() else None
            if made and made.returncode == 0:
                self.token = made.stdout.split()[-1]
                break
            time.sleep(0.1)
        else:
            raise SystemExit("the archive did not start")
        control = json.loads(control.read_text())
        self.base = "http://" + control["address"]

    def send(self, method, path, body=None, headers=()):
        request = urllib.request.Request(
            self.base + path, data=body, method=method,
            headers={"Authorization": "Bearer " + self.token, **dict(headers)})
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.headers, answer.read()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def imported(archive, folder, number):
    files = sorted(folder.iterdir())
    started = time.perf_counter()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as writer:
        for file in files:
            writer.write(file, file.name)
    packed = packed.getvalue()
    name = base64.b64encode(b"files.zip").decode()
    head, _ = archive.send("POST", "/api/v1/uploads", packed, {
        "Tus-Resumable": "1.0.0", "Upload-Length": str(len(packed)), "Upload-Metadata": "filename " + name,
        "Content-Type": "application/offset+octet-stream"})
    upload = head["Location"].rsplit("/", 1)[1]
    rows = "".join(f"{number}-{file.stem},Work {file.stem},{file.name}\n" for file in files)
    table = ("Own id,Title,Files\n" + rows).encode()
    _, body = archive.send("POST", f"/api/v1/table-imports?archive={upload}", table,
                           {"Content-Type": "application/octet-stream"})
    path = "/api/v1/table-imports/" + json.loads(body)["id"]
    checked = time.perf_counter() - started
    archive.send("POST", path + "/start", b"")
    while True:
        state = json.loads(archive.send("GET", path)[1])
        if state["state"] != "running":
            break
        time.sleep(0.02)
    assert state["imported"]["created"] == len(files), state
    return time.perf_counter() - started, checked


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="target/release/khochung")
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--bytes", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as work:
        work = pathlib.Path(work)
        folder = work / "files"
        make_files(folder, given.rows, given.bytes)
        archive = Archive(given.program, str(work / "data"))
        ours, checks, plain, durable = [], [], [], []
        try:
            for number in range(given.rounds):
                plain.append(copied(folder, work / "copy", each=False))
                durable.append(copied(folder, work / "copy", each=True))
                seconds, checked = imported(archive, folder, number)
                ours.append(seconds)
                checks.append(checked)
        finally:
            archive.stop()
    ours, checks, plain, durable = map(statistics.median, (ours, checks, plain, durable))
    print(f"{given.rows} files of {given.bytes} bytes: import {ours:.2f} s (of which sending and check {checks:.2f} s), "
          f"cp + sha256sum {plain:.2f} s (ratio {plain / ours:.2f}), with fsync of each {durable:.2f} s (ratio {durable / ours:.2f})")


if __name__ == "__main__":
    main()
