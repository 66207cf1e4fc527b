//! What only one kind of scheme knows of its concepts.

use crate::domain::WorkDate;
use crate::domain::vocabulary::Dated;
use crate::domain::{LanguageMap, LanguageTag, Slug};

/// The particular facts of a concept, by kind of scheme.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Details {
    /// A concept with nothing but its names.
    #[default]
    Plain,
    /// A treaty, declaration or law.
    Instrument(Instrument),
    /// A kind of work.
    Kind(ProductKind),
    /// Terms of reuse.
    Terms(ReuseTerms),
    /// A channel.
    Channel(ChannelReach),
    /// A language.
    Language(LanguageFacts),
    /// An administrative unit.
    Place(Place),
    /// A body that deposits, guides or receives works.
    Organisation(Organisation),
}

impl Details {
    /// The names a place or body bore, each with its period.
    pub fn dated_names(&self) -> &[Dated<LanguageMap>] {
        match self {
            Self::Place(place) => &place.names,
            Self::Organisation(body) => &body.names,
            _ => &[],
        }
    }
}

/// Defines a closed list of values with their names in the data files.
macro_rules! named_values {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$value_doc])* $value,)+ }

        impl $name {
            /// Every value with its name.
            pub const NAMES: &'static [(&'static str, Self)] = &[$(($text, Self::$value),)+];

            /// The value of this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::NAMES.iter().find(|(text, _)| *text == name).map(|(_, value)| *value)
            }

            /// The name in data files and answers.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $text,)+ }
            }
        }
    };
}
pub(crate) use named_values;

/// A treaty, declaration or law: when it was adopted and, in dated statements, where the country
/// stands. There is no single "is a party": statements have dates and may be disputed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instrument {
    /// Adoption of the text.
    pub adopted: Option<Adoption>,
    /// Where the country stands, oldest first.
    pub status: Vec<StatusStatement>,
}

impl Instrument {
    /// The statements made about a status.
    pub fn statements(&self, status: InstrumentStatus) -> impl Iterator<Item = &StatusStatement> {
        self.status
            .iter()
            .filter(move |statement| statement.status == status)
    }
}

/// The adoption of an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// Day or year.
    pub date: WorkDate,
    /// Where the date comes from.
    pub source: String,
    /// `false` where not checked against a primary source.
    pub verified: bool,
}

/// One statement on where the country stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusStatement {
    /// What happened or holds.
    pub status: InstrumentStatus,
    /// When; for `not-party` the date of the source.
    pub date: Option<WorkDate>,
    /// Who says so.
    pub source: String,
    /// Whether sources contradict each other.
    pub disputed: bool,
    /// `false` where not checked against a primary source.
    pub verified: bool,
    /// A remark.
    pub note: LanguageMap,
}

named_values! {
    /// The steps by which a state joins an instrument, or why there is nothing to join.
    InstrumentStatus {
        /// Signed, subject to ratification.
        Signed = "signed",
        /// Ratified.
        Ratified = "ratified",
        /// Acceded.
        Acceded = "acceded",
        /// Approved by the National Assembly.
        ApprovedByNationalAssembly = "approved-by-national-assembly",
        /// The instrument of ratification or accession was deposited.
        Deposited = "deposited",
        /// Applied before its entry into force.
        ProvisionallyApplied = "provisionally-applied",
        /// In force for the country.
        InForce = "in-force",
        /// Not joined at the date of the source.
        NotParty = "not-party",
        /// Joining is planned.
        Planned = "planned",
        /// A declaration: there is nothing to join.
        Declaration = "declaration",
        /// The country's own law.
        DomesticLaw = "domestic-law",
    }
}

/// A kind of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductKind {
    /// DCMI types a work of this kind can have; the first is the default. Never empty.
    pub dcmi_types: Vec<DcmiType>,
    /// Whether the communication plan names this kind.
    pub named_in_plan: bool,
}

named_values! {
    /// The DCMI Type Vocabulary (DCMI Metadata Terms, section 7).
    DcmiType {
        /// An aggregation of resources.
        Collection = "Collection",
        /// Data in a defined structure.
        Dataset = "Dataset",
        /// A non-persistent, time-based occurrence.
        Event = "Event",
        /// A visual representation other than text.
        Image = "Image",
        /// Requires interaction to be understood.
        InteractiveResource = "InteractiveResource",
        /// Images that give an impression of motion.
        MovingImage = "MovingImage",
        /// An inanimate object.
        PhysicalObject = "PhysicalObject",
        /// A system that provides functions.
        Service = "Service",
        /// A computer program.
        Software = "Software",
        /// Primarily intended to be heard.
        Sound = "Sound",
        /// A static image.
        StillImage = "StillImage",
        /// Primarily words for reading.
        Text = "Text",
    }
}

