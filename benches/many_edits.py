#!/usr/bin/env python3
"""Disk and rebuild time of an archive whose works were edited many times.

    benches/many_edits.py [--works 1000] [--edits 10 100 1000] [--words 200] [--folder DIR]

Each work is taken in and then changed by imports, until it has so many edits; every edit changes the title and one sentence.
Then the index of the catalogue is deleted and built anew from the journal by `khochung rebuild`, and a start after
`kill -9` is timed. Needs target/release/khochung.
"""

import argparse
import json
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from archive import BINARY, Archive


def folder_mib(path):
    return sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file()) / 2**20


def round_of_edits(works, words, number, into):
    """One line for each work. The words are from a small vocabulary, so they compress as texts do."""
    vocabulary = [f"{a}{b}" for a in "b c d đ g h k l m n ng nh ph qu s t th tr v x".split() for b in
                  "a ai an anh ao ay e em en i inh o oi on ong u ui ung ươi ương".split()]
    with open(into, "w", encoding="utf-8") as lines:
        for work in range(works):
            text = random.Random(work).choices(vocabulary, k=words)
            text[random.Random(work * 7919 + number).randrange(words)] = f"lần {number}"
            lines.write(json.dumps({
                "titles": {"vi": f"Bài {work}, lần {number}"}, "body": " ".join(text),
                "identifiers": [{"scheme": "test", "value": str(work)}],
            }, ensure_ascii=False) + "\n")


def rebuild(data):
    """Seconds and CPU seconds of `khochung rebuild`."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([BINARY, "rebuild", "--data", data], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, cpu


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--works", type=int, default=1000)
    parser.add_argument("--edits", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--words", type=int, default=200)
    parser.add_argument("--folder")
    options = parser.parse_args()
    print("| edits of each work | changes | journal, MiB | index, MiB | rebuild, s | CPU s | start after kill -9, s |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=options.folder) as data:
        done = 0
        for edits in options.edits:
            with Archive(data) as archive:
                while done <= edits:
                    with tempfile.NamedTemporaryFile(suffix=".ndjson") as lines:
                        round_of_edits(options.works, options.words, done, lines.name)
                        archive.load(lines.name)
                    done += 1
                archive.stop(signal.SIGKILL)
            with Archive(data) as archive:
                started = archive.until_answers("/readyz")
                while list(Path(data, "catalog/journal").glob("*.ndjson"))[1:]:
                    time.sleep(0.2)
            journal = folder_mib(Path(data, "catalog/journal"))
            shutil.rmtree(Path(data, "catalog/index"))
            seconds, cpu = rebuild(data)
            index = folder_mib(Path(data, "catalog/index"))
            print(f"| {edits} | {options.works * (edits + 1):,} | {journal:.0f} | {index:.0f} | {seconds:.1f} "
                  f"| {cpu:.1f} | {started:.1f} |", flush=True)


if __name__ == "__main__":
    main()
