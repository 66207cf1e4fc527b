//! A server of bytes and nothing else: the upload and delivery code of the archive without
//! catalogue, policy and description. Shows what the bytes themselves cost.
//!
//! `cargo bench --bench bytes_floor -- DATA FILES…` puts the files into a blob store in the folder
//! DATA, prints its address, and serves them by name under `/files/`; `POST /upload` takes a raw
//! body in. `single FILE COPY` instead reads, hashes with ring, writes and fsyncs in one thread.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use khochung::domain::Timestamp;
use khochung::interfaces::http::delivery::response::file_response;
use khochung::interfaces::http::extract::pace::Pace;
use khochung::interfaces::http::upload::receive::Receiver;
use khochung::services::delivery::{Cacheability, Content, Deliverable, Presentation};
use khochung::storage::blobs::{Announced, BlobStore, LocalBlobs, Staged, Staging};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Shelf = HashMap<String, Deliverable>;

struct Floor {
    blobs: Arc<dyn BlobStore>,
    shelf: Shelf,
    reception: Receiver,
}

#[actix_web::main]
async fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    match arguments.as_slice() {
        [mode, source, copy] if mode == "single" => single_thread(source, copy),
        [data, files @ ..] => serve(Path::new(data), files).await,
        // `cargo bench` without arguments: nothing to measure here by itself.
        [] => println!("see benches/download.py and benches/upload.py"),
    }
}

async fn serve(data: &Path, files: &[String]) {
    let staging = Staging::open(data, SystemTime::now()).unwrap();
    let blobs: Arc<dyn BlobStore> = Arc::new(LocalBlobs::open(data).unwrap());
    let mut shelf = Shelf::new();
    for file in files {
        let staged = take_in(&staging, file).await;
        let name = Path::new(file).file_name().unwrap().to_string_lossy();
        let deliverable = Deliverable {
            key: staged.key,
            size: staged.size,
            media_type: "application/octet-stream".to_owned(),
            file_name: name.clone().into_owned(),
            presentation: Presentation::Attachment,
            last_modified: Timestamp::from_millis(0),
            cacheability: Cacheability::Public,
        };
        shelf.insert(name.into_owned(), deliverable);
        blobs.put(staged).await.unwrap();
    }
    let reception = Receiver {
        staging,
        limit: u64::MAX,
        pace: Pace::with_pause(Duration::from_secs(30)),
    };
    let floor = web::Data::new(Floor {
        blobs,
        shelf,
        reception,
    });
    let app = move || {
        App::new()
            .app_data(floor.clone())
            .route("/files/{name}", web::get().to(download))
            .route("/upload", web::post().to(upload))
    };
    let mut server = HttpServer::new(app).tcp_nodelay(true);
    if let Ok(size) = std::env::var("WRITE_BUFFER") {
        server = server.h1_write_buffer_size(size.parse().unwrap());
    }
    let server = server.bind("127.0.0.1:0").unwrap();
    println!("http://{}", server.addrs()[0]);
    server.run().await.unwrap();
}

async fn take_in(staging: &Staging, file: &str) -> Staged {
    let mut incoming = staging.begin(Announced::default(), u64::MAX).unwrap();
    let mut file = File::open(file).unwrap();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer).unwrap() {
            0 => return incoming.finish().await.unwrap(),
            read => incoming.write(&buffer[..read]).await.unwrap(),
        }
    }
}

async fn download(floor: web::Data<Floor>, request: HttpRequest) -> HttpResponse {
    let Some(deliverable) = floor.shelf.get(request.match_info().query("name")) else {
        return HttpResponse::NotFound().finish();
    };
    let open = Content::open(&floor.blobs, deliverable.key, deliverable.size);
    file_response(request.method(), request.headers(), deliverable, open)
        .await
        .unwrap_or_else(|refusal| HttpResponse::BadRequest().body(refusal.to_string()))
}

async fn upload(floor: web::Data<Floor>, request: HttpRequest, body: web::Payload) -> String {
    let upload = floor.reception.raw(request.headers(), body).await.unwrap();
    let key = upload.staged.key.to_hex();
    floor.blobs.put(upload.staged).await.unwrap();
    key
}

/// The yardstick for uploads.
fn single_thread(source: &str, copy: &str) {
    let begun = Instant::now();
    let mut source = File::open(source).unwrap();
    let mut copy = File::create(copy).unwrap();
    let mut hash = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0; 1024 * 1024];
    let mut total = 0_u64;
    loop {
        let read = source.read(&mut buffer).unwrap();
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        copy.write_all(&buffer[..read]).unwrap();
        total += read as u64;
    }
    copy.sync_all().unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let mega_bytes = u32::try_from(total / 1_000_000).map(f64::from).unwrap();
    println!("{seconds:.3} s {:.0} MB/s", mega_bytes / seconds);
}
