#!/bin/sh
# Uploads of 1 GiB through HTTP, hashed and fsynced, beside one thread that reads, hashes with
# ring, writes and fsyncs the same file. Turn by turn.
#
#   benches/upload.sh [ROUNDS]
#
# Then eight uploads of 1 GiB at once: how far does resident memory grow above idle?
# Needs curl. SERVER=URL, SERVER_PID=… and CURL_OPTIONS (method, token) measure another server;
# without them the floor of `benches/bytes_floor.rs` is built and started.
set -eu
rounds=${1:-3}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'kill $pids 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM
pids=

[ -n "${PREBUILT:-}" ] || (cd "$here" && cargo bench --quiet --no-run --bench bytes_floor)
floor=$(ls -t "$here"/target/release/deps/bytes_floor-* | grep -v '\.d$' | head -1)
mkdir "$work/data"
if [ -z "${SERVER:-}" ]; then
    "$floor" "$work/data" >"$work/address" &
    SERVER_PID=$!
    pids=$SERVER_PID
    until [ -s "$work/address" ]; do sleep 0.1; done
    SERVER="$(cat "$work/address")/upload"
fi
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$SERVER_PID/status"; }
cpu() { awk '{ print ($14 + $15) * 10 }' "/proc/$SERVER_PID/stat"; }
send() {
    curl -sf ${CURL_OPTIONS:--X POST} -H 'Expect:' -H 'Content-Type: application/octet-stream' \
        -T "$1" -o /dev/null -w '%{time_total}\n' "$SERVER"
}
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

head -c 1073741824 /dev/urandom >"$work/source"
idle=$(rss)
for round in $(seq "$rounds"); do
    # Other bytes each time, or the second upload would be known already.
    printf '%s %s' "$round" "$$" | dd of="$work/source" conv=notrunc status=none
    sync "$work/source"
    "$floor" single "$work/source" "$work/copy" | awk '{ print $1 }' >>"$work/single"
    rm "$work/copy"
    before=$(cpu)
    send "$work/source" >>"$work/upload"
    echo $(($(cpu) - before)) >>"$work/cpu"
    find "$work/data/blobs" -type f -delete 2>/dev/null || true
done
single=$(median <"$work/single")
upload=$(median <"$work/upload")
echo "| 1 GiB | seconds, median of $rounds | MB/s |"
echo "|---|---|---|"
awk -v s="$single" -v u="$upload" -v c="$(median <"$work/cpu")" 'BEGIN {
    printf "| read, ring, write, fsync in one thread | %.2f | %.0f |\n", s, 1073.74 / s
    printf "| upload, hashed and fsynced | %.2f | %.0f |\n", u, 1073.74 / u
    printf "\nupload / one thread: %.2f; server CPU-ms per GiB: %d\n", s / u, c }'
echo "seconds of each round: one thread $(tr '\n' ' ' <"$work/single"), upload $(tr '\n' ' ' <"$work/upload")"

for number in 1 2 3 4 5 6 7 8; do
    (printf 'file %s' "$number"; tail -c +7 "$work/source") |
        curl -sf ${CURL_OPTIONS:--X POST} -H 'Expect:' -H 'Content-Type: application/octet-stream' \
            -T - -o /dev/null "$SERVER" &
    senders="${senders:-} $!"
done
peak=$idle
while running=$(ps -o pid= -p "$(echo $senders | tr ' ' ,)") && [ -n "$running" ]; do
    now=$(rss)
    [ "$now" -gt "$peak" ] && peak=$now
    sleep 0.2
done
wait $senders
echo "eight uploads of 1 GiB at once: idle $idle KiB, peak $peak KiB, growth $(((peak - idle) / 1024)) MiB"
