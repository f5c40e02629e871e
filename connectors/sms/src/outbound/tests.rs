use super::*;
use peygir_connector::{Lasting, Reached, Secret};

#[test]
fn counts_parts_as_the_network_does() {
    let cases = [
        ("", 0),
        ("سلام", 1),
        (&*"پ".repeat(70), 1),
        (&*"پ".repeat(71), 2),
        (&*"پ".repeat(134), 2),
        (&*"پ".repeat(135), 3),
        (&*"😀".repeat(35), 1),
        (&*"😀".repeat(36), 2),
    ];
    for (text, expected) in cases {
        assert_eq!(parts(text), expected, "{} characters", text.chars().count());
    }
}

#[test]
fn writes_numbers_as_the_gateway_wants_them() {
    let cases = [
        ("+989121234567", NumberFormat::National, Some("09121234567")),
        ("+989121234567", NumberFormat::E164, Some("+989121234567")),
        (
            "+4915112345678",
            NumberFormat::National,
            Some("004915112345678"),
        ),
        ("09121234567", NumberFormat::National, None),
        ("+98912x234567", NumberFormat::E164, None),
        ("+", NumberFormat::E164, None),
        ("", NumberFormat::National, None),
        ("+۹۸۹۱۲۱۲۳۴۵۶۷", NumberFormat::E164, None),
    ];
    for (to, format, expected) in cases {
        assert_eq!(
            recipient(to, format).ok().as_deref(),
            expected,
            "{to} as {format:?}"
        );
    }
}

#[test]
fn escapes_the_key_for_kannel() {
    let callback = Callback {
        base: "http://h/c".into(),
        secret: Secret::new("t0k"),
    };
    assert_eq!(
        report_url(&callback, "i-1/do/0#2"),
        "http://h/c/dlr?token=t0k&key=i-1%%2Fdo%%2F0%%232&type=%d&fid=%F"
    );
}

#[test]
fn judges_answers() {
    use FaultKind::*;
    let taken = [
        (202, "0: Accepted for delivery", "accepted"),
        (202, "3: Queued for later delivery", "queued"),
        (202, "", "accepted"),
    ];
    for (status, text, state) in taken {
        assert_eq!(
            judge(status, text.as_bytes()).unwrap().output["state"],
            state,
            "{status} {text}"
        );
    }
    let faults = [
        (
            403,
            "Authorization failed for sendsms",
            Credentials,
            Lasting::Permanent,
            Reached::No,
        ),
        (
            400,
            "Empty receiver number not allowed, rejected",
            Recipient,
            Lasting::Permanent,
            Reached::No,
        ),
        (
            400,
            "Number(s) has/have been denied by white- and/or black-lists.",
            Recipient,
            Lasting::Permanent,
            Reached::No,
        ),
        (
            400,
            "Sender missing and no global set, rejected",
            Configuration,
            Lasting::Permanent,
            Reached::No,
        ),
        (
            400,
            "Invalid content-type",
            Content,
            Lasting::Permanent,
            Reached::No,
        ),
        (
            404,
            "Not routable. Do not try again.",
            Recipient,
            Lasting::Permanent,
            Reached::No,
        ),
        (
            404,
            "<html>",
            Configuration,
            Lasting::Permanent,
            Reached::No,
        ),
        (302, "", Configuration, Lasting::Permanent, Reached::No),
        (429, "", Throttled, Lasting::Temporary, Reached::No),
        (
            503,
            "Temporal failure, try again later.",
            Unavailable,
            Lasting::Temporary,
            Reached::No,
        ),
        (
            500,
            "Sending failed.",
            Unavailable,
            Lasting::Temporary,
            Reached::No,
        ),
        (504, "", Unavailable, Lasting::Temporary, Reached::Unknown),
        (
            200,
            "<html>captive portal</html>",
            Protocol,
            Lasting::Temporary,
            Reached::Unknown,
        ),
        (
            202,
            "<html>",
            Protocol,
            Lasting::Temporary,
            Reached::Unknown,
        ),
    ];
    for (status, text, kind, lasting, reached) in faults {
        let fault = judge(status, text.as_bytes()).unwrap_err();
        assert_eq!(
            (fault.kind, fault.lasting, fault.reached),
            (kind, lasting, reached),
            "{status} {text}"
        );
        assert!(
            text.is_empty() || !fault.message.contains(text),
            "an answer may hold the number: {}",
            fault.message
        );
    }
}
