//! By which distance copies of a picture are distinguished from other pictures.
//!
//! `cargo bench --bench picture_copies -- FOLDER`, with a folder that `benches/picture_copies.py`
//! has filled. Prints how many copies of each sort lie within each distance, and how many pairs
//! of different pictures do.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use khochung::domain::PictureHash;
use khochung::services::media::perceptual_hash::of_file;
use khochung::services::media::render::Limits;

const DISTANCES: [u32; 5] = [4, 6, 8, 10, 12];

type Hashes = BTreeMap<String, Option<PictureHash>>;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    let [folder] = arguments.as_slice() else {
        println!("fill a folder with benches/picture_copies.py and name it");
        return;
    };
    let folder = Path::new(folder);
    let originals = hashes(&folder.join("original"));
    let blank = hashes(&folder.join("blank"));
    let without = |hashes: &Hashes| -> Vec<String> {
        let flat = hashes.iter().filter(|(_, hash)| hash.is_none());
        flat.map(|(name, _)| name.clone()).collect()
    };
    println!(
        "{} pictures; without hash: {:?}",
        originals.len(),
        without(&originals)
    );
    println!(
        "{} blank ones; without hash: {:?}\n",
        blank.len(),
        without(&blank)
    );
    println!(
        "| copy | mean | 95 % | {} |",
        DISTANCES.map(|d| format!("<= {d}")).join(" | ")
    );
    println!("|---|---|---|{}", "---|".repeat(DISTANCES.len()));
    let mut sorts: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|sort| sort.unwrap().path())
        .collect();
    sorts.sort();
    for sort in sorts {
        let name = sort.file_name().unwrap().to_str().unwrap();
        if !matches!(name, "original" | "blank") {
            row(name, copies(&originals, &hashes(&sort)));
        }
    }
    println!();
    for (sort, distances) in others(&originals) {
        row(&sort, distances);
    }
}

fn hashes(folder: &Path) -> Hashes {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let hashed = files.map(|path| {
        let kind = if path.extension().unwrap() == "png" {
            "image/png"
        } else {
            "image/jpeg"
        };
        let hash = of_file(&fs::read(&path).unwrap(), kind, Limits::default()).unwrap();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), hash)
    });
    hashed.collect()
}

/// How far each copy is from its original; one that lost its hash is as far as can be.
fn copies(originals: &Hashes, copies: &Hashes) -> Vec<u32> {
    let with_hash = originals
        .iter()
        .filter_map(|(name, hash)| Some((name, (*hash)?)));
    let distance =
        |(name, hash): (&String, PictureHash)| copies[name].map_or(64, |copy| copy.distance(hash));
    with_hash.map(distance).collect()
}

/// How far different pictures are from each other, those of one family apart.
fn others(originals: &Hashes) -> BTreeMap<String, Vec<u32>> {
    let mut pairs: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let family = |name: &str| name.split_once('~').map(|(family, _)| family.to_owned());
    let all: Vec<_> = originals
        .iter()
        .filter_map(|(name, hash)| Some((name, (*hash)?)))
        .collect();
    for (at, (one, hash)) in all.iter().enumerate() {
        for (other, other_hash) in &all[at + 1..] {
            let distance = hash.distance(*other_hash);
            let sort = match (family(one), family(other)) {
                (Some(one), Some(other)) if one == other => {
                    format!(
                        "two of one family: {}",
                        one.trim_end_matches(char::is_numeric)
                    )
                }
                _ => "two different ones".to_owned(),
            };
            if distance <= 8 && sort.starts_with("two d") {
                eprintln!("{distance:2} {one} / {other}");
            }
            pairs.entry(sort).or_default().push(distance);
        }
    }
    pairs
}

fn row(name: &str, mut distances: Vec<u32>) {
    distances.sort_unstable();
    let count = distances.len();
    let mean = f64::from(distances.iter().sum::<u32>()) / count as f64;
    let within = DISTANCES.map(|most| {
        let within = distances.partition_point(|distance| *distance <= most);
        format!("{:.2} %", 100.0 * within as f64 / count as f64)
    });
    let most = distances[(count * 95 / 100).min(count - 1)];
    println!(
        "| {name} ({count}) | {mean:.1} | {most} | {} |",
        within.join(" | ")
    );
}
