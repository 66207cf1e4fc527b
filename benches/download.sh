#!/bin/sh
# Downloads beside nginx with sendfile: the same files, both servers running, turn by turn.
#
#   benches/download.sh [ROUNDS] [SECONDS]
#
# Needs nginx, wrk, curl and python3. Prints medians, ratios, and CPU time per GiB or request.
# SERVER=URL/prefix and SERVER_PID=… measure another server that serves the same three files
# under the prefix; without them the floor of `benches/bytes_floor.rs` is built and started.
set -eu
rounds=${1:-3}
seconds=${2:-4}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'kill $pids 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM
pids=

# nginx reads as another user.
chmod 755 "$work"
mkdir "$work/files" "$work/data"
head -c 102400 /dev/urandom >"$work/files/100k"
head -c 1073741824 /dev/urandom >"$work/files/1g"

cat >"$work/nginx.conf" <<CONF
worker_processes auto;
daemon off;
error_log $work/error.log;
pid $work/nginx.pid;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3;
    uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
    server { listen 127.0.0.1:18780; root $work; }
}
CONF
nginx -c "$work/nginx.conf" 2>/dev/null &
nginx=$!
pids="$nginx"

if [ -z "${SERVER:-}" ]; then
    [ -n "${PREBUILT:-}" ] || (cd "$here" && cargo bench --quiet --no-run --bench bytes_floor)
    floor=$(ls -t "$here"/target/release/deps/bytes_floor-* | grep -v '\.d$' | head -1)
    "$floor" "$work/data" "$work/files/100k" "$work/files/1g" >"$work/address" &
    SERVER_PID=$!
    pids="$pids $SERVER_PID"
    until [ -s "$work/address" ]; do sleep 0.1; done
    SERVER="$(cat "$work/address")/files"
fi


python3 - "$SERVER" "$SERVER_PID" "http://127.0.0.1:18780/files" "$nginx" "$rounds" "$seconds" "$work" <<'PY'
import os, re, statistics, subprocess, sys, time

ours, ours_pid, nginx, nginx_pid, rounds, seconds, work = sys.argv[1:]
rounds = int(rounds)
tick = os.sysconf("SC_CLK_TCK")

def processes(pid):
    found = [pid]
    children = subprocess.run(["pgrep", "-P", pid], capture_output=True, text=True).stdout.split()
    return found + children

def cpu(pid):
    total = 0
    for one in processes(pid):
        fields = open(f"/proc/{one}/stat").read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / tick

def wrk(url, connections, script=None):
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency", url]
    if script:
        command[1:1] = ["-s", script]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if re.search(r"Non-2xx", out):
        sys.exit(url + " does not answer 200 or 206\n" + out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])

def curl(url):
    out = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{speed_download} %{size_download}", url],
                         capture_output=True, text=True, check=True).stdout.split()
    if int(out[1]) != 1 << 30:
        sys.exit(f"{url} gave {out[1]} bytes")
    return float(out[0]) / 1e6

ranges = os.path.join(work, "ranges.lua")
open(ranges, "w").write('''
local n = 0
request = function()
  n = (n * 1103515245 + 12345) % 2147483648
  local at = (n % 1023) * 1048576
  return wrk.format("GET", nil, {["Range"] = "bytes=" .. at .. "-" .. (at + 1048575)})
end
''')

def timed(pid, work_done):
    before, begun = cpu(pid), time.time()
    rate = work_done()
    return rate, cpu(pid) - before, time.time() - begun

rows = []
def compare(name, unit, run, cost):
    results = {"ours": [], "nginx": []}
    for _ in range(rounds):
        for who, url, pid in (("ours", ours, ours_pid), ("nginx", nginx, nginx_pid)):
            rate, used, took = timed(pid, lambda: run(url))
            results[who].append((rate, cost(rate, used, took)))
    rate = {who: statistics.median(r for r, _ in got) for who, got in results.items()}
    spent = {who: statistics.median(c for _, c in got) for who, got in results.items()}
    spread = {who: f"{min(r for r, _ in got):.0f}-{max(r for r, _ in got):.0f}" for who, got in results.items()}
    print(f"| {name} | {rate['ours']:.0f} ({spread['ours']}) | {rate['nginx']:.0f} ({spread['nginx']}) "
          f"| **{rate['ours'] / rate['nginx']:.2f}** | {spent['ours']:.3f} | {spent['nginx']:.3f} | {unit} |", flush=True)

print("| work | ours | nginx | ratio | CPU-ms ours | CPU-ms nginx | unit |")
print("|---|---|---|---|---|---|---|")
per_request = lambda rate, used, took: used * 1000 / (rate * took)
for connections in (1, 8, 32):
    compare(f"100 KiB, {connections} connections", "per s; per request", lambda url: wrk(url + "/100k", connections), per_request)
compare("1 GiB, 1 connection", "MB/s; per GiB", lambda url: curl(url + "/1g"), lambda rate, used, took: used * 1000)
for connections in (8, 32):
    compare(f"1 MiB ranges of 1 GiB, {connections} connections", "per s; per request",
            lambda url: wrk(url + "/1g", connections, ranges), per_request)
status = open(f"/proc/{ours_pid}/status").read()
print("peak resident memory of ours:", re.search(r"VmHWM:\s+(.*)", status)[1])
PY
