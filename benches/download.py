#!/usr/bin/env python3
"""Downloads beside nginx with sendfile: the same files, all servers running, turn by turn.

    benches/download.py [--rounds 3] [--seconds 4] [--floor]

`archive` is the release binary handing out files of a published work to anonymous; `--floor` adds the program of
benches/bytes_floor.rs, the same bytes without catalogue, policy and description. Prints medians with ranges, and CPU time.
Needs nginx, wrk and curl. PREBUILT=1 skips cargo.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archive import Archive, bench_binary, cpu_seconds, file_of, free_port, median, spread

GIB = 1 << 30
NGINX = """
worker_processes auto;
daemon off;
error_log {work}/error.log;
pid {work}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
    uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
    server {{ listen 127.0.0.1:{port}; root {work}/files; }}
}}
"""
RANGES = """
local n = 0
request = function()
  n = (n * 1103515245 + 12345) % 2147483648
  local at = (n % 1023) * 1048576
  return wrk.format("GET", nil, {["Range"] = "bytes=" .. at .. "-" .. (at + 1048575)})
end
"""


class Server:
    """Where the small and the large file are read, and whose CPU time counts."""

    def __init__(self, process, small, large):
        self.process, self.small, self.large = process, small, large

    def cpu(self):
        children = subprocess.run(["pgrep", "-P", str(self.process)], capture_output=True, text=True).stdout.split()
        return sum(cpu_seconds(pid) for pid in [self.process, *children])


def wrk(url, connections, seconds, script=None):
    """Requests per second."""
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", *(["-s", script] if script else []), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        sys.exit(f"{url} does not answer 200 or 206\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def curl(url):
    """MB per second of a whole gibibyte."""
    command = ["curl", "-sf", "-o", "/dev/null", "-w", "%{speed_download} %{size_download}", url]
    speed, size = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if int(size) != GIB:
        sys.exit(f"{url} gave {size} bytes")
    return float(speed) / 1e6


def compare(servers, rounds, name, run, unit, cost):
    runs = {who: [] for who in servers}
    for _ in range(rounds):
        for who, server in servers.items():
            before, began = server.cpu(), time.monotonic()
            rate = run(server)
            runs[who].append((rate, cost(rate, server.cpu() - before, time.monotonic() - began)))
    for who, measured in runs.items():
        ratio = median([rate / peer for (rate, _), (peer, _) in zip(measured, runs["nginx"])])
        rates, spent = ([run[at] for run in measured] for at in (0, 1))
        print(f"| {name} | {who} | {spread(rates, 0)} {unit} | {median(spent):.3f} | **{ratio:.2f}** |", flush=True)


def measure(servers, rounds, seconds, work):
    ranges = work / "ranges.lua"
    ranges.write_text(RANGES)
    print("| what | server | rate, median (range) | CPU-ms each | rate / nginx |\n|---|---|---|---|---|")
    per_request = lambda rate, cpu, took: cpu * 1000 / (rate * took)
    for connections in (1, 8, 32):
        compare(servers, rounds, f"100 KiB, {connections} connections",
                lambda server: wrk(server.small, connections, seconds), "/s", per_request)
    compare(servers, rounds, "1 GiB, 1 connection", lambda server: curl(server.large), "MB/s",
            lambda rate, cpu, took: cpu * 1000)
    for connections in (8, 32):
        compare(servers, rounds, f"1 MiB ranges of 1 GiB, {connections} connections",
                lambda server: wrk(server.large, connections, seconds, str(ranges)), "/s", per_request)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--floor", action="store_true")
    arguments = parser.parse_args()
    started = []
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "data") as archive:
        work = Path(folder)
        work.chmod(0o755)  # nginx reads as another user
        files = work / "files"
        files.mkdir()
        file_of(files / "100k", 100 * 1024)
        file_of(files / "1g", GIB)
        small, large = archive.publish_files([files / "100k", files / "1g"])[0]
        servers = {"archive": Server(archive.pid, archive.address + small, archive.address + large)}
        port = free_port()
        (work / "nginx.conf").write_text(NGINX.format(work=work, port=port))
        started.append(subprocess.Popen(["nginx", "-c", str(work / "nginx.conf")], stderr=subprocess.DEVNULL))
        address = f"http://127.0.0.1:{port}"
        servers["nginx"] = Server(started[0].pid, f"{address}/100k", f"{address}/1g")
        if arguments.floor:
            command = [bench_binary("bytes_floor"), str(work / "floor"), str(files / "100k"), str(files / "1g")]
            floor = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            started.append(floor)
            address = floor.stdout.readline().strip() + "/files"
            servers["bytes only"] = Server(floor.pid, f"{address}/100k", f"{address}/1g")
        try:
            time.sleep(0.5)
            measure(servers, arguments.rounds, arguments.seconds, work)
            print(f"\npeak resident memory of the archive: {archive.memory_mib('VmHWM'):.0f} MiB")
        finally:
            for process in started:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
