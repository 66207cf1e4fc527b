"""Spoken works: Vietnamese speech from espeak-ng, an exact WebVTT transcript, MP3, WAV or Opus from ffmpeg.

Every sentence is synthesised alone and its samples are counted, so the cue times are measured, not guessed.
"""

import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

RATE = 22050
PAUSE = 0.4
ENCODING = {
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "64k", "-ar", "44100"],
    ".wav": ["-c:a", "pcm_s16le", "-ar", "16000"],
    ".ogg": ["-c:a", "libopus", "-b:a", "32k", "-ar", "48000"],
}
REPRODUCIBLE = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]


class Cue:
    """One spoken sentence: who says it, what is said, and when, in seconds."""

    def __init__(self, speaker, text, start, end):
        self.speaker, self.text, self.start, self.end = speaker, text, start, end


def record(lines, voices, speed, chime=False):
    """Speaks `lines` of (speaker, text). Returns samples and cues."""
    parts, cues, clock = [], [], 0.0
    for sound in ([bell()] if chime else []):
        parts.append(sound)
        clock += len(sound) / RATE
    for speaker, text in lines:
        samples = say(text, voices[speaker], speed)
        cues.append(Cue(speaker, text, clock, clock + len(samples) / RATE))
        silence = np.zeros(int(PAUSE * RATE), np.int16)
        parts += [samples, silence]
        clock += (len(samples) + len(silence)) / RATE
    return np.concatenate(parts), cues


def say(text, voice, speed):
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", file.name, text], check=True)
        with wave.open(file.name) as sound:
            assert sound.getframerate() == RATE and sound.getnchannels() == 1
            return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def bell():
    """Three falling notes of a pentatonic scale, the sign that the station begins to speak."""
    notes = []
    for pitch, seconds in ((659.3, 0.35), (587.3, 0.35), (440.0, 0.8)):
        t = np.arange(int(seconds * RATE)) / RATE
        tone = np.sin(2 * np.pi * pitch * t) + 0.3 * np.sin(4 * np.pi * pitch * t)
        notes.append(tone * np.exp(-t * 4.5) * 7000)
    return np.concatenate(notes).astype(np.int16)


def encode(samples, path, title, gain_db=0.0):
    with tempfile.NamedTemporaryFile(suffix=".wav") as raw:
        write_wave(samples, raw.name)
        command = ["ffmpeg", "-v", "error", "-y", "-i", raw.name, *REPRODUCIBLE, "-ac", "1", "-af", f"volume={gain_db}dB"]
        subprocess.run([*command, "-metadata", f"title={title}", *ENCODING[Path(path).suffix], str(path)], check=True)


def write_wave(samples, path):
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())


def webvtt(cues, named=False):
    blocks = ["WEBVTT"]
    for number, cue in enumerate(cues, 1):
        voice = f"<v {cue.speaker}>" if named else ""
        blocks.append(f"{number}\n{clock_time(cue.start)} --> {clock_time(cue.end)}\n{voice}{cue.text}")
    return "\n\n".join(blocks) + "\n"


def clock_time(seconds):
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def script(cues):
    """The text to read aloud, with the speaker before each sentence."""
    return "\n".join(f"{cue.speaker.upper()}: {cue.text}" for cue in cues)
