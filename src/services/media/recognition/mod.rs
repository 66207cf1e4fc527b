//! The text of scans, posters and photographed pages, recognised by Tesseract, confined.
//!
//! A page is made readable first ([`preprocess`]): turned straight; and where that is not enough, its light is evened out and its
//! border cut off, or it is turned by a quarter. Of several tries the one with the most confidence counts; below
//! [`LEAST_CONFIDENCE`](reading::LEAST_CONFIDENCE) nothing is taken, because wrong words are worse than none.
//!
//! The text becomes the text of the file like that of a document ([`super::full_text`]); where each word stands, and with what confidence
//! it was read, is a rendition of its own (`text-layout/1`). Only `vie` is used: with `eng` beside it more letters of Vietnamese are read wrongly.
//!
//! Not here: handwriting, and faces or persons, which nothing looks for.

mod grey_page;
mod job;
mod layout;
mod page_images;
mod preprocess;
mod reading;
mod skew;

pub use job::{RecogniseTexts, ScanLimits, job};
