"""What was measured, as Markdown tables: medians of the rounds with their range, ratios of medians."""

from archive import median, spread


def of(reports, field):
    return [report[field] for report in reports]


def ratio(reports, side, other, field):
    """Median of one side over that of another; None when one was not asked."""
    if side not in reports or other not in reports:
        return None
    return median(of(reports[side], field)) / max(median(of(reports[other], field)), 1e-9)


def written(number, digits=2):
    return "-" if number is None else f"{number:.{digits}f}"


def print_speeds(kind, by_clients, names):
    print(f"### {kind}\n")
    print("| connections | side | answers/s | p50 ms | p99 ms | CPU-ms each | throughput: archive / this "
          "| p50: archive / this | CPU: this / archive |")
    print("|---|---|---|---|---|---|---|---|---|")
    for clients, reports in by_clients.items():
        for side, name in names.items():
            runs = reports[side]
            rates = spread(of(runs, "per_second"), 0 if runs[0]["per_second"] > 100 else 1)
            p50, p99 = (spread(of(runs, field)) for field in ("p50_ms", "p99_ms"))
            cpu = median(of(runs, "server_cpu_ms"))
            ratios = [ratio(reports, "archive", side, "per_second"), ratio(reports, "archive", side, "p50_ms"),
                      ratio(reports, side, "archive", "server_cpu_ms")]
            shown = " | ".join(map(written, ratios))
            print(f"| {clients} | {name} | {rates} | {p50} | {p99} | {cpu:.3f} | {shown} |")
    if "archive" in names:
        client = max(median(of(reports["archive"], "client_cpu_ms")) for reports in by_clients.values())
        print(f"\nThe client that asks the archive costs {client:.3f} CPU-ms a question on the same cores.")
        cut = sum(sum(of(reports["archive"], "partial")) for reports in by_clients.values())
        if cut:
            asked = sum(sum(of(reports["archive"], "asked")) for reports in by_clients.values())
            print(f"\n**{cut} of {asked} answers of the archive ran out of time and were not whole.**")
    print(flush=True)


def print_agreement(found, yardstick, records):
    print(f"### Works found for {len(next(iter(found.values())))} questions of two words\n")
    print(f"| side | works found, mean | share of all | within 10 % of {yardstick} | all together / {yardstick} |")
    print("|---|---|---|---|---|")
    wanted = found.get(yardstick)
    for side, counts in found.items():
        mean = sum(counts) / len(counts)
        agreed, share = "-", None
        if wanted:
            agreed = sum(abs(count - right) <= 0.1 * right for count, right in zip(counts, wanted))
            share = sum(counts) / max(sum(wanted), 1)
        print(f"| {side} | {mean:.0f} | {100 * mean / records:.1f} % | {agreed} of {len(counts)} | {written(share)} |")
    print(flush=True)


def growth(before, after):
    """How many times the time for each answer, its CPU time and the median waiting grew."""
    cost = lambda reports, field: median(of(reports, field))
    return (cost(before, "per_second") / cost(after, "per_second"),
            cost(after, "server_cpu_ms") / cost(before, "server_cpu_ms"),
            cost(after, "p50_ms") / cost(before, "p50_ms"))


def print_growth(measured):
    """How much dearer a question becomes from the fewest records to the most, beside the yardstick."""
    least, most = min(measured), max(measured)
    if least == most:
        return
    rows = []
    for (kind, clients), reports in measured[most].items():
        before = measured[least].get((kind, clients), {})
        grown = {side: growth(before[side], reports[side]) for side in ("archive", "tantivy")
                 if side in reports and side in before}
        if len(grown) == 2:
            cells = [f"{own:.1f} / {other:.1f}" for own, other in zip(grown["archive"], grown["tantivy"])]
            steeper = [f"**{own / other:.2f}**" for own, other in zip(grown["archive"], grown["tantivy"])]
            shown = (f"{cell} | {times}" for cell, times in zip(cells, steeper))
            rows.append(f"| {kind} | {clients} | {' | '.join(shown)} |")
    if rows:
        print(f"\n## Growth from {least} to {most} records, archive / tantivy in process\n")
        print("| kind | connections | time for each answer, times | steeper by | CPU for each, times | steeper by "
              "| p50, times | steeper by |\n|---|---|---|---|---|---|---|---|")
        print("\n".join(rows), flush=True)


WANTED = (("throughput, archive / tantivy in process (0.7)", "tantivy", "per_second"),
          ("the same in CPU time", "tantivy", "server_cpu_ms"),
          ("p50, archive / tantivy in process (at most 1.5)", "tantivy", "p50_ms"),
          ("the same beside a worker for each core", "tantivy-pool", "p50_ms"),
          ("throughput, archive / Groonga (2)", "groonga", "per_second"),
          ("throughput, archive / PostgreSQL (50)", "postgres", "per_second"))


def print_targets(measured):
    """What the comparisons come to."""
    rows = []
    for records, reports in measured.items():
        asked = {clients: sides for (kind, clients), sides in reports.items() if kind == "two-words"}
        for what, other, field in WANTED:
            pair = (other, "archive") if field == "server_cpu_ms" else ("archive", other)
            ratios = {clients: ratio(sides, *pair, field) for clients, sides in asked.items()}
            shown = [f"{clients}: {number:.2f}" for clients, number in ratios.items() if number is not None]
            rows += [f"| {what} | {records} | {', '.join(shown)} |"] if shown else []
        shown = []
        for clients, sides in asked.items():
            suggested = reports.get(("suggest", clients), {}).get("archive")
            if suggested and "archive" in sides:
                p99, p50 = median(of(suggested, "p99_ms")), median(of(sides["archive"], "p50_ms"))
                shown.append(f"{clients}: {p99 / p50:.2f} ({p99:.2f} / {p50:.2f} ms)")
        rows += [f"| p99 of suggestions / p50 of search (0.2) | {records} | {', '.join(shown)} |"] if shown else []
    if rows:
        print("\n## Ratios\n\n| what | records | by connections |\n|---|---|---|")
        print("\n".join(rows), flush=True)
