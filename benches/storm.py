#!/usr/bin/env python3
"""What others notice of a storm from one address.

usage: storm.py PATH-TO-khochung [works]

Starts an archive, loads works, and measures searches of one caller: alone, then while 64 connections of another
address search without pause. Addresses are given by X-Forwarded-For, which the archive believes on this machine.
Prints p50 and p99 in milliseconds and what the storm got.
"""

import collections
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time

WORDS = "quyền trẻ em làng xa học tập bảo vệ nhà rông sông núi giáo dục y tế phụ nữ văn hoá lễ hội cồng chiêng".split()
STORM, MEASURED = 64, 300


def request(connection, method, path, headers=None, body=None):
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def work(random_, number):
    text = " ".join(random_.choices(WORDS, k=230))
    return json.dumps({
        "titles": {"vi": f"Bài {number} " + " ".join(random_.choices(WORDS, k=5))},
        "kind": "article", "organisation": "dic", "strand": "educate", "themes": ["international-law"],
        "languages": ["vi"], "body": text, "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0", "people_shown": "none-identifiable", "state": "published",
    })


def load(port, secret, works):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    random_ = random.Random(1)
    lines = "".join(work(random_, n) + "\n" for n in range(works)).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}
    status, answer = request(connection, "POST", "/api/v1/imports", headers, lines)
    assert status == 200 and answer.count(b'"created"') == works, answer[:300]
    headers = {"Authorization": f"Bearer {secret}"}
    last = json.loads(request(connection, "GET", "/readyz", headers)[1])["last_event"]
    while json.loads(request(connection, "GET", f"/api/v1/search?event={last}", headers)[1])["stale"]:
        pass


def path(random_):
    return "/api/v1/search?limit=10&facets=kind,theme&q=" + "+".join(random_.sample(
        ["quyen", "tre", "em", "lang", "xa", "hoc", "tap", "nha", "rong", "giao", "duc"], 2)) + f"+{random_.random()}"


def measure(port, address):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    random_, times, statuses = random.Random(7), [], collections.Counter()
    for _ in range(MEASURED):
        started = time.monotonic()
        status, _ = request(connection, "GET", path(random_), {"X-Forwarded-For": address})
        times.append((time.monotonic() - started) * 1000)
        statuses[status] += 1
        time.sleep(0.01)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)], dict(statuses)


def storm(port, is_over, got):
    random_ = random.Random()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not is_over.is_set():
        status, _ = request(connection, "GET", path(random_) + "&limit=100", {"X-Forwarded-For": "198.51.100.1"})
        got[status] += 1


def main():
    binary, works = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    data = tempfile.mkdtemp()
    server = subprocess.Popen([binary, "serve", "--bind", "127.0.0.1:0", "--data", data], stdout=subprocess.PIPE)
    server.stdout.readline()
    control = json.load(open(f"{data}/run/control.json"))
    port = int(control["address"].rsplit(":", 1)[1])
    try:
        load(port, control["secret"], works)
        measure(port, "203.0.113.7")
        for name, connections in [("alone", 0), ("beside a storm", STORM), ("alone", 0), ("beside a storm", STORM)]:
            is_over, got = threading.Event(), collections.Counter()
            threads = [threading.Thread(target=storm, args=(port, is_over, got)) for _ in range(connections)]
            for thread in threads:
                thread.start()
            time.sleep(3)
            p50, p99, statuses = measure(port, "203.0.113.7")
            is_over.set()
            for thread in threads:
                thread.join()
            print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {statuses}; storm {dict(got)}", flush=True)
    finally:
        server.terminate()


main()
