"""Two binaries of the archive side by side: whether a version has become slower than an earlier one.

    versions.py EARLIER LATER [--records 100000] [--rounds 5] [--seconds 3]

Both serve the same works. Each round asks both with wrk, in turns, from another place of the same list of questions; the
table has medians of LATER divided by EARLIER with their range. Requests a second and CPU per request have to be 0.97 and
1.03 to count as equal. Needs wrk and curl.
"""

import argparse
import itertools
import json
import os
import random
import re
import subprocess
import tempfile
import time
from pathlib import Path

import archive
from archive import Archive, corpus, file_of, spread
from questions import questions

LUA = """
local paths, at = {}, 0
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
function init() at = tonumber(os.getenv("FIRST")) end
function request() at = at % #paths + 1; return wrk.format("GET", paths[at]) end
"""
CONNECTIONS = (1, 8, 32)


def wrk(server, paths, script, connections, seconds, first):
    """Requests a second and CPU-ms of the server for each."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script, server.address]
    cpu = server.cpu()
    environment = os.environ | {"PATHS": paths, "FIRST": str(first)}
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise SystemExit(output)
    requests = int(re.search(r"(\d+) requests in", output)[1])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), (server.cpu() - cpu) * 1000 / requests


def ratios(name, measure, servers, rounds):
    """Measures both in turns; prints what the later one has of the earlier one."""
    quotients = []
    for number in range(rounds):
        order = servers if number % 2 == 0 else servers[::-1]
        measured = {server: measure(server, number) for server in order}
        earlier, later = (measured[server] for server in servers)
        quotients.append([b / a for a, b in zip(earlier, later)])
    columns = [spread(column, 3) for column in zip(*quotients)]
    print(f"| {name} | {' | '.join(columns)} |", flush=True)


def running(binary, folder):
    archive.BINARY = binary
    server = Archive(folder)
    server.until_answers("/readyz")
    server.binary = binary
    return server


def search_path(text):
    from urllib.parse import quote
    return f"/api/v1/search?q={quote(text)}&limit=10&facets=kind,language,place,theme"


def suggest_path(text):
    from urllib.parse import quote
    return f"/api/v1/suggest?q={quote(text)}"


def titles_of(works):
    with open(works, encoding="utf-8") as lines:
        return [json.loads(line)["titles"]["vi"] for line in lines]


def written(folder, name, lines):
    path = Path(folder) / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def asked(servers, folder, titles, options):
    script = written(folder, "paths.lua", [LUA])
    for kind, path in (("two-words", search_path), ("prefixes", suggest_path)):
        texts = [text for text in itertools.islice(questions(kind, titles, 1), 20_000)]
        paths = written(folder, f"{kind}.txt", map(path, texts))
        draw = random.Random(2026)
        for connections in CONNECTIONS:
            starts = [draw.randrange(len(texts)) for _ in range(options.rounds)]
            ask = lambda server, number: wrk(server, paths, script, connections, options.seconds, starts[number])
            ratios(f"{kind}, {connections} connections", ask, servers, options.rounds)


def files(servers, folder, options):
    """A file of 100 KiB down, and 256 MiB up."""
    small, large = (Path(folder) / name for name in ("small.pdf", "large.pdf"))
    file_of(small, 100 * 1024)
    script = written(folder, "paths.lua", [LUA])
    works, lists = {}, {}
    for server in servers:
        archive.BINARY = server.binary
        paths, works[server] = server.publish_files([small])
        lists[server] = written(folder, f"file-{server.port}.txt", paths)
    down = lambda server, _: wrk(server, lists[server], script, 8, options.seconds, 0)
    ratios("100 KiB down, 8 connections", down, servers, options.rounds)

    def up(server, number):
        file_of(large, 256 << 20, f"{server.port}-{number}".encode())
        cpu = server.cpu()
        seconds, _ = server.attach(works[server], large)
        return 1 / seconds, server.cpu() - cpu

    ratios("256 MiB up", up, servers, options.rounds)


def restarts(servers, options):
    """Starts a second: on the loaded folder, after an orderly stop."""
    def start(server, _):
        server.stop()
        again = running(server.binary, server.data)
        seconds = time.monotonic() - again.began
        server.process, server.pid, server.port, server.address = again.process, again.pid, again.port, again.address
        return (1 / seconds, server.cpu())

    ratios("start after a stop", start, servers, options.rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binaries", nargs=2, metavar="BINARY")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        works = corpus(options.records, folder)
        servers = []
        print("| later / earlier | requests a second | CPU per request |\n|---|---|---|")
        loads = []
        for number, binary in enumerate(options.binaries):
            server = running(binary, Path(folder) / str(number))
            cpu, began = server.cpu(), time.monotonic()
            server.load(works)
            server.until_current()
            loads.append((options.records / (time.monotonic() - began), (server.cpu() - cpu) / options.records))
            servers.append(server)
        (rate, cpu), (later_rate, later_cpu) = loads
        print(f"| load until searchable, one run | {later_rate / rate:.3f} | {later_cpu / cpu:.3f} |", flush=True)
        asked(servers, folder, titles_of(works), options)
        files(servers, folder, options)
        restarts(servers, options)
        for server in servers:
            server.stop()


if __name__ == "__main__":
    main()
