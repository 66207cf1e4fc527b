#!/usr/bin/env python3
"""Start to the first 200, after a clean stop and after kill -9, and memory when idle.

    benches/start.py [--rounds 5] [--records 100000] [--idle 30] [--folder DIR]

The clock runs from the start of the process to a 200 of /readyz, then of a work read by its id. Also after a
bulk load that was killed half-way and one killed just after its last answer. Needs target/release/khochung.
"""

import argparse
import json
import signal
import tempfile
import threading
import time
from pathlib import Path

from archive import Archive, corpus, median, spread


def started(data, path):
    """Seconds to the first 200 of /readyz and of `path`, and the CPU time until then."""
    archive = Archive(data)
    ready, read = archive.until_answers("/readyz"), archive.until_answers(path)
    return archive, {"ready": ready, "read": read, "cpu": archive.cpu()}


def first_work(archive):
    """The address of a work that everybody may read."""
    works = json.loads(archive.get("/api/v1/assets?limit=1")[1])["items"]
    return f"/api/v1/assets/{works[0]['id']}"


def restarts(data, path, rounds, how):
    runs = []
    for _ in range(rounds):
        archive, run = started(data, path)
        runs.append(run)
        archive.until_current()
        archive.stop(how)
    return runs


def killed_load(works, after):
    """Starts after a load that was killed when this share of the works was answered."""
    with tempfile.TemporaryDirectory() as data:
        archive = Archive(data)
        archive.until_answers("/readyz")
        archive.publish_files([])
        path = first_work(archive)
        load = threading.Thread(target=try_load, args=(archive, works))
        load.start()
        wanted = after * sum(1 for _ in open(works, "rb"))
        while load.is_alive() and json.loads(archive.get("/readyz")[1])["last_event"] < wanted:
            time.sleep(0.02)
        archive.stop(signal.SIGKILL)
        load.join()
        archive, run = started(data, path)
        run["lag"] = json.loads(archive.get("/readyz")[1])["index_lag_events"]
        archive.stop()
        return run


def try_load(archive, works):
    try:
        archive.load(works)
    except Exception:  # killed on purpose
        pass


def idle(archive, seconds):
    archive.until_current()
    time.sleep(seconds)
    parts = {field: archive.memory_mib(field) for field in ("VmRSS", "RssAnon", "RssFile", "VmHWM")}
    return ", ".join(f"{field} {value:.0f} MiB" for field, value in parts.items())


def row(name, runs):
    ready, read, cpu = (spread([run[field] for run in runs]) for field in ("ready", "read", "cpu"))
    print(f"| {name} | {ready} | {read} | {cpu} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--idle", type=int, default=30)
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where the works are kept between runs")
    arguments = parser.parse_args()
    works = corpus(arguments.records, arguments.folder)
    with tempfile.TemporaryDirectory() as data, Archive(data, "demo") as archive:
        archive.token()
        print(f"idle with the sample collection: {idle(archive, arguments.idle)}", flush=True)
    print(f"\n{arguments.records} works\n\n| start | s to /readyz | s to a read | CPU-s |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as data:
        with Archive(data) as archive:
            archive.publish_files([])
            path = first_work(archive)
            archive.load(works)
            archive.until_current()
        row("after a clean stop", restarts(data, path, arguments.rounds, signal.SIGTERM))
        row("after kill -9", restarts(data, path, arguments.rounds + 1, signal.SIGKILL)[1:])
        half, whole = ([killed_load(works, share)] for share in (0.5, 1.0))
        row(f"killed half-way through a load ({half[0]['lag']} events to index)", half)
        row(f"killed at the end of a load ({whole[0]['lag']} events to index)", whole)
        with Archive(data) as archive:
            print(f"\nidle with {arguments.records} works: {idle(archive, arguments.idle)}")


if __name__ == "__main__":
    main()
