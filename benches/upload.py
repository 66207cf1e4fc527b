#!/usr/bin/env python3
"""Uploads of 1 GiB through HTTP, hashed and fsynced, beside one thread that reads, hashes with ring,
writes and fsyncs the same file, turn by turn. Then eight uploads of 1 GiB at once: how far does memory grow?

    benches/upload.py [--rounds 3] [--eight]

Needs curl and 20 GiB free under TMPDIR. PREBUILT=1 skips cargo.
"""

import argparse
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from archive import Archive, bench_binary, file_of, median, spread

GIB = 1 << 30


def one_thread(binary, source, copy):
    result = subprocess.run([binary, "single", str(source), str(copy)], check=True, capture_output=True, text=True)
    copy.unlink()
    return float(result.stdout.split()[0])


def other_bytes(source, number):
    """Other bytes each time, or the archive would know the file already."""
    with open(source, "r+b") as file:
        file.seek(64)
        file.write(b"%08d" % number)
        file.flush()
    subprocess.run(["sync", str(source)], check=True)


def drop_blobs(data):
    """Keeps the disk from filling; what is measured has been answered."""
    for blob in (data / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()


def turns(archive, data, binary, source, rounds, identity):
    runs = []
    for number in range(rounds):
        other_bytes(source, number)
        alone = one_thread(binary, source, source.with_name("copy"))
        before = archive.cpu()
        took = archive.attach(identity, source)[0]
        runs.append((alone, took, archive.cpu() - before))
        drop_blobs(data)
    alone, took, cpu = (list(column) for column in zip(*runs))
    print("| 1 GiB | seconds, median (range) | MB/s |\n|---|---|---|")
    print(f"| read, ring, write, fsync in one thread | {spread(alone)} | {GIB / 1e6 / median(alone):.0f} |")
    print(f"| upload, hashed and fsynced | {spread(took)} | {GIB / 1e6 / median(took):.0f} |")
    ratio = median([one / other for one, other in zip(alone, took)])
    print(f"\nrate of the upload / of one thread: **{ratio:.2f}**; CPU-ms of the archive per GiB: {median(cpu) * 1000:.0f}")


def eight_at_once(archive, work, identity):
    idle = peak = archive.memory_mib()
    files = [work / f"file-{number}" for number in range(8)]
    for number, file in enumerate(files):
        file_of(file, GIB, b"%d" % number)
    senders = [threading.Thread(target=archive.attach, args=(identity, file)) for file in files]
    for sender in senders:
        sender.start()
    while any(sender.is_alive() for sender in senders):
        peak = max(peak, archive.memory_mib())
        time.sleep(0.1)
    print(f"eight uploads of 1 GiB at once: {idle:.0f} MiB idle, {peak:.0f} MiB at most, {peak - idle:.0f} MiB more")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--eight", action="store_true", help="also eight at once")
    arguments = parser.parse_args()
    binary = bench_binary("bytes_floor")
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "data") as archive:
        work = Path(folder)
        identity = archive.publish_files([])[1]
        file_of(work / "source", GIB, b"%08d" % 0)
        turns(archive, work / "data", binary, work / "source", arguments.rounds, identity)
        (work / "source").unlink()
        if arguments.eight:
            eight_at_once(archive, work, identity)


if __name__ == "__main__":
    main()
