//! How long a recording is, by what its format states. Nothing is decoded, so the length of a file costs nothing.
//!
//! Films in boxes are read by [`super::movie`], Matroska by [`super::public_copy`], because both read more than the duration.

mod bytes;
mod core_audio;
mod tagged;
mod transport_stream;
mod wave;
mod wave64;

use std::path::Path;

/// The duration in milliseconds of a file of this type, if the format states it.
pub(super) fn duration_ms(path: &Path, media_type: &str) -> Option<u64> {
    match media_type {
        "audio/wav" => wave::duration_ms(path),
        "audio/x-w64" => wave64::duration_ms(path),
        "audio/x-caf" => core_audio::duration_ms(path),
        "video/mp2t" => transport_stream::duration_ms(path),
        other => tagged::duration_ms(path, other),
    }
}
