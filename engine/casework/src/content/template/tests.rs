use serde_json::json;

use super::*;

fn read(text: &str) -> Result<Template, Vec<(&'static str, u32, u32)>> {
    let root = peygir_source::yaml::parse(text).expect("the template is YAML");
    Template::read(&root, text)
        .map(|(template, _)| template)
        .map_err(|found| found.list.iter().map(|found| (found.code, found.span.line, found.span.column)).collect())
}

fn sms(words: &str) -> Template {
    read(&format!("kind: template\nid: a/b\nsms: |\n  {words}\n")).expect("the template is right")
}

#[test]
fn words_are_put_in() {
    let template = read(
        "kind: template
id: foad/received
sms: |
  کد پیگیری: {{ case.code|fa_digits }}
  مهلت: {{ task.due|jalali }}
mail:
  subject: \"پرونده {{ case.code }} {{ args.note }}\"
  body: |
    {{ case.text }}
    {% if case.agencyTitle %}{{ case.agencyTitle }}{% else %}—{% endif %}
",
    )
    .expect("the template is right");
    let values = json!({
        "case": { "code": "48219073655", "text": "<b>سلام</b>", "agencyTitle": null },
        "task": { "due": "2026-11-21T11:00:00Z" },
        "args": { "note": "a\r\nBcc: x@example.org" },
        "now": "2026-11-21T11:00:00Z",
    });
    assert_eq!(template.render_sms(&values).unwrap(), "کد پیگیری: ۴۸۲۱۹۰۷۳۶۵۵\nمهلت: ۳۰ آبان ۱۴۰۵، ۱۴:۳۰");
    let (subject, body) = template.render_mail(&values).unwrap();
    assert_eq!(subject, "پرونده 48219073655 a Bcc: x@example.org");
    assert_eq!(body.trim_end(), "<b>سلام</b>\n—");
}

#[test]
fn null_prints_nothing_and_a_missing_member_is_an_error() {
    let template = sms("[{{ case.topic }}{{ case.openedAt|jalali }}]");
    assert_eq!(template.render_sms(&json!({ "case": { "topic": null, "openedAt": null } })).unwrap(), "[]");
    let error = template.render_sms(&json!({ "case": {} })).unwrap_err();
    assert!(error.contains("undefined"), "{error}");
}

#[test]
fn an_error_quotes_no_value() {
    let error = sms("{{ case.text|jalali }}").render_sms(&json!({ "case": { "text": "9990000018" } })).unwrap_err();
    assert!(!error.contains("999"), "{error}");
}

#[test]
fn a_template_that_runs_on_is_stopped() {
    let rounds = "{% for a in args.l %}{% for b in args.l %}{% for c in args.l %}x{% endfor %}{% endfor %}{% endfor %}";
    let list: Vec<u32> = (0..200).collect();
    let error = sms(rounds).render_sms(&json!({ "args": { "l": list } })).unwrap_err();
    assert!(error.contains("fuel"), "{error}");
    let long = sms("{{ case.text }}");
    assert!(long.render_sms(&json!({ "case": { "text": "x".repeat(RENDERED_BYTES_MAX + 1) } })).is_err());
}

#[test]
fn typos_are_found_with_line_and_column() {
    let text = "kind: template
id: foad/received
sms: |
  کد: {{ case.cod }}
  {{ now|jalalii }}
mail:
  subject: 'x {{ tsk.due }}'
  body: {{ range(3) }}
";
    // A plain value can't begin with a brace in YAML; quote it.
    let text = text.replace("body: {{ range(3) }}", "body: y {{ range(3) }}");
    let expected = [("PG-P032", 4, 10), ("PG-P033", 5, 10), ("PG-P032", 7, 18), ("PG-P034", 8, 14)];
    assert_eq!(read(&text).unwrap_err(), expected);
}

#[test]
fn broken_syntax_is_found_with_its_line() {
    let text = "kind: template\nid: a\nsms: |\n  one\n  two {% if case.code %}\n";
    let found = read(text).unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "PG-P030");
    assert!((5..=6).contains(&found[0].1), "{found:?}");
}

#[test]
fn a_template_without_words_is_refused() {
    assert_eq!(read("kind: template\nid: a\n").unwrap_err(), [("PG-P031", 1, 1)]);
    assert!(sms("x").render_mail(&json!({})).is_err());
    assert!(!sms("x").speaks("mail"));
}
