#!/bin/sh
# Loudness, range and true peak of a recording beside ffmpeg, turn by turn: the archive finds silence, clipping and the
# waveform in the same pass.
#
#   benches/loudness.sh [ROUNDS] [MINUTES]
#
# Needs ffmpeg and python3. The recording is synthetic: noise in syllables on two channels at 48 kHz, as WAV and as MP3 of
# 128 kbit/s. Prints processor seconds, medians. PREBUILT=FILE runs that program instead of building one.
set -eu
rounds=${1:-5}
minutes=${2:-30}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

if [ -n "${PREBUILT:-}" ]; then
    ours=$PREBUILT
else
    (cd "$here" && cargo bench --quiet --no-run --bench loudness)
    ours=$(ls -t "$here"/target/release/deps/loudness-* | grep -v '\.d$' | head -1)
fi
ffmpeg -nostdin -hide_banner -loglevel error -f lavfi \
    -i "anoisesrc=color=pink:sample_rate=48000:duration=$((minutes * 60)):seed=7" \
    -af "tremolo=f=3:d=0.9,pan=stereo|c0=c0|c1=0.8*c0" -c:a pcm_s16le "$work/sound.wav"
ffmpeg -nostdin -hide_banner -loglevel error -i "$work/sound.wav" -c:a libmp3lame -b:a 128k "$work/sound.mp3"

# Prints the processor seconds of a command.
timed() {
    python3 - "$@" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round(used.ru_utime + used.ru_stime, 3))
PY
}
for _ in $(seq "$rounds"); do
    for format in wav mp3; do
        timed ffmpeg -nostdin -i "$work/sound.$format" -af ebur128=peak=true:framelog=verbose -f null - >>"$work/ffmpeg-$format"
        timed "$ours" "$work/sound.$format" >>"$work/ours-$format"
    done
done
median() { sort -n "$1" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
for format in wav mp3; do
    awk -v f="$format" -v m="$minutes" -v a="$(median "$work/ours-$format")" -v b="$(median "$work/ffmpeg-$format")" 'BEGIN {
        printf "%d min %s: %.2f s, ffmpeg ebur128=peak=true %.2f s, ratio %.2f\n", m, f, a, b, b / a }'
done
