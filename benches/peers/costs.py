"""What search costs beside time: index, memory, rebuild, time to visible; and the budget that keeps it.

A budget holds limits for each number of records: `at_most` and `at_least`. What is compared with the yardstick of the
same run (the rebuild) means something on any machine; bytes do too; times to visible are mostly waiting.
"""

import json
import tempfile
import time
from pathlib import Path

from archive import median, spread

SLACK = 1.25
WRITES = 20
IDLE_SECONDS = 10
AT_MOST = ("index_bytes_per_text_byte", "idle_anon_mib", "peak_anon_mib", "visible_with_event_ms", "visible_ms")
AT_LEAST = ("rebuild_rate_of_tantivy", "rebuild_cpu_of_tantivy")


def idle_memory(archive):
    """Memory of a started archive that nobody asks."""
    if not archive:
        return None
    time.sleep(IDLE_SECONDS)
    return archive.memory()


def taken(archive, tantivy, idle, rounds):
    """Everything but time of search. Ends with the archive stopped: a rebuild needs its folder alone."""
    peak = dict(archive.watch.most)
    with_event = [1000 * archive.seconds_to_visible(number, True) for number in range(WRITES)]
    without = [1000 * archive.seconds_to_visible(number, False) for number in range(WRITES)]
    archive.stop()
    spent = {"idle": idle, "peak": peak, "load": archive.facts, "with_event": with_event, "without": without,
             "idle_anon_mib": idle["RssAnon"], "peak_anon_mib": max(peak["RssAnon"], archive.facts["peak"]["RssAnon"]),
             "visible_with_event_ms": median(with_event), "visible_ms": median(without)}
    rounds = rounds if archive.records <= 10_000 else 1
    rebuilt, indexed = [], []
    for _ in range(rounds):
        rebuilt.append(archive.rebuild())
        if tantivy:
            with tempfile.TemporaryDirectory(dir=archive.place.folder) as folder:
                indexed.append(tantivy.index(folder))
    spent |= {"rebuilt": rebuilt, "indexed": indexed, "index_bytes": archive.size()}
    if tantivy:
        spent["text_bytes"], spent["tantivy_bytes"] = tantivy.facts["text_bytes"], tantivy.facts["bytes"]
        spent["index_bytes_per_text_byte"] = spent["index_bytes"] / spent["text_bytes"]
        ratios = [own["works_per_second"] / other["works_per_second"] for own, other in zip(rebuilt, indexed)]
        spent["rebuild_rate_of_tantivy"] = median(ratios)
        cheaper = [other["cpu_us"] / own["cpu_us"] for own, other in zip(rebuilt, indexed)]
        spent["rebuild_cpu_of_tantivy"] = median(cheaper)
    return spent


def print_table(records, spent):
    print(f"### What {records} records cost\n\n| what | measured |\n|---|---|")
    rows, writes = [], f"{WRITES} writes"
    if "text_bytes" in spent:
        own, other = spent["index_bytes_per_text_byte"], spent["tantivy_bytes"] / spent["text_bytes"]
        rows += [("index, bytes for each byte of text (tantivy in process, texts stored)", f"{own:.2f} ({other:.2f})"),
                 ("full rebuild, rate / building the yardstick's index", f"{spent['rebuild_rate_of_tantivy']:.2f}"),
                 ("the same in CPU time", f"{spent['rebuild_cpu_of_tantivy']:.2f}")]
    memory = lambda parts: ", ".join(f"{field} {value:.0f}" for field, value in parts.items()) + " MiB"
    rebuilt = spent["rebuilt"]
    rows += [
        ("full rebuild, works/s", spread([run["works_per_second"] for run in rebuilt], 0)),
        ("full rebuild, CPU-us for each work", spread([run["cpu_us"] for run in rebuilt], 0)),
        ("load over HTTP until all can be found, works/s", f"{spent['load']['works_per_second']:.0f}"),
        ("memory after the start, idle", memory(spent["idle"])),
        ("most memory while asked", memory(spent["peak"])),
        ("most memory while loading", memory(spent["load"]["peak"])),
        (f"from commit to visible, asked with its event number, {writes}", spread(spent["with_event"], 1) + " ms"),
        (f"from commit to visible, asked without, {writes}", spread(spent["without"], 0) + " ms"),
    ]
    for what, measured in rows:
        print(f"| {what} | {measured} |")
    print(flush=True)


def set_budget(path, costs_of):
    """Limits a quarter beyond what was measured; those of other numbers of records stay."""
    file = Path(path)
    budget = json.loads(file.read_text()) if file.exists() else {}
    for records, spent in costs_of.items():
        at_most = {name: round(spent[name] * SLACK, 2) for name in AT_MOST if name in spent}
        at_least = {name: round(spent[name] / SLACK, 2) for name in AT_LEAST if name in spent}
        budget[str(records)] = {"at_most": at_most, "at_least": at_least}
    ordered = {records: budget[records] for records in sorted(budget, key=int)}
    file.write_text(json.dumps(ordered, indent=2) + "\n")


def within_budget(path, costs_of):
    """Tells every limit that was exceeded, and every one that nothing was measured for."""
    budget, kept, compared = json.loads(Path(path).read_text()), True, 0
    for records, spent in costs_of.items():
        limits = budget.get(str(records))
        if not limits:
            print(f"no budget for {records} records")
            kept = False
            continue
        for way, is_kept in (("at_most", float.__le__), ("at_least", float.__ge__)):
            for name, limit in limits[way].items():
                compared += 1
                measured = spent.get(name)
                if measured is None or not is_kept(float(measured), float(limit)):
                    kept = False
                    shown = "not measured" if measured is None else f"{measured:.2f}"
                    print(f"over budget with {records} records: {name} is {shown}, {way.replace('_', ' ')} {limit}")
    if kept and compared:
        print(f"within budget: {compared} limits kept")
    return kept and compared > 0