/// Terms under which a work may be reused, with the flags that gates read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReuseTerms {
    /// The deed of a licence or rights statement.
    pub deed: Option<String>,
    /// Who may receive the work.
    pub audience: ReuseAudience,
    /// Whether the source must be named.
    pub attribution: bool,
    /// Whether adaptations may be made.
    pub derivatives: Derivatives,
    /// Whether it may be used for profit.
    pub commercial: bool,
    /// Works under these terms cannot be published.
    pub blocks_publication: bool,
    /// Only metadata and a link may be kept, no file.
    pub link_only: bool,
    /// The terms end at a date that must be given.
    pub needs_end_date: bool,
    /// A note on the contract must be given.
    pub needs_contract_note: bool,
}

named_values! {
    /// Who may receive works under some terms.
    ReuseAudience {
        /// Anybody.
        Everyone = "everyone",
        /// Press and stations.
        Stations = "stations",
        /// State bodies.
        StateBodies = "state-bodies",
        /// Nobody yet.
        Nobody = "nobody",
    }
}

named_values! {
    /// Whether adaptations are allowed.
    Derivatives {
        /// Allowed.
        Allowed = "allowed",
        /// Allowed under the same terms.
        ShareAlike = "share-alike",
        /// Not allowed.
        None = "none",
    }
}

named_values! {
    /// Who is reached through a channel. A consent for the channel is a consent for them.
    ChannelReach {
        /// Anybody.
        Everyone = "everyone",
        /// State bodies, press and stations.
        Partners = "partners",
        /// State bodies.
        StateBodies = "state-bodies",
    }
}

/// A language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageFacts {
    /// Its BCP 47 tag.
    pub tag: LanguageTag,
    /// What it is to the country.
    pub group: LanguageGroup,
    /// ISO 15924 code of the script meant when none is given.
    pub default_script: Option<String>,
}

named_values! {
    /// What a language is to the country: the national scheme counts works by this.
    LanguageGroup {
        /// The national language.
        National = "national",
        /// A language of an ethnic minority.
        EthnicMinority = "ethnic-minority",
        /// A foreign language.
        Foreign = "foreign",
        /// A sign language.
        Sign = "sign",
        /// Undetermined, several, none.
        Special = "special",
    }
}

/// An administrative unit. Its wholes over time stand in
/// [`Concept::broader`](crate::domain::vocabulary::Concept::broader).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Names as used in each period.
    pub names: Vec<Dated<LanguageMap>>,
    /// Types in each period.
    pub types: Vec<Dated<PlaceType>>,
    /// Codes of the state or of a standard; they are recycled, so never identify a place alone.
    pub codes: Vec<Dated<PlaceCode>>,
}

/// A code of an administrative unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCode {
    /// Which list it comes from (`vn-commune`, `iso-3166-2`).
    pub scheme: String,
    /// The code.
    pub value: String,
}

named_values! {
    /// Types of administrative units.
    PlaceType {
        /// Quốc gia.
        Country = "country",
        /// Tỉnh.
        Province = "province",
        /// Huyện.
        District = "district",
        /// Thị xã.
        Town = "town",
        /// Thành phố thuộc tỉnh.
        City = "city",
        /// Xã.
        Commune = "commune",
        /// Phường.
        Ward = "ward",
        /// Thị trấn.
        Township = "township",
    }
}

/// A body that deposits, guides or receives works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// The level of the state it belongs to.
    pub level: OrganisationLevel,
    /// Names as used in each period.
    pub names: Vec<Dated<LanguageMap>>,
    /// Places it serves, by slug in scheme `place`.
    pub areas: Vec<Dated<Slug>>,
    /// Its task in the communication plan.
    pub task: LanguageMap,
    /// Instruments it communicates on, by slug in scheme `instrument`.
    pub assigned_instruments: Vec<Assignment>,
}

/// An instrument assigned to a body for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Slug in scheme `instrument`, with its period.
    pub instrument: Dated<Slug>,
    /// What the assignment rests on.
    pub source: Option<String>,
    /// `false` where not checked against a primary source.
    pub verified: bool,
}

named_values! {
    /// Levels of the state.
    OrganisationLevel {
        /// A ministry or part of one.
        Ministry = "ministry",
        /// A body of the province.
        Province = "province",
        /// A body of a district, town or city.
        District = "district",
        /// A body of a commune or ward.
        Commune = "commune",
    }
}
