//! What this version understands of a journal: kinds of commands, of events and of rows.
//!
//! Owns: the answer to "was this written by a later version?", asked by a start before it takes a journal for its own.
//! The kinds themselves are told by their own encodings; there is no second list of them. Knows no file.

use minicbor::Decode;
use minicbor::data::Type;
use peygir_core::Id;
use peygir_store::body::Body;

use crate::access::access_stream;
use crate::command::{Envelope, Recorded};
use crate::rows;

/// Commands of system streams, which are bare words.
const WORDS: [&[u8]; 2] = [b"webhook-standing", b"flows-deployed"];

/// What in a frame's body a later version wrote; `None` where this one understands all of it.
pub fn in_frame(stream: Id, body: &Body<'_>) -> Option<String> {
    // Entries of the access book are words for whoever audits it: nothing is made of them.
    if stream == access_stream() {
        return in_rows(body);
    }
    let command = unknown_command(body.command);
    let event = || body.events.iter().find_map(|event| unknown::<Recorded>("an event", event));
    let enqueued = || body.enqueue.iter().find_map(|entry| unknown_command(entry.command));
    command.or_else(event).or_else(enqueued).or_else(|| in_rows(body))
}

fn in_rows(body: &Body<'_>) -> Option<String> {
    body.rows.iter().find_map(|row| in_row(row.key))
}

/// The same of a row, by its key.
pub fn in_row(key: &[u8]) -> Option<String> {
    let kind = || String::from_utf8_lossy(&key[..key.len().min(3)]).into_owned();
    (!rows::is_known(key)).then(|| format!("a row of the kind `{}`, which this version does not know", kind()))
}

fn unknown_command(command: &[u8]) -> Option<String> {
    if command.is_empty() || WORDS.contains(&command) {
        return None;
    }
    match minicbor::Decoder::new(command).datatype() {
        Ok(Type::Map | Type::MapIndef) => unknown::<Envelope>("a command", command),
        _ => Some("a command of a form that this version does not know".to_owned()),
    }
}

/// Only an unknown kind counts: what is damaged is found by check sums, and told otherwise.
fn unknown<'b, T: Decode<'b, ()>>(what: &str, bytes: &'b [u8]) -> Option<String> {
    let error = minicbor::decode::<T>(bytes).err()?;
    error.is_unknown_variant().then(|| format!("{what} of a kind that this version does not know ({error})"))
}

#[cfg(test)]
mod tests {
    use peygir_casework::Event;
    use peygir_core::{Moment, Seed};
    use peygir_store::Frame;
    use peygir_store::body::{decode, encode};

    use super::*;
    use crate::command::Command;

    const STREAM: Id = Id([7; 16]);

    fn frame(command: Vec<u8>, event: Vec<u8>, key: &[u8]) -> Frame {
        Frame {
            number: 1,
            stream: STREAM,
            version: 1,
            at: Moment(1),
            previous: [0; 32],
            command,
            events: vec![event],
            rows: vec![(key.to_vec(), None)],
            claims: Vec::new(),
            unclaim: Vec::new(),
            enqueue: Vec::new(),
            done: None,
        }
    }

    fn found(stream: Id, frame: &Frame) -> Option<String> {
        in_frame(stream, &decode(&encode(&Body::of_frame(frame))).unwrap())
    }

    #[test]
    fn what_a_later_version_wrote_is_told_by_its_kind() {
        let envelope = Envelope::new("op", Moment(5), Seed([2; 16]), Command::Wake);
        let command = minicbor::to_vec(&envelope).unwrap();
        let event = minicbor::to_vec(Recorded::Case(Event::RoundOpened(2))).unwrap();
        let good = frame(command.clone(), event.clone(), b"xt/1");
        assert_eq!(found(STREAM, &good), None);

        // An event of records numbered 999, a command numbered 250, a row of another table.
        let later_event = vec![0x82, 0x01, 0x81, 0x82, 0x19, 0x03, 0xe7, 0x80];
        let mut later_command = command.clone();
        let at = later_command.len() - 2;
        assert_eq!(later_command[at..], [0x02, 0x80], "a wake-up is command 2 without members");
        later_command.splice(at..=at, [0x18, 0xfa]);
        for (frame, words) in [
            (frame(command.clone(), later_event, b"xt/1"), "an event of a kind"),
            (frame(later_command, event.clone(), b"xt/1"), "a command of a kind"),
            (frame(b"word".to_vec(), event.clone(), b"xt/1"), "a command of a form"),
            (frame(command, event.clone(), b"zz/1"), "`zz/`"),
        ] {
            let what = found(STREAM, &frame).expect("a later version's");
            assert!(what.contains(words), "{what}");
        }
        let access = frame(b"key-turned".to_vec(), Vec::new(), b"xt/1");
        assert_eq!(found(access_stream(), &access), None);
        assert_eq!(found(STREAM, &frame(b"flows-deployed".to_vec(), event, b"f/1")), None);
    }
}
