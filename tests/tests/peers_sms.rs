//! The SMS connector against a real Kannel gateway.

use std::collections::BTreeMap;
use std::time::Duration;

use peygir_connector::settings::{self, HostFacts};
use peygir_connector::{
    Connector, Delivery, Fault, FaultKind, Inbound, InboundCall, Lasting, Reached, Receipt, Request, Secret,
};
use peygir_connector_sms::KIND;
use peygir_tests::peers::kannel::{Kannel, PASSWORD, Sms, USER};
use peygir_tests::peers::listener::{Call, Listener};
use peygir_tests::peers::{available, namespace};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(10);
const CITIZEN: &str = "+989121234567";
const TOKEN: &str = "t0ken-of-calls";
const KEY: &str = "instance-1/do/0/notify#1";

/// Runs a test with a gateway and a listener for its calls.
fn with_gateway<F>(test: &str, body: impl FnOnce(Kannel, Listener) -> F)
where
    F: Future<Output = ()>,
{
    if !available("kannel") {
        return;
    }
    namespace::isolated(test, || {
        drop(rustls::crypto::ring::default_provider().install_default());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let listener = Listener::start().await.unwrap();
            let codes = "from=%p&to=%P&text=%b&coding=%c&charset=%C&ts=%t&id=%I";
            let kannel = Kannel::start(&format!("http://{}/mo?token={TOKEN}&{codes}", listener.address)).unwrap();
            body(kannel, listener).await;
        });
    });
}

fn connector(kannel: &Kannel, listener: &Listener, password: &str, method: &str) -> Box<dyn Connector> {
    let text = format!(
        "{{url: \"{}\", username: {USER}, password: {{env: PW}}, from: \"30001234\", method: {method}, callbackBase: \"http://{}\"}}",
        kannel.sendsms_url(),
        listener.address
    );
    let manifest = KIND.read_manifest().unwrap();
    let secrets = BTreeMap::from([("PW", password.to_owned())]);
    let host = HostFacts { callback_secret: Some(Secret::new(TOKEN)), ..HostFacts::default() };
    let resolve = |_: &peygir_connector::secret::Reference| Ok(Secret::new(secrets["PW"].clone()));
    let settings = settings::read(&manifest, &peygir_source::yaml::parse(&text).unwrap(), &resolve, host).unwrap();
    (KIND.build)(manifest, settings).unwrap()
}

async fn send(connector: &dyn Connector, to: &str, text: &str) -> Result<Receipt, Fault> {
    let input = json!({"channel": "sms", "to": to, "text": text, "template": "foad/received"});
    connector.send(Request { operation: "send".into(), key: KEY.into(), attempt: 1, input }).await
}

/// What the connector makes of a call, its token checked and taken out as the host does.
fn receive(connector: &dyn Connector, call: &Call) -> Result<Vec<Inbound>, Fault> {
    assert_eq!(call.text("token"), TOKEN);
    let query = call.query.iter().filter(|(name, _)| name != "token").cloned().collect();
    connector.receive(&InboundCall { path: call.path.clone(), query, body: Vec::new() })
}

#[test]
fn persian_goes_out_and_is_reported() {
    with_gateway("persian_goes_out_and_is_reported", |kannel, listener| async move {
        let text = "درخواست شما ثبت شد؛ کد پیگیری: ۱۲۳۴۵۶۷۸۹۰ می‌رسیم 🙂";
        for (index, method) in ["post", "get"].into_iter().enumerate() {
            let connector = connector(&kannel, &listener, PASSWORD, method);
            let receipt = send(connector.as_ref(), CITIZEN, text).await.unwrap();
            assert_eq!(receipt.output["state"], "accepted", "{method}");

            let sent = kannel.wait_for_sent(index + 1).unwrap_or_else(|| panic!("{method}: {}", kannel.output()));
            let expected = Sms { from: "30001234".into(), to: "09121234567".into(), part: None, text: text.into() };
            assert_eq!(sent[index], expected, "{method}");

            let calls = listener.wait_for("dlr", 2 * (index + 1), PATIENCE).await.expect("two reports");
            let mut states = Vec::new();
            for call in &calls[2 * index..] {
                let [Inbound::Report { key, state, reference }] = &receive(connector.as_ref(), call).unwrap()[..]
                else {
                    panic!("{call:?} is no report")
                };
                assert_eq!(key, KEY);
                assert_eq!(reference.is_some(), *state == Delivery::Delivered, "{call:?}");
                states.push(*state);
            }
            states.sort();
            assert_eq!(states, [Delivery::Accepted, Delivery::Delivered], "{method}");
        }
    });
}

