//! The life of a work: draft, submitted, published, withdrawn.

/// Where a work stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// Being written; seen by its organisation and editors.
    #[default]
    Draft,
    /// Handed to the editors.
    Submitted,
    /// Out, to the circle its access names.
    Published,
    /// Taken back; the address answers 410 with the reason.
    Withdrawn {
        /// Why, in words for the public.
        reason: String,
    },
}

impl State {
    /// The wire name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Published => "published",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Every wire name, in the order of life.
    pub const NAMES: [&'static str; 4] = ["draft", "submitted", "published", "withdrawn"];
}

/// The widest circle that could ever see a work. Only grows; when the work goes, exactly these
/// are told, and nobody learns of a work that was never theirs to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Exposure {
    /// Its organisation and editors.
    #[default]
    Staff,
    /// All state bodies.
    StateInternal,
    /// Stations and partner systems too.
    Partner,
    /// Everybody.
    Public,
}
