#!/usr/bin/env python3
"""Bulk load through POST /api/v1/imports, durable and searchable, beside tantivy alone in process.

    benches/bulk_load.py [--rounds 3] [--records 10000 100000] [--folder DIR]

The same works go to the archive over HTTP (clock stops when /readyz calls the index current), to a bare
index with the archive's own fields and analysis, and to one with tantivy's default schema, each with two
writer threads and one commit at the end, turn by turn. PREBUILT=1 skips cargo.
"""

import argparse
import json
import subprocess
import tempfile
import time

from archive import Archive, bench_binary, corpus, median, spread


def into_archive(works):
    with tempfile.TemporaryDirectory() as data, Archive(data) as archive:
        archive.token()
        before, began = archive.cpu(), time.monotonic()
        archive.load(works)
        archive.until_current()
        return {"wall": time.monotonic() - began, "cpu": archive.cpu() - before, "peak": archive.memory_mib("VmHWM")}


def into_tantivy(binary, mode, works):
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run([binary, mode, str(works), folder], check=True, capture_output=True, text=True)
        return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where the works are kept between runs")
    arguments = parser.parse_args()
    yardstick = bench_binary("bulk_load")
    ways = {
        "archive over HTTP": into_archive,
        "tantivy, fields of the archive": lambda works: into_tantivy(yardstick, "own", works),
        "tantivy, default schema": lambda works: into_tantivy(yardstick, "plain", works),
    }
    print("| records | way | works/s of wall | CPU-us per work | wall: archive / this | CPU: this / archive |")
    print("|---|---|---|---|---|---|")
    cost = {}
    for count in arguments.records:
        works = corpus(count, arguments.folder)
        measured = {way: [] for way in ways}
        for _ in range(arguments.rounds):
            for way, run in ways.items():
                measured[way].append(run(works))
        for way, runs in measured.items():
            of_archive = measured["archive over HTTP"]
            wall = median([run["wall"] / own["wall"] for run, own in zip(runs, of_archive)])
            cpu = median([run["cpu"] / own["cpu"] for run, own in zip(runs, of_archive)])
            rates = spread([count / run["wall"] for run in runs], 0)
            costs = spread([run["cpu"] * 1e6 / count for run in runs], 0)
            print(f"| {count} | {way} | {rates} | {costs} | {wall:.2f} | {cpu:.2f} |", flush=True)
        cost[count] = median([run["cpu"] for run in measured["archive over HTTP"]]) / count
        peak = max(run["peak"] for run in measured["archive over HTTP"])
        print(f"\npeak resident memory of the archive with {count}: {peak:.0f} MiB\n", flush=True)
    least, most = min(cost), max(cost)
    print(f"CPU per work at {most} / at {least}: {cost[most] / cost[least]:.2f}")


if __name__ == "__main__":
    main()
