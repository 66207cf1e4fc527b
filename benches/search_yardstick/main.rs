//! The yardstick of `benches/search_peers.py`: tantivy alone in process, and the client that asks
//! the archive and its peers, so that all are timed by the same clock.
//!
//! ```text
//! search_yardstick fold-works WORKS.ndjson         works with folded texts, for Groonga and PostgreSQL
//! search_yardstick fold QUESTIONS                  the same for questions
//! search_yardstick index WORKS.ndjson FOLDER       builds the index; prints what it cost
//! search_yardstick counts FOLDER QUESTIONS         how many works each question finds
//! search_yardstick search FOLDER QUESTIONS FACETS WORKERS LOOP  asks it in process
//! search_yardstick ask http|postgres ADDRESS REQUESTS PID LOOP  asks a server
//! ```
//!
//! FACETS are names with commas between, `-` for none. WORKERS is how many threads serve all
//! clients, 0 for one of its own for each. LOOP is `CLIENTS WARM-UP SECONDS FROM`:
//! so many clients, each asking the next question when it has its answer, for so many seconds
//! after the warm-up, beginning with question number FROM. Prints JSON.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement that cannot go on fails"
)]

mod asking;
mod closed_loop;
mod folding;
mod index;
mod searching;
mod works;

use std::path::Path;

use closed_loop::Loop;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["fold-works", works] => works::print_folded(works),
        ["fold", questions] => {
            for question in lines(questions) {
                println!("{}", folding::folded(&question));
            }
        }
        ["index", works, folder] => println!("{}", index::build(works, Path::new(folder))),
        ["counts", folder, questions] => {
            for count in searching::counts(Path::new(folder), &lines(questions)) {
                println!("{count}");
            }
        }
        ["search", folder, questions, facets, workers, rest @ ..] => {
            let facets: Vec<&str> = facets.split(',').filter(|name| *name != "-").collect();
            let (questions, workers) = (lines(questions), workers.parse().unwrap());
            let folder = Path::new(folder);
            let report = searching::measure(folder, &questions, &facets, workers, read(rest));
            println!("{report}");
        }
        ["ask", protocol, address, requests, pid, rest @ ..] => {
            let pid = pid.parse().unwrap();
            let report = asking::measure(protocol, address, &lines(requests), pid, read(rest));
            println!("{report}");
        }
        _ => println!("see benches/search_peers.py"),
    }
}

fn lines(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn read(arguments: &[&str]) -> Loop {
    let [clients, warm_up, seconds, from] = arguments else {
        panic!("the loop is CLIENTS WARM-UP SECONDS FROM");
    };
    Loop {
        clients: clients.parse().unwrap(),
        warm_up: warm_up.parse().unwrap(),
        seconds: seconds.parse().unwrap(),
        from: from.parse().unwrap(),
    }
}
