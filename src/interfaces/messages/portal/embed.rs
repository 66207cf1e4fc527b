//! Texts of a work within the page of another site.

super::texts! {
    /// Texts of a work within the page of another site.
    EmbedTexts {
        at_archive: "Xem tại Kho Chung", "See it at Kho Chung";
        gone: "Tác phẩm này đã được rút. Xin gỡ khung này.", "This work was withdrawn. Please remove this frame.";
    }
}
