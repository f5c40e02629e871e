//! Servers that break off at each step: only a lost answer to the message itself leaves the outcome unknown.

use peygir_connector::settings::{self, HostFacts};
use peygir_connector::{Fault, FaultKind, Lasting, Reached, Receipt, Request};
use peygir_connector_mail::KIND;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a server does when it comes to its step.
#[derive(Debug, Clone, Copy)]
enum Then {
    HangUp,
    Wait,
    Say(&'static str),
}

/// Speaks SMTP well until the step (greeting 0, EHLO 1, MAIL 2, RCPT 3, DATA 4, message 5), then misbehaves.
async fn serve(stream: TcpStream, step: usize, then: Then) -> std::io::Result<()> {
    let replies = ["220 x", "250 x", "250 ok", "250 ok", "354 go on", "250 taken"];
    let mut stream = BufReader::new(stream);
    for (index, reply) in replies.iter().enumerate() {
        if index > 0 {
            let until = if index == 5 { ".\r\n" } else { "\n" };
            let mut line = String::new();
            while !line.ends_with(until) || (index == 5 && line != until) {
                line.clear();
                if stream.read_line(&mut line).await? == 0 {
                    return Ok(());
                }
            }
        }
        match then {
            Then::HangUp if index == step => return Ok(()),
            Then::Wait if index == step => return std::future::pending().await,
            Then::Say(text) if index == step => stream.write_all(format!("{text}\r\n").as_bytes()).await?,
            _ => stream.write_all(format!("{reply}\r\n").as_bytes()).await?,
        }
    }
    Ok(())
}

async fn outcome(step: usize, then: Then) -> Result<Receipt, Fault> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move { serve(listener.accept().await.unwrap().0, step, then).await });
    let text = format!("{{host: 127.0.0.1, port: {port}, security: none, from: a@samad.test, timeoutSeconds: 1}}");
    let node = peygir_source::yaml::parse(&text).unwrap();
    let manifest = KIND.read_manifest().unwrap();
    let settings = settings::read(&manifest, &node, &|_| Err(String::new()), HostFacts::default()).unwrap();
    let connector = (KIND.build)(manifest, settings).unwrap();
    let input = json!({"to": "maryam@samad.test", "subject": "ارجاع", "text": "سلام\n.\nپایان"});
    let outcome = connector.send(Request { operation: "send".into(), key: "k".into(), attempt: 1, input }).await;
    server.abort();
    outcome
}

#[tokio::test]
async fn only_the_message_itself_can_be_ambiguous() {
    let receipt = outcome(9, Then::HangUp).await.unwrap();
    assert!(receipt.reference.unwrap().ends_with("@samad.test>"));
    for step in 0..=5 {
        for then in [Then::HangUp, Then::Wait, Then::Say("\u{1}rubbish")] {
            let fault = outcome(step, then).await.unwrap_err();
            let expected = if step == 5 { Reached::Unknown } else { Reached::No };
            assert_eq!((fault.lasting, fault.reached), (Lasting::Temporary, expected), "{then:?} at {step}: {fault}");
        }
    }
}

#[tokio::test]
async fn a_refusal_of_the_message_is_not_ambiguous() {
    let fault = outcome(5, Then::Say("451 4.3.0 maryam@samad.test: try later")).await.unwrap_err();
    assert_eq!((fault.kind, fault.lasting, fault.reached), (FaultKind::Unavailable, Lasting::Temporary, Reached::No));
    let fault = outcome(5, Then::Say("554 5.7.1 <maryam@samad.test> refused")).await.unwrap_err();
    assert_eq!((fault.kind, fault.lasting, fault.reached), (FaultKind::Content, Lasting::Permanent, Reached::No));
    assert!(fault.message.contains("554 5.7.1") && !fault.message.contains("maryam"), "{fault}");
}
