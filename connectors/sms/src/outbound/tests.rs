use super::*;
use peygir_connector::Secret;

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
        ("+4915112345678", NumberFormat::National, Some("004915112345678")),
        ("09121234567", NumberFormat::National, None),
        ("+98912x234567", NumberFormat::E164, None),
        ("+", NumberFormat::E164, None),
        ("", NumberFormat::National, None),
        ("+۹۸۹۱۲۱۲۳۴۵۶۷", NumberFormat::E164, None),
    ];
    for (to, format, expected) in cases {
        assert_eq!(recipient(to, format).ok().as_deref(), expected, "{to} as {format:?}");
    }
}

#[test]
fn escapes_the_key_for_kannel() {
    let callback = Callback { base: "http://h/c".into(), secret: Secret::new("t0k") };
    assert_eq!(report_url(&callback, "i-1/do/0#2"), "http://h/c/dlr?token=t0k&key=i-1%%2Fdo%%2F0%%232&type=%d&fid=%F");
}
