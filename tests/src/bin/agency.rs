//! An agency's system that can be stopped and killed: a process that keeps a line of each request and answers after a while.
//!
//! `agency ADDRESS FILE MILLISECONDS`. It answers calls of flows, and SMS as a Kannel gateway answers them. The line is
//! written when the request was read whole: from then on it counts as carried out.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use peygir_tests::gateway::key_of;

/// Longest request that is read, in bytes.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, file, millis] = &arguments[..] else { bail!("usage: agency ADDRESS FILE MILLISECONDS") };
    let after = Duration::from_millis(millis.parse().context("a number of milliseconds")?);
    let file = File::options().create(true).append(true).open(file)?;
    let listener = TcpListener::bind(address)?;
    for stream in listener.incoming() {
        let (stream, file) = (stream?, file.try_clone()?);
        std::thread::spawn(move || {
            // Whoever called may have gone away.
            drop(serve(stream, file, after));
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream, mut file: File, after: Duration) -> Result<()> {
    let head = read(&mut stream)?;
    let header = |name: &str| {
        let of = |line: &str| {
            Some(line.split_once(':').filter(|(given, _)| given.eq_ignore_ascii_case(name))?.1.trim().to_owned())
        };
        head.lines().find_map(of)
    };
    let path = head.split(' ').nth(1).unwrap_or_default();
    let key = header("idempotency-key").or_else(|| header("x-kannel-dlr-url").map(|address| key_of(&address)));
    // At once, so that lines of two requests never mix.
    file.write_all(format!("{path} {}\n", key.unwrap_or_default()).as_bytes())?;
    std::thread::sleep(after);
    let (status, kind, text) = match path {
        "/cgi-bin/sendsms" => ("202 Accepted", "text/plain", "0: Accepted for delivery"),
        _ => ("200 OK", "application/json", "{\"done\":true}"),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(answer.as_bytes())?;
    Ok(())
}

/// The head of a request whose body was read too.
fn read(stream: &mut TcpStream) -> Result<String> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer)?;
        bytes.extend_from_slice(&buffer[..count]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Ok(head);
            }
        }
        if count == 0 || bytes.len() > REQUEST_BYTES_MAX {
            bail!("no whole request");
        }
    }
}