#[test]
fn long_texts_arrive_whole_or_are_refused() {
    with_gateway("long_texts_arrive_whole_or_are_refused", |kannel, listener| async move {
        let connector = connector(&kannel, &listener, PASSWORD, "post");
        let text: String = "پیگیری ".repeat(95);
        assert_eq!(text.chars().count(), 665, "ten parts");
        send(connector.as_ref(), CITIZEN, &text).await.unwrap();
        let mut sent = kannel.wait_for_sent(10).unwrap_or_else(|| panic!("{}", kannel.output()));
        sent.sort_by_key(|sms| sms.part);
        let parts: Vec<_> = sent.iter().filter_map(|sms| sms.part).collect();
        assert_eq!(parts, (1..=10).map(|part| (part, 10)).collect::<Vec<_>>());
        assert_eq!(sent.iter().map(|sms| sms.text.as_str()).collect::<String>(), text);

        // The gateway would take eleven parts and send ten.
        let fault = send(connector.as_ref(), CITIZEN, &text.repeat(2)).await.unwrap_err();
        assert_eq!((fault.kind, fault.lasting, fault.reached), (FaultKind::Content, Lasting::Permanent, Reached::No));
        assert_eq!(kannel.sent().len(), 10);
    });
}

#[test]
fn messages_of_citizens_come_in() {
    with_gateway("messages_of_citizens_come_in", |mut kannel, listener| async move {
        let connector = connector(&kannel, &listener, PASSWORD, "post");
        let persian = "شکایت:  آب قطع است،\r\n\tخیابان ۱۲ + پلاک ۵ & طبقهٔ ۳ 🙂";
        let latin = "no  water since 10:00 + 2 days & counting 100%";
        kannel.citizen_sends(CITIZEN, "30001234", persian).unwrap();
        let first = listener.wait_for("mo", 1, PATIENCE).await.unwrap_or_else(|| panic!("{}", kannel.output()));
        kannel.citizen_sends_latin("09121234567", "30001234", latin).unwrap();
        let both = listener.wait_for("mo", 2, PATIENCE).await.unwrap_or_else(|| panic!("{}", kannel.output()));
        assert_eq!(first[0].text("charset"), "UTF-16BE");

        let mut ids = Vec::new();
        for (call, from_then, text_then) in [(&both[0], CITIZEN, persian), (&both[1], "09121234567", latin)] {
            let mut messages = receive(connector.as_ref(), call).unwrap();
            let Some(Inbound::Message { id, from, to, text }) = messages.pop() else {
                panic!("{call:?} is no message")
            };
            assert_eq!((from.as_str(), to.as_str(), text.as_str()), (from_then, "30001234", text_then));
            ids.push(id);
        }
        assert_ne!(ids[0], ids[1]);
    });
}

#[test]
fn faults_say_whether_it_reached_and_lasts() {
    with_gateway("faults_say_whether_it_reached_and_lasts", |mut kannel, listener| async move {
        let connector_of = |password: &str| connector(&kannel, &listener, password, "post");
        let (good, bad) = (connector_of(PASSWORD), connector_of("wrong"));
        let fault = send(bad.as_ref(), CITIZEN, "سلام").await.unwrap_err();
        assert_eq!(
            (fault.kind, fault.lasting, fault.reached),
            (FaultKind::Credentials, Lasting::Permanent, Reached::No)
        );

        let fault = send(good.as_ref(), "09121234567", "سلام").await.unwrap_err();
        assert_eq!((fault.kind, fault.lasting), (FaultKind::Recipient, Lasting::Permanent), "not in E.164");

        kannel.disconnect_network().unwrap();
        let receipt = send(good.as_ref(), CITIZEN, "در صف").await.unwrap();
        assert_eq!(receipt.output["state"], "queued");
        assert_eq!(kannel.sent(), []);
        kannel.connect_network().unwrap();
        let sent = kannel.wait_for_sent(1).unwrap_or_else(|| panic!("{}", kannel.output()));
        assert_eq!(sent[0].text, "در صف", "the gateway kept it");

        kannel.kill();
        let fault = send(good.as_ref(), CITIZEN, "سلام").await.unwrap_err();
        assert_eq!(
            (fault.kind, fault.lasting, fault.reached),
            (FaultKind::Unreachable, Lasting::Temporary, Reached::No)
        );
        assert!(!format!("{fault} {fault:?}").contains(PASSWORD));
    });
}
