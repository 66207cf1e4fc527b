//! Regions of an image, in requests and responses.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::asset::{Region, limits};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::interfaces::wire::pointer::Pointer;
use crate::interfaces::wire::reader::JsonReader;

/// A rectangle in pixels of an image as it is displayed, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Region)]
pub struct RegionDto {
    /// Pixels from the left.
    pub x: u32,
    /// Pixels from the top.
    pub y: u32,
    /// Its width.
    #[schema(minimum = 1)]
    pub width: u32,
    /// Its height.
    #[schema(minimum = 1)]
    pub height: u32,
}

impl From<&Region> for RegionDto {
    fn from(region: &Region) -> Self {
        Self {
            x: region.x,
            y: region.y,
            width: region.width,
            height: region.height,
        }
    }
}

/// Parses `{"regions": [{x, y, width, height}]}`.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_regions(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<Vec<Region>, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let mut regions = Vec::new();
    if let Some([list]) = reader.record(&Pointer::Root, value, ["regions"]) {
        let read = |reader: &mut JsonReader<'_>, at: &Pointer<'_>, list: &Value| {
            let entries = reader.entries(at, list, limits::REGIONS).iter().enumerate();
            let region = |(index, entry)| region(reader, &at.entry(index), entry);
            Some(entries.filter_map(region).collect())
        };
        let list = reader.required(&Pointer::Root, "regions", list, read);
        regions = list.unwrap_or_default();
    }
    reader.finish(regions)
}

fn region(reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value) -> Option<Region> {
    const NAMES: [&str; 4] = ["x", "y", "width", "height"];
    let values = reader.record(at, value, NAMES)?;
    let mut pixels = [None; 4];
    for (pixel, (name, value)) in pixels.iter_mut().zip(NAMES.into_iter().zip(values)) {
        *pixel = reader.required(at, name, value, |reader, at, value| {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            let expected = "integer";
            reader.valid_or_refused(at, number.ok_or(Rule::WrongType { expected }))
        });
    }
    let [x, y, width, height] = pixels;
    Some(Region {
        x: x?,
        y: y?,
        width: width?,
        height: height?,
    })
}
