//! Families of media types that several classes accept.

/// Pages: print masters, scans bound into one file, word-processor files.
pub(super) fn is_document(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/pdf"
            | "application/rtf"
            | "application/epub+zip"
            | "application/msword"
            | "application/vnd.ms-powerpoint"
            | "application/vnd.ms-excel"
    ) || media_type.starts_with("application/vnd.openxmlformats-officedocument.")
        || media_type.starts_with("application/vnd.oasis.opendocument.")
}

pub(super) fn is_image(media_type: &str) -> bool {
    media_type.starts_with("image/")
}
