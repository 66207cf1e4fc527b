#!/usr/bin/env python3
"""Search beside its peers on the same works and questions, turn by turn on the same cores.

    benches/search_peers.py --texts TEXTS.jsonl.gz --keep FOLDER --records 10000 100000 1000000
    benches/search_peers.py --keep FOLDER --texts … --records 1000000 --only archive,tantivy --parts search,suggest
    benches/search_peers.py --keep FOLDER --texts … --records 10000 --parts costs --budget benches/budget.json

Sides: `archive` (release binary over HTTP, KHOCHUNG names another), `tantivy` (the same questions in process, a thread
for each client), `tantivy-pool` (the same, a worker for each core), `groonga`, `postgres`. Parts: `agreement` (hits of
40 questions), `search` (two words, four facets, ten hits with a snippet each), `all-facets`, `one-word`, `phrases`,
`suggest`, `costs` (index size, memory, rebuild, time to visible), `none`. All sides are asked the same questions in a
closed loop. Needs groonga, PostgreSQL 15 (PG_BIN names its programs) and curl. PREBUILT=1 skips cargo.
"""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

from peers import costs, tables
from peers.groonga import Groonga
from peers.place import Place
from peers.postgres import Postgres
from peers.served import WORDS_ONLY, Served
from peers.tantivy import Tantivy, TantivyPool, Yardstick

SIDES = {"archive": Served, "tantivy": Tantivy, "tantivy-pool": TantivyPool, "groonga": Groonga, "postgres": Postgres}
# Groonga and PostgreSQL take hours for more.
MOST_FOR_SERVERS = 100_000
PARTS = ("agreement", "search", "all-facets", "one-word", "phrases", "suggest", "costs")
KINDS = {"search": "two-words"}
QUESTIONS_COMPARED = 40


class Comparison:
    """The sides at one number of records."""

    def __init__(self, place, records, arguments):
        self.place, self.records, self.arguments = place, records, arguments
        names = [name for name in SIDES if name in arguments.only and self.is_asked(name)]
        self.sides = {name: SIDES[name](place, records) for name in names}
        self.measured = {}

    def is_asked(self, name):
        return name not in ("groonga", "postgres") or self.records <= MOST_FOR_SERVERS or self.arguments.all_sizes

    def run(self):
        for name, side in self.sides.items():
            if name in self.arguments.fresh:
                self.place.forget(self.records, name)
            print(f"loading {self.records} into {side.name}", file=sys.stderr, flush=True)
            side.load()
        costs_of = None
        try:
            for side in self.sides.values():
                side.start()
            print(f"\n## {self.records} records\n", flush=True)
            idle = costs.idle_memory(self.sides.get("archive")) if "costs" in self.arguments.parts else None
            for part in PARTS:
                if part in self.arguments.parts and part not in ("agreement", "costs"):
                    self.measure(KINDS.get(part, part))
            if "agreement" in self.arguments.parts:
                self.compare_hits()
            if idle:
                costs_of = costs.taken(self.sides["archive"], self.sides.get("tantivy"), idle, self.arguments.rounds)
        finally:
            for side in self.sides.values():
                side.stop()
        return costs_of

    def measure(self, kind):
        sides = {name: side for name, side in self.sides.items() if kind in side.KINDS}
        if not sides:
            return
        arguments, step = self.arguments, 0
        for clients in arguments.connections:
            reports = {name: [] for name in sides}
            for _ in range(arguments.rounds):
                # Every side is asked the same questions, every round others.
                loop = (clients, arguments.warm_up, arguments.seconds, step * 1373)
                step += 1
                for name, side in sides.items():
                    reports[name].append(side.measure(kind, loop))
            self.measured[kind, clients] = reports
        asked = {clients: self.measured[kind, clients] for clients in arguments.connections}
        tables.print_speeds(kind, asked, {name: side.name for name, side in sides.items()})

    def compare_hits(self):
        total = sum(1 for _ in open(self.place.questions("two-words"), encoding="utf-8"))
        # An odd step: every second question is typed without accents.
        numbers = range(0, total, total // QUESTIONS_COMPARED - 1 | 1)[:QUESTIONS_COMPARED]
        sides = [side for name, side in self.sides.items() if name != "tantivy-pool"]
        found = {side.name: side.counts("two-words", numbers) for side in sides}
        if "archive" in self.sides:
            plain = self.sides["archive"].counts("two-words", numbers, WORDS_ONLY)
            found["archive, all words and nothing added"] = plain
        tables.print_agreement(found, Tantivy.name, self.records)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = lambda known: lambda text: [name for name in known if name in text.split(",")]
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--only", type=names(SIDES), default=list(SIDES), help="sides, with commas between")
    parser.add_argument("--parts", type=names(PARTS), default=["agreement", "search", "all-facets", "suggest", "costs"])
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--warm-up", type=float, default=2)
    parser.add_argument("--texts", help="JSON lines with title, body or text: the source of words")
    parser.add_argument("--seed", type=int, default=1948)
    parser.add_argument("--keep", help="a folder that stays: corpora and loaded sides are used again")
    parser.add_argument("--fresh", type=names(SIDES), default=[], help="sides to load anew")
    parser.add_argument("--all-sizes", action="store_true", help="Groonga and PostgreSQL above 100,000 records too")
    parser.add_argument("--budget", help="fail when a limit of this file is exceeded")
    parser.add_argument("--set-budget", help="write limits into this file, a quarter above what was measured")
    parser.add_argument("--json", help="write every single report into this file")
    return parser.parse_args()


def compared(arguments, folder):
    place = Place(folder, arguments.texts, arguments.seed, Yardstick())
    measured, costs_of = {}, {}
    for records in arguments.records:
        comparison = Comparison(place, records, arguments)
        spent = comparison.run()
        measured[records] = comparison.measured
        if spent:
            costs_of[records] = spent
            costs.print_table(records, spent)
    tables.print_growth(measured)
    tables.print_targets(measured)
    if arguments.json:
        everything = {f"{records} {kind} {clients}": reports for records, by_kind in measured.items()
                      for (kind, clients), reports in by_kind.items()}
        Path(arguments.json).write_text(json.dumps({"speeds": everything, "costs": costs_of}, indent=1))
    return costs_of


def main():
    arguments = parsed()
    # Ends in order, so that no server is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    if arguments.keep:
        costs_of = compared(arguments, arguments.keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            costs_of = compared(arguments, folder)
    if arguments.set_budget:
        costs.set_budget(arguments.set_budget, costs_of)
    if arguments.budget and not costs.within_budget(arguments.budget, costs_of):
        sys.exit(1)


if __name__ == "__main__":
    main()
