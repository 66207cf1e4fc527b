//! Reads a page: tries what it takes, and keeps the best.

use std::time::Duration;

use super::grey_page::GreyPage;
use super::layout::PageLayout;
use super::preprocess::{evenly_lit, is_evenly_lit, straightened};
use crate::services::programs::{
    Invocation, Limits, Program, ProgramError, Programs, RECOGNISED_LANGUAGE, Version,
};
use crate::storage::blocking;

/// Below this confidence nothing is taken: clean pages have 96, a mended photo 93, a page on its side 45.
pub(super) const LEAST_CONFIDENCE: u8 = 70;

/// From this confidence on nothing else is tried.
const GOOD_CONFIDENCE: u8 = 90;

/// A page takes some seconds and at most 90 MB.
const LIMITS: Limits = Limits {
    processor_time: Duration::from_secs(120),
    time: Duration::from_secs(600),
    memory_bytes: 1 << 30,
    output_bytes: 64 << 20,
    output_files: 20,
    printed_bytes: 64 << 10,
};

/// Reads a page; `None` when nothing on it can be read. With the version of the program.
///
/// # Errors
/// [`ProgramError`].
pub(super) async fn read_page(
    programs: &Programs,
    page: GreyPage,
) -> Result<(Option<PageLayout>, Version), ProgramError> {
    let straight = blocking(move || straightened(&page)).await;
    let (mut best, version) = recognise(programs, &straight).await?;
    let (is_even, straight) = blocking(move || (is_evenly_lit(&straight), straight)).await;
    // Of a page with a shadow the part in the light may be read well.
    if best.confidence >= GOOD_CONFIDENCE && is_even {
        return Ok((Some(best), version));
    }
    let (lit, straight) = blocking(move || (evenly_lit(&straight), straight)).await;
    keep_better(&mut best, recognise(programs, &lit).await?.0);
    if best.confidence < LEAST_CONFIDENCE {
        let quarters = orientation(programs, &lit).await?;
        if quarters > 0 {
            for page in [straight, lit] {
                let turned = blocking(move || straightened(&page.turned(quarters))).await;
                let mut read = recognise(programs, &turned).await?.0;
                read.turned = quarters * 90;
                keep_better(&mut best, read);
            }
        }
    }
    let is_readable = best.confidence >= LEAST_CONFIDENCE && !best.words.is_empty();
    Ok((is_readable.then_some(best), version))
}

/// The try that read more is the better one.
fn keep_better(best: &mut PageLayout, other: PageLayout) {
    if other.letters_read() > best.letters_read() {
        *best = other;
    }
}

async fn recognise(
    programs: &Programs,
    page: &GreyPage,
) -> Result<(PageLayout, Version), ProgramError> {
    let workspace = programs.workspace().await?;
    workspace.give_bytes("page.pgm", page.to_pgm()).await?;
    let invocation = Invocation::new(Program::Tesseract)
        .arguments([
            "in/page.pgm",
            "out/page",
            "-l",
            RECOGNISED_LANGUAGE,
            "--psm",
            "3",
            "tsv",
        ])
        .expecting("page.tsv")
        .within(LIMITS);
    let output = programs.run(&workspace, invocation).await?;
    let tsv = workspace.read("page.tsv", LIMITS.output_bytes).await?;
    let layout = PageLayout::read(&String::from_utf8_lossy(&tsv), page.0.dimensions());
    Ok((layout, output.version))
}

/// By how many quarters, clockwise, the page has to be turned; 0 when that cannot be told.
async fn orientation(programs: &Programs, page: &GreyPage) -> Result<u32, ProgramError> {
    let workspace = programs.workspace().await?;
    workspace.give_bytes("page.pgm", page.to_pgm()).await?;
    let invocation = Invocation::new(Program::Tesseract)
        .arguments(["in/page.pgm", "stdout", "--psm", "0"])
        .within(LIMITS);
    let printed = match programs.run(&workspace, invocation).await {
        Ok(output) => output.stdout,
        // Too few letters to tell.
        Err(ProgramError::Failed { .. }) => return Ok(0),
        Err(error) => return Err(error),
    };
    let text = String::from_utf8_lossy(&printed);
    let mut lines = text.lines();
    let turn = lines.find_map(|line| line.strip_prefix("Rotate: "));
    let degrees: u32 = turn.and_then(|turn| turn.trim().parse().ok()).unwrap_or(0);
    Ok(degrees / 90)
}
