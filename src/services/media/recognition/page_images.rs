//! The pages of a scan as grey pixels: an image is one page; those of a PDF file are drawn by `pdftoppm`, one at a time.

use std::path::Path;
use std::time::Duration;

use image::DynamicImage;

use super::grey_page::GreyPage;
use crate::services::media::render::{DisplayImage, Limits as ImageLimits, RenderError};
use crate::services::programs::{Invocation, Limits, Program, ProgramError, Programs};

/// The longer side of a page: A4 at 300 dots an inch.
const SIDE_PX: u32 = 3508;

/// A page is drawn in a second.
const LIMITS: Limits = Limits {
    processor_time: Duration::from_secs(60),
    time: Duration::from_secs(300),
    memory_bytes: 1 << 30,
    output_bytes: 64 << 20,
    output_files: 10,
    printed_bytes: 64 << 10,
};

/// The page that an image is, upright. Blocks.
///
/// # Errors
/// [`RenderError`].
pub(super) fn of_image(
    file: &[u8],
    media_type: &str,
    limits: ImageLimits,
) -> Result<GreyPage, RenderError> {
    let image = DisplayImage::read(file, media_type, SIDE_PX, limits)?;
    let rgb = DynamicImage::ImageRgb8(image.image().clone());
    Ok(GreyPage(rgb.into_luma8()))
}

/// A page of a PDF file, by its number from 1; none behind the last one.
///
/// # Errors
/// [`ProgramError`], also when what was drawn is no image.
pub(super) async fn of_pdf(
    programs: &Programs,
    path: &Path,
    number: usize,
) -> Result<Option<GreyPage>, ProgramError> {
    let workspace = programs.workspace().await?;
    workspace.give("document.pdf", path).await?;
    let (number, side) = (number.to_string(), SIDE_PX.to_string());
    let invocation = Invocation::new(Program::Pdftoppm)
        .arguments(["-gray", "-singlefile", "-f", &number, "-l", &number])
        .arguments(["-scale-to", &side, "in/document.pdf", "out/page"])
        .expecting("page.pgm")
        .within(LIMITS);
    match programs.run(&workspace, invocation).await {
        Ok(_) => {}
        Err(ProgramError::Failed { printed, .. }) if printed.contains("Wrong page range") => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    }
    let bytes = workspace.read("page.pgm", LIMITS.output_bytes).await?;
    let page = GreyPage::read_pgm(&bytes);
    page.map(Some)
        .ok_or(ProgramError::NothingWritten(Program::Pdftoppm))
}
