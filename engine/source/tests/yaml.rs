//! The golden table of malformed and surprising input, and properties of reading and writing.

use peygir_source::{Node, Span, yaml};
use proptest::prelude::*;
use serde_json::{Value, json};

#[track_caller]
fn reads(text: &str, expected: Value) {
    let node = yaml::parse(text).unwrap_or_else(|error| panic!("{text:.60}: {error:?}"));
    assert_eq!(node.to_json(), expected, "{text:.60}");
}

/// Code, line and column of the one diagnostic.
#[track_caller]
fn refuses(text: &str, expected: (&str, u32, u32)) {
    let error = match yaml::parse(text) {
        Ok(node) => panic!("{text:.60} is read as {}", node.to_json()),
        Err(error) => error,
    };
    assert_eq!((error.code, error.span.line, error.span.column), expected, "{text:.60}: {}", error.message);
    assert!(!error.message.contains("line "), "{}", error.message);
    assert!(!error.message_fa.is_empty());
}

#[test]
fn scalars_are_what_people_mean() {
    reads("[NO, yes, off, on, y, true, false]", json!(["NO", "yes", "off", "on", "y", true, false]));
    reads("phone: 09121234567", json!({"phone": "09121234567"}));
    reads("[010, 1_000, 0, 0.5, -0.5, 007.5]", json!(["010", "1_000", 0, 0.5, -0.5, "007.5"]));
    reads("[+989121234567, +1.5, '+98']", json!(["+989121234567", "+1.5", "+98"]));
    reads("[~, null, '', \"null\", 1e3, 12, -3, 0x1F]", json!([null, null, "", "null", 1000.0, 12, -3, 31]));
    reads("a:\nb: {}\nc: []", json!({"a": null, "b": {}, "c": []}));
    reads(
        "between: 08:00-21:00\nat: 10:30\nid: 1.0.0",
        json!({"between": "08:00-21:00", "at": "10:30", "id": "1.0.0"}),
    );
    reads("1: a\ntrue: b", json!({"1": "a", "true": "b"}));
    reads("text: |\n  خط یک\n  خط دو\n", json!({"text": "خط یک\nخط دو\n"}));
    reads("a: &x {n: 1}\nb: *x", json!({"a": {"n": 1}, "b": {"n": 1}}));
    reads("9223372036854775808", json!(9_223_372_036_854_775_808u64));
    reads("--- \na: 1\n", json!({"a": 1}));
    reads("\u{feff}a: 1\n", json!({"a": 1}));
}

#[test]
fn malformed_input_is_refused_with_its_place() {
    refuses("a: 1\nb: 2\na: 3\n", ("PG-Y003", 3, 1));
    refuses("متن: [1, 2\n", ("PG-Y001", 1, 6));
    refuses("a:\n\tb: 1\n", ("PG-Y001", 2, 1));
    refuses("a:\n  b: 1\n\tc: 2\nd: [ 1, 2 ]\n", ("PG-Y001", 3, 1));
    refuses("a:\n  b: >= 2\n  c: 1\n", ("PG-Y001", 2, 6));
    refuses("a: { b: >= 2, c: 1 }\n", ("PG-Y001", 1, 9));
    refuses("base: &b {x: 1}\nd:\n  <<: *b\n", ("PG-Y005", 3, 3));
    refuses("a: !!python/object:os.system x", ("PG-Y006", 1, 30));
    refuses("a: 1\n---\nb: 2\n", ("PG-Y007", 2, 1));
    refuses("a: 123456789012345678901234567890123456789012345678901234567890", ("PG-Y008", 1, 4));
    refuses("a: 1e400", ("PG-Y008", 1, 4));
    refuses("a: .inf", ("PG-Y008", 1, 4));
    refuses("a: *nowhere", ("PG-Y009", 1, 4));
    refuses("a: \u{7}", ("PG-Y001", 1, 4));
    refuses("a: 1\nب: \u{0}x", ("PG-Y001", 2, 4));
}

/// What is wrong is said in both languages, with how to write it.
#[test]
fn why_a_text_is_no_yaml_is_told_in_persian_too() {
    let found = |text: &str| yaml::parse(text).unwrap_err();
    let help = |text: &str| found(text).help.map(|help| help.fa.clone()).unwrap_or_default();
    assert!(help("a:\n  b: >= 2\n").contains("'>= 2'"), "{:?}", found("a:\n  b: >= 2\n"));
    assert!(help("a:\n\tb: 1\n").contains("فاصله"));
    let unclosed = found("a: [1, 2\n");
    let said = unclosed.message.strip_prefix("the text is not YAML: ").unwrap();
    assert!(!said.is_empty() && unclosed.message_fa.contains(said), "{unclosed:?}");
}

#[test]
fn an_empty_text_is_null() {
    reads("", json!(null));
    reads("# only a comment\n", json!(null));
}

#[test]
fn what_grows_is_cut_early() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let previous = format!("*a{},", level - 1).repeat(9);
        laughs.push_str(&format!("a{level}: &a{level} [{previous}]\n"));
    }
    let cases = [
        laughs,
        "[".repeat(100_000),
        "[".repeat(100_000) + &"]".repeat(100_000),
        "- ".repeat(50_000),
        (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth % 200))).collect(),
        "a: &a [*a]".to_owned(),
        "- 1\n".repeat(30_000),
    ];
    for text in cases {
        let error = yaml::parse(&text).expect_err("too large, too deep or endless");
        assert!(error.span.line >= 1, "{text:.40}");
    }
    let error = yaml::parse(&"x".repeat(yaml::TEXT_BYTES_MAX + 1)).unwrap_err();
    assert_eq!(error.code, "PG-Y002");
}

