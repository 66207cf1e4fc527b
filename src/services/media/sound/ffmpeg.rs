//! Decoding by ffmpeg: the formats that are not read in process, such as Opus, WMA and RF64.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use crate::services::programs::{Invocation, Limits, Program, ProgramError, Programs, Workspace};

/// Formats that ffmpeg may open. A list of files is none of them: it would read other files.
const INPUT_FORMATS: &str =
    "mov,matroska,mp3,wav,w64,aac,flac,ogg,mpegts,mpeg,mxf,avi,aiff,caf,asf,amr";
/// The name of the sound in the folder of the program.
pub(in crate::services::media) const INPUT: &str = "sound";
/// The name of the decoded sound.
const DECODED: &str = "decoded.caf";
/// What decoding may take: ten hours of sound are decoded in minutes.
const PROCESSOR_TIME: Duration = Duration::from_secs(60 * 60);
const OUTPUT_BYTES: u64 = 16 << 30;

/// Decoded sound, and the folder that it is in.
pub(super) struct Decoded {
    pub(super) file: File,
    /// Must outlive the file.
    pub(super) _workspace: Workspace,
}

/// The arguments that decode the first sound of the input with these filters, without anything else that is in the file.
pub(in crate::services::media) fn decoding(filters: &str) -> Vec<String> {
    let input = format!("in/{INPUT}");
    let arguments = [
        "-nostdin",
        "-v",
        "error",
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        INPUT_FORMATS,
        "-i",
        &input,
        "-map",
        "0:a:0",
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-fflags",
        "+bitexact",
        "-flags:a",
        "+bitexact",
        "-threads",
        "1",
        "-filter_threads",
        "1",
        "-af",
        filters,
    ];
    arguments.map(str::to_owned).to_vec()
}

/// The arguments that write decoded sound to `out/OUTPUT`. Floating-point samples are not cut off at full scale, and the
/// container has no limit of 4 GiB.
pub(in crate::services::media) fn decoded_arguments(filters: &str, output: &str) -> Vec<String> {
    let mut arguments = decoding(filters);
    let output = format!("out/{output}");
    let encoding = ["-c:a", "pcm_f32le", "-f", "caf", &output];
    arguments.extend(encoding.map(str::to_owned));
    arguments
}

/// Decodes the sound at `path`.
pub(super) async fn decode(programs: &Programs, path: &Path) -> Result<Decoded, ProgramError> {
    let workspace = programs.workspace().await?;
    workspace.give(INPUT, path).await?;
    let limits = Limits {
        processor_time: PROCESSOR_TIME,
        time: PROCESSOR_TIME.saturating_mul(2),
        output_bytes: OUTPUT_BYTES,
        ..Limits::default()
    };
    let invocation = Invocation::new(Program::Ffmpeg)
        .arguments(decoded_arguments("anull", DECODED))
        .expecting(DECODED)
        .within(limits);
    programs.run(&workspace, invocation).await?;
    Ok(Decoded {
        file: workspace.open(DECODED).await?,
        _workspace: workspace,
    })
}
