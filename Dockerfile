# Two stages: build with Rust, run on a slim Debian as an unprivileged user. One binary, one data folder.
FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin khochung

FROM debian:bookworm-slim
# Programs that read files (docs/operate/programs.md).
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg poppler-utils tesseract-ocr tesseract-ocr-vie \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 khochung \
 && useradd --uid 10001 --gid khochung --no-create-home --home-dir /data --shell /usr/sbin/nologin khochung \
 && install --directory --owner=khochung --group=khochung --mode=0750 /data
COPY --from=build /src/target/release/khochung /usr/local/bin/khochung
USER khochung
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n1 <&3 | grep -q ' 200'"]
ENTRYPOINT ["khochung"]
CMD ["serve", "--data", "/data", "--bind", "0.0.0.0:8080"]