fn place<'a>(node: &'a Node, path: &[&str]) -> &'a Node {
    path.iter().fold(node, |node, key| match key.parse::<usize>() {
        Ok(index) => &node.items().unwrap()[index],
        Err(_) => node.get(key).unwrap(),
    })
}

#[test]
fn every_value_and_key_knows_its_place_in_characters() {
    let text = "متن: سلام\nفهرست:\n  - { کلید: 'مقدار', b: 12 }\n  - |\n    بند\nlast: null\n";
    let node = yaml::parse(text).unwrap();
    let span = |line, column, length| Span { line, column, length };
    assert_eq!(node.entry("متن").unwrap().key_span, span(1, 1, 3));
    assert_eq!(place(&node, &["متن"]).span, span(1, 6, 4));
    assert_eq!(node.entry("فهرست").unwrap().key_span, span(2, 1, 5));
    let first = place(&node, &["فهرست", "0"]);
    assert_eq!((first.span.line, first.span.column), (3, 5));
    assert_eq!(first.entry("کلید").unwrap().key_span, span(3, 7, 4));
    assert_eq!(first.get("کلید").unwrap().span, span(3, 13, 7));
    assert_eq!(first.entry("b").unwrap().key_span, span(3, 22, 1));
    assert_eq!(first.get("b").unwrap().span, span(3, 25, 2));
    // A block of text begins where its first line does.
    assert_eq!(place(&node, &["فهرست", "1"]).span.line, 5);
    assert_eq!(place(&node, &["last"]).span, span(6, 7, 4));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9f64).prop_map(Value::from),
        "[ -~آ-ی۰-۹\n]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "no", "~", "0912", "+98", "1_0", "<<", "*a", "&a", "- a", "a: b", "#", "!t", "", " ", "1e3", ".inf", "0x1",
            "null", "true", "---", "...", "|", ">", "%a", "@a", "`", "?", "\u{200c}", "\u{85}"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-zآ-ی0-9 ~+:#-]{0,6}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Values that are hard to write: signs that others read as something else, long texts and keys, every kind of number.
fn hard_json() -> impl Strategy<Value = Value> {
    let words = [
        "on",
        "off",
        "yes",
        "No",
        "y",
        "1.0",
        "1.0.3",
        "~",
        "=",
        "<<",
        " a",
        "a ",
        "\ta",
        "a\t",
        "a\n",
        "\n",
        "\n\n",
        "a\n\n",
        "a\n b\n\tc",
        " a\nb",
        "a\n  \nb",
        "a\r\nb",
        "a\u{85}b",
        "\u{feff}a",
        "a\u{2028}b",
        "\u{0}",
        "\u{7}",
        "\u{1b}[0m",
        "سلام: #",
        "می‌روم",
        "🦀 a",
        "0x1F",
        "1_000",
        "+98",
        ".5",
        ".inf",
        "-.Inf",
        ".nan",
        "1e5",
        "---",
        "--- a",
        "...",
        "... a",
        "- a",
        "-a",
        "? a",
        "a: b",
        "a:b",
        "a:",
        ":a",
        "a #b",
        "a#b",
        "'",
        "\"",
        "\\",
        "%a",
        "@a",
        "`a",
        "!a",
        "&a",
        "*a",
        "|",
        ">",
        "[a",
        "{a",
        "a]",
        "null",
        "NULL",
        "True",
        "2001-01-01",
        "12:30:45",
        "123456789012345678901234567890123456789012345678901234567890",
        "a\u{a0}b",
        "\u{a0}",
        "line one\nline two: #\n",
        "a\n\n\nb\n\n\n",
        "#",
        "a\n#b",
        "\u{10FFFF}",
        "\u{e000}",
        "\u{200e}x",
    ];
    let text = prop_oneof![
        prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        any::<String>(),
        "[ -~\n\t]{0,20}",
        "(.{0,30}\n){0,4}",
        "[a-z آ-ی]{1500,3000}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 30, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text.clone(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn printed_text_is_what_a_person_would_write() {
    let text = "\
document:
  dsl: '1.0.3'
  title: پیگیری
  empty: {}
  none: []
on:
  - one: 1
    two: null
  - - a
    - 'on'
  - |
    line one
      line two
  - |-
    no end
    here: #
text: 'a: b'
'1': \"bell \\x07\"
quote: it's
";
    assert_eq!(yaml::print(&yaml::parse(text).unwrap()), text);
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(value in hard_json()) {
        let text = yaml::print(&Node::from_json(&value));
        let node = yaml::parse(&text).map_err(|error| TestCaseError::fail(format!("{text:?}: {error:?}")))?;
        prop_assert_eq!(node.to_json(), value, "{}", text);
        prop_assert_eq!(yaml::print(&node), text);
    }

    #[test]
    fn what_is_written_is_read_back(value in any_json()) {
        let text = yaml::emit(&value);
        let node = yaml::parse(&text).map_err(|error| TestCaseError::fail(format!("{text:?}: {error:?}")))?;
        prop_assert_eq!(node.to_json(), value, "{}", text);
    }

    #[test]
    fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = yaml::parse(&text);
    }

    #[test]
    fn reading_what_looks_like_yaml_never_panics(text in "[-\\[\\]{}:,#&*!|>'\"%@`?~ \n\tab01.é‌س<]{0,120}") {
        if let Err(error) = yaml::parse(&text) {
            prop_assert!(error.code.starts_with("PG-Y"));
        }
    }
}
