//! The mail connector against a real SMTP server.

use mail_parser::MessageParser;
use peygir_connector::settings::{self, HostFacts};
use peygir_connector::{Connector, Fault, FaultKind, Lasting, Reached, Receipt, Request, Secret};
use peygir_connector_mail::KIND;
use peygir_tests::peers::exim::{Exim, PASSWORD, USER};
use peygir_tests::peers::{available, namespace};
use serde_json::{Value, json};

const KEY: &str = "instance-1/do/0/refer#1";

/// Runs a test with a server.
fn with_server<F>(test: &str, body: impl FnOnce(Exim) -> F)
where
    F: Future<Output = ()>,
{
    if !available("exim") {
        return;
    }
    namespace::isolated(test, || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async { body(Exim::start().unwrap()).await });
    });
}

/// A connector for the server; `changes` replace settings, null removes them.
fn connector(server: &Exim, changes: Value, password: &str) -> Box<dyn Connector> {
    let mut all = json!({
        "host": "localhost", "port": server.port, "security": "starttls", "username": USER, "password": {"env": "PW"},
        "from": "سامانه ۱۲۸ <foad@samad.test>", "caFile": server.ca_file(), "timeoutSeconds": 10,
    });
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let manifest = KIND.read_manifest().unwrap();
    let node = peygir_source::yaml::parse(&all.to_string()).unwrap();
    let settings = settings::read(&manifest, &node, &|_| Ok(Secret::new(password)), HostFacts::default()).unwrap();
    (KIND.build)(manifest, settings).unwrap()
}

async fn send(connector: &dyn Connector, to: &str, text: &str) -> Result<Receipt, Fault> {
    let input = json!({
        "channel": "mail", "to": to, "subject": "ارجاع شکایت ۱۲۳۴۵ از استان همدان به دستگاه شما برای پاسخ در سه ساعت",
        "text": text, "template": "foad/referral", "date": "2026-11-21T08:30:00Z",
    });
    connector.send(Request { operation: "send".into(), key: KEY.into(), attempt: 1, input }).await
}

async fn fault(connector: &dyn Connector, to: &str, text: &str) -> (FaultKind, Lasting, Reached) {
    let fault = send(connector, to, text).await.unwrap_err();
    let told = format!("{fault} {fault:?}");
    for hidden in [PASSWORD, "wrong-password", to] {
        assert!(!told.contains(hidden), "{told}");
    }
    (fault.kind, fault.lasting, fault.reached)
}

#[test]
fn persian_mail_is_delivered() {
    with_server("persian_mail_is_delivered", |server| async move {
        let text = "با سلام\nشکایت خانم احمدی به آن دستگاه ارجاع شد.\n.\n..دو نقطه\nمی‌خواهیم تا ساعت ۱۴ پاسخ دهید 🙂";
        let changes = [
            json!({}),
            json!({"security": "implicit", "port": server.port_implicit}),
            json!({"security": "opportunistic"}),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let connector = connector(&server, change.clone(), PASSWORD);
            let receipt = send(connector.as_ref(), "manager@samad.test", text).await;
            let receipt = receipt.unwrap_or_else(|fault| panic!("{change}: {fault}\n{}", server.output()));
            let mails = server.wait_for_delivered(index + 1).unwrap_or_else(|| panic!("{}", server.output()));
            let mail = MessageParser::default().parse(&mails[index]).unwrap();
            assert!(mail.subject().unwrap().starts_with("ارجاع شکایت ۱۲۳۴۵ از استان همدان"), "{:?}", mail.subject());
            assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), text);
            assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("سامانه ۱۲۸"));
            assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("manager@samad.test"));
            assert_eq!(mail.date().unwrap().to_rfc3339(), "2026-11-21T08:30:00Z");
            assert_eq!(receipt.reference, mail.message_id().map(|id| format!("<{id}>")));
            let headers = String::from_utf8_lossy(&mails[index]).into_owned();
            assert!(headers.contains("esmtpsa"), "{change}: neither TLS nor AUTH:\n{headers}");
        }
        let ids: Vec<_> = server
            .delivered()
            .iter()
            .map(|mail| MessageParser::default().parse(mail).unwrap().message_id().unwrap().to_owned())
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "one key, one Message-ID: {ids:?}");
    });
}

#[test]
fn refusals_are_told_apart() {
    with_server("refusals_are_told_apart", |server| async move {
        use FaultKind::*;
        let good = connector(&server, json!({}), PASSWORD);
        let no = Reached::No;
        let outcome = fault(good.as_ref(), "blocked@samad.test", "سلام").await;
        assert_eq!(outcome, (Recipient, Lasting::Permanent, no), "550 on the recipient");
        let outcome = fault(good.as_ref(), "greylist@samad.test", "سلام").await;
        assert_eq!(outcome, (Throttled, Lasting::Temporary, no), "451 on the recipient");
        let outcome = fault(good.as_ref(), "manager@samad.test", "REFUSE-THIS-CONTENT").await;
        assert_eq!(outcome, (Content, Lasting::Permanent, no), "554 on the message");
        let outcome = fault(good.as_ref(), "no address", "سلام").await;
        assert_eq!(outcome, (Recipient, Lasting::Permanent, no), "not an address");

        let bad = connector(&server, json!({}), "wrong-password");
        let outcome = fault(bad.as_ref(), "manager@samad.test", "سلام").await;
        assert_eq!(outcome, (Credentials, Lasting::Permanent, no), "535");
        let nobody = connector(&server, json!({"username": null, "password": null}), "");
        let outcome = fault(nobody.as_ref(), "manager@samad.test", "سلام").await;
        assert_eq!(outcome, (Recipient, Lasting::Permanent, no), "relaying without AUTH is refused");
        assert!(server.delivered().is_empty());
    });
}

#[test]
fn certificates_and_absent_servers_are_told_apart() {
    with_server("certificates_and_absent_servers_are_told_apart", |mut server| async move {
        use FaultKind::*;
        let no = Reached::No;
        for (change, reason) in [
            (json!({"host": "127.0.0.1"}), "the certificate names localhost only"),
            (json!({"caFile": null}), "the authority is not one that browsers trust"),
            (
                json!({"caFile": null, "security": "implicit", "port": server.port_implicit}),
                "the same, from the first byte",
            ),
        ] {
            let connector = connector(&server, change, PASSWORD);
            let outcome = fault(connector.as_ref(), "manager@samad.test", "سلام").await;
            assert_eq!(outcome, (Configuration, Lasting::Permanent, no), "{reason}");
        }
        let clear = connector(&server, json!({"security": "none", "host": "127.0.0.1"}), PASSWORD);
        let outcome = fault(clear.as_ref(), "manager@samad.test", "سلام").await;
        assert_eq!(outcome, (Configuration, Lasting::Permanent, no), "no AUTH is offered before TLS");

        let connector = connector(&server, json!({}), PASSWORD);
        server.kill();
        let outcome = fault(connector.as_ref(), "manager@samad.test", "سلام").await;
        assert_eq!(outcome, (Unreachable, Lasting::Temporary, no), "nobody listens");
    });
}
