"""Short videos: slides with a voice, H.264 and AAC in MP4 at 480 lines, with WebVTT captions."""

import subprocess
import tempfile
from pathlib import Path

import speech
from posters import Sheet

WIDTH, HEIGHT = 854, 480


def slide(number, count, heading, words, shades):
    ground, accent, ink = shades
    sheet = Sheet(WIDTH, HEIGHT, ground)
    sheet.rays(700, 240, 700, 18, blend(ground, accent, 0.12))
    sheet.disc(690, 240, 130, accent)
    sheet.text(690, 236, str(number), 150, ground, "black")
    sheet.text(50, 150, heading, 44, ink, "black", anchor="lm")
    sheet.box(50, 205, 170, 211, accent)
    sheet.text(50, 300, words, 27, ink, "bold", anchor="lm")
    for dot in range(count):
        sheet.disc(56 + dot * 26, 440, 7, accent if dot < number else blend(ground, accent, 0.35))
    return sheet.finished()


def blend(first, second, share):
    mix = [round(int(first[i : i + 2], 16) * (1 - share) + int(second[i : i + 2], 16) * share) for i in (1, 3, 5)]
    return "#" + "".join(f"{value:02x}" for value in mix)


def make(film, title, path):
    """Writes the video; every slide stands as long as its sentence. Returns the cues."""
    slides = film["slides"]
    voices = {"Lời dẫn": film["voice"]}
    samples, cues = speech.record([("Lời dẫn", each["say"]) for each in slides], voices, film["speed"])
    ends = [cue.start for cue in cues[1:]] + [len(samples) / speech.RATE]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        speech.write_wave(samples, folder / "voice.wav")
        listing, clock = [], 0.0
        for number, (each, end) in enumerate(zip(slides, ends), 1):
            picture = folder / f"{number}.png"
            slide(number, len(slides), each["heading"], each["words"], film["shades"]).save(picture)
            listing.append(f"file '{picture}'\nduration {end - clock:.3f}")
            clock = end
        listing.append(f"file '{picture}'")
        (folder / "list.txt").write_text("\n".join(listing) + "\n")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", folder / "list.txt", "-i", folder / "voice.wav"]
            + speech.REPRODUCIBLE + ["-flags:v", "+bitexact", "-metadata", f"title={title}"]
            + ["-vf", "fps=25,format=yuv420p", "-c:v", "libx264", "-preset", "slow", "-crf", "27", "-g", "50", "-threads", "1"]
            + ["-c:a", "aac", "-b:a", "64k", "-ar", "44100", "-t", f"{ends[-1]:.3f}", "-movflags", "+faststart", path],
            check=True,
        )
    return cues
