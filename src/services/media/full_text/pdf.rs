//! The text of PDF files, read by `pdftotext` (poppler), confined.
//!
//! `-raw` takes the text in the order in which it was drawn, which keeps columns apart; a form feed ends each page.

use std::path::Path;
use std::time::Duration;

use super::error::TextError;
use crate::domain::asset::ProcessingFailure;
use crate::services::media::text::builder::{MAX_TEXT_BYTES, PAGE_BREAK, TextBuilder};
use crate::services::programs::{Invocation, Limits, Program, ProgramError, Programs, Version};

/// It reads 240 pages of text in a third of a second; a bomb runs for ever.
const LIMITS: Limits = Limits {
    processor_time: Duration::from_secs(60),
    time: Duration::from_secs(300),
    memory_bytes: 1 << 30,
    output_bytes: 8 * MAX_TEXT_BYTES as u64,
    output_files: 10,
    printed_bytes: 64 << 10,
};

/// Reads a PDF file, and gives the version of the program that did.
///
/// # Errors
/// [`TextError`].
pub(super) async fn read(programs: &Programs, path: &Path) -> Result<(String, Version), TextError> {
    // Before the file is copied in vain.
    programs.version(Program::Pdftotext).await?;
    let workspace = programs.workspace().await?;
    workspace.give("document.pdf", path).await?;
    let invocation = Invocation::new(Program::Pdftotext)
        .arguments(["-raw", "-enc", "UTF-8", "in/document.pdf", "out/text.txt"])
        .within(LIMITS);
    let output = programs
        .run(&workspace, invocation)
        .await
        .map_err(failure)?;
    let bytes = workspace.read("text.txt", LIMITS.output_bytes).await?;
    let mut builder = TextBuilder::default();
    let text = String::from_utf8_lossy(&bytes);
    // The last page ends with a form feed as well.
    for page in text.trim_end_matches('\n').split_terminator(PAGE_BREAK) {
        builder.push_lines(page);
        builder.end_page();
    }
    Ok((builder.finish(), output.version))
}

/// Tells an encrypted file from a broken one by what the program prints.
fn failure(error: ProgramError) -> TextError {
    if let ProgramError::Failed { printed, .. } = &error
        && (printed.contains("Incorrect password") || printed.contains("ncrypt"))
    {
        return ProcessingFailure::Encrypted.into();
    }
    error.into()
}
