#!/bin/sh
# Thumbnails of 12-megapixel JPEGs beside `vipsthumbnail`, turn by turn: 400 px, and all three sizes.
#
#   benches/thumbnails.sh [ROUNDS] [PHOTOS]
#
# Needs vipsthumbnail, ffmpeg and python3. The photos are synthetic: a fractal with noise,
# 4000 x 3000, 4:2:0, about 2.5 MB each. Prints images per second of wall and of CPU time, medians.
# Both sides read files, write JPEG files of quality 82 and drop metadata. PREBUILT=1 skips cargo.
set -eu
rounds=${1:-3}
photos=${2:-12}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

[ -n "${PREBUILT:-}" ] || (cd "$here" && cargo bench --quiet --no-run --bench thumbnails)
ours=$(ls -t "$here"/target/release/deps/thumbnails-* | grep -v '\.d$' | head -1)
mkdir "$work/photos" "$work/out"
ffmpeg -hide_banner -loglevel error -f lavfi \
    -i "mandelbrot=size=1000x750:rate=1:start_scale=0.5:end_scale=0.01:end_pts=20" \
    -vf "scale=4000:3000:flags=bicubic,noise=alls=9:allf=t,format=yuvj420p" \
    -frames:v "$photos" -q:v 3 "$work/photos/%02d.jpg"
echo "$photos photos, $(du -k "$work/photos" | awk -v n="$photos" '{ printf "%.1f", $1 / 1024 / n }') MB each"

# Prints "images wall cpu" of a command over all photos.
timed() {
    python3 - "$photos" "$@" <<'PY'
import os, resource, subprocess, sys, time
images, command = sys.argv[1], sys.argv[2:]
began = time.monotonic()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
wall = time.monotonic() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(images, round(wall, 3), round(used.ru_utime + used.ru_stime, 3))
PY
}
vips() { # WORKERS SIDE…
    workers=$1; shift
    command=
    for side in "$@"; do
        command="$command ls $work/photos/*.jpg | xargs -n $(( (photos + workers - 1) / workers )) -P $workers \
            vipsthumbnail --size $side -o $work/out/vips-%s-$side.jpg[Q=82,strip];"
    done
    VIPS_CONCURRENCY=1 timed sh -c "$command"
}
record() { # LABEL IMAGES WALL CPU
    echo "$2 $3 $4" | awk '{ print $1 / $2, $1 / $3 }' >>"$work/$1"
}
for round in $(seq "$rounds"); do
    for workers in 1 2; do
        record "vips-400-$workers" $(vips "$workers" 400)
        record "ours-400-$workers" $(timed "$ours" "$workers" 400 "$work/out" "$work"/photos/*.jpg)
        record "vips-all-$workers" $(vips "$workers" 1600 400 200)
        record "ours-all-$workers" $(timed "$ours" "$workers" 1600,400,200 "$work/out" "$work"/photos/*.jpg)
    done
done
median() { awk -v column="$2" '{ print $column }' "$work/$1" | sort -n |
    awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
for sizes in 400 all; do
    for workers in 1 2; do
        for column in 1 2; do
            theirs=$(median "vips-$sizes-$workers" "$column")
            own=$(median "ours-$sizes-$workers" "$column")
            what=$([ "$column" = 1 ] && echo "wall" || echo "CPU")
            awk -v s="$sizes" -v w="$workers" -v u="$what" -v a="$own" -v b="$theirs" 'BEGIN {
                printf "%s px, %s worker(s): %.1f images per %s second, vipsthumbnail %.1f, ratio %.2f\n", s, w, a, u, b, a / b }'
        done
    done
done
