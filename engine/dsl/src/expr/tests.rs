mod limits;

use serde_json::{Value, json};

use super::{Expr, Template, Vars};

fn eval(source: &str, input: &Value, vars: &Vars<'_>) -> Result<Value, String> {
    let names: Vec<&str> = vars.iter().map(|(name, _)| *name).collect();
    let expr = Expr::compile(source, &names).map_err(|error| error.message)?;
    expr.eval(input, vars).map_err(|error| error.message)
}

#[track_caller]
fn check(source: &str, input: Value, expected: Value) {
    assert_eq!(eval(source, &input, &[]), Ok(expected), "{source}");
}

#[test]
fn jq_as_flows_use_it() {
    check(".outcome == \"solved\"", json!({"outcome": "solved"}), json!(true));
    check(".a.b", json!({"a": {"b": [1, 2.5]}}), json!([1, 2.5]));
    check(".missing", json!(null), json!(null));
    check(".colors + [\"red\"]", json!({}), json!(["red"]));
    check("[.[] | select(.n > 1) | .n * 2]", json!([{"n": 1}, {"n": 2}, {"n": 3}]), json!([4, 6]));
    check("4 / 2", json!(null), json!(2));
    check("\"\\(4 / 2) و \\(.x)\"", json!({"x": "متن"}), json!("2 و متن"));
    check("map({(.k): .v}) | add", json!([{"k": "a", "v": 1}, {"k": "b", "v": 2}]), json!({"a": 1, "b": 2}));
    check("[limit(3; repeat(. * 2))]", json!(1), json!([2, 2, 2]));
    check("[recurse(if . < 3 then . + 1 else empty end)]", json!(0), json!([0, 1, 2, 3]));
    check("[range(0; 6; 2)] + [while(. < 3; . + 1)]", json!(0), json!([0, 2, 4, 0, 1, 2]));
    check("[range(3)] | until(length > 4; . + [0])", json!(null), json!([0, 1, 2, 0, 0]));
    check("reduce .[] as $x (0; . + $x)", json!([1, 2, 3]), json!(6));
    check("[foreach .[] as $x (0; . + $x)]", json!([1, 2, 3]), json!([1, 3, 6]));
    check("def double: . * 2; def twice($n): $n | double | double; twice(.)", json!(3), json!(12));
    check("try error(\"x\") catch .", json!(null), json!("x"));
    check("[.[] | tostring] | join(\"-\")", json!([1, null, "a"]), json!("1-null-a"));
    check("join(\",\")", json!(["a", null, 2, true]), json!("a,,2,true"));
    check("join(\",\")", json!([]), json!(""));
    check("[paths]", json!({"a": [0]}), json!([["a"], ["a", 0]]));
    check("walk(if type == \"number\" then . + 1 else . end)", json!([1, [2]]), json!([2, [3]]));
    check("del(.a, .b[0])", json!({"a": 1, "b": [1, 2], "c": 3}), json!({"b": [2], "c": 3}));
    check(".a *= 3 | .b += 1 | .c //= 7", json!({"a": 2, "b": 1}), json!({"a": 6, "b": 2, "c": 7}));
    check("(.[] | select(. > 1)) |= . * 10", json!([1, 2, 3]), json!([1, 20, 30]));
    check("to_entries | map(.key)", json!({"b": 1, "a": 2}), json!(["a", "b"]));
    check("fromjson | tojson", json!("{\"a\":[1.0,2]}"), json!("{\"a\":[1,2]}"));
    check("test(\"^09[0-9]{9}$\")", json!("09121234567"), json!(true));
    check("[match(\"a\"; \"g\").offset]", json!("banana"), json!([1, 3, 5]));
    check("gsub(\"ي\"; \"ی\")", json!("علي"), json!("علی"));
    check("\"ab\" * 2", json!(null), json!("abab"));
    check("IN(1, 2)", json!(2), json!(true));
    check("INDEX(.id)", json!([{"id": 7}]), json!({"7": {"id": 7}}));
    check("@base64, 1 | select(. != 1)", json!("hi"), json!("aGk="));
    check("@html \"<b>\\(.)</b>\"", json!("<"), json!("<b>&lt;</b>"));
    check("1 as $x | [$x, $x + 1] as [$a, $b] | {$a, b: $b}", json!(null), json!({"a": 1, "b": 2}));
    check("todate", json!(0), json!("1970-01-01T00:00:00Z"));
    check("if .a then 1 elif .b then 2 else 3 end", json!({"b": true}), json!(2));
    check("[getpath([\"a\", \"b\"]), setpath([\"a\", \"b\"]; 2)]", json!({"a": {"b": 1}}), json!([1, {"a": {"b": 2}}]));
    check(".a.b[2].c = 1", json!({}), json!({"a": {"b": [null, null, {"c": 1}]}}));
    check(".a += 1 | .b //= 2 | .c |= . + [1]", json!(null), json!({"a": 1, "b": 2, "c": [1]}));
    check("[(.a, .b) = (1, 2)]", json!({}), json!([{"a": 1, "b": 1}, {"a": 2, "b": 2}]));
    check("(.[] | select(. > 1)) |= empty", json!([1, 2, 3, 0]), json!([1, 0]));
    check("first(.[] | select(. > 1)) |= 9", json!([1, 2, 3]), json!([1, 9, 3]));
    check("(.. | objects).n |= . * 10", json!({"n": 1, "c": [{"n": 2}]}), json!({"n": 10, "c": [{"n": 20}]}));
    check("limit(2; .[]) = 0", json!([1, 2, 3]), json!([0, 0, 3]));
    check(".[1:3] |= map(. * 10)", json!([1, 2, 3, 4]), json!([1, 20, 30, 4]));
    check(".[-1] = 7 | del(.[0, 1])", json!([1, 2, 3]), json!([7]));
    check("[.[1:], .[:-1], .[0.5:1.5]] + [null | .[1:]]", json!([1, 2]), json!([[2], [1], [1, 2], null]));
    check("[(1, 2) + (10, 20)]", json!(null), json!([11, 12, 21, 22]));
    check(
        "[5.9 % 2.1, -5 % 3, (try (1 % 0) catch \"zero\"), (try (1 / 0) catch \"zero\")]",
        json!(null),
        json!([1, -2, "zero", "zero"]),
    );
    check("[infinite, nan, -infinite] | map(isnormal)", json!(null), json!([false, false, false]));
    check(". + 1", json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_994_i64));
    check("[.1, 1e3, 100000000000000000000] | tojson", json!(null), json!("[0.1,1000,1e+20]"));
    check(
        "map(try tonumber catch \"no\")",
        json!(["1.5", " 1", "nan", "0x10", "-7"]),
        json!([1.5, "no", "no", "no", -7]),
    );
    check(
        "[@csv, @tsv]",
        json!(["a\"b", 1, null, true, "x\ty"]),
        json!(["\"a\"\"b\",1,,true,\"x\ty\"", "a\"b\t1\t\ttrue\tx\\ty"]),
    );
    check(
        "[.[] | @base32, (@base32 | @base32d)]",
        json!(["", "foo", "سلام"]),
        json!(["", "", "MZXW6===", "foo", "3CZ5TBGYU7MYK===", "سلام"]),
    );
    check("@base64d", json!("Zm9vYg"), json!("foob"));
    check("[JOIN({\"1\": \"a\"}; .[]; .id | tostring; .[1])]", json!([{"id": 1}, {"id": 2}]), json!(["a", null]));
    check("[tostream] as $events | fromstream($events[])", json!({"a": [1, {"b": 2}]}), json!({"a": [1, {"b": 2}]}));
    check(
        "[abs, trunc, toarray] + [\" x \" | trim, ltrim, rtrim]",
        json!(-1.5),
        json!([1.5, -1, [-1.5], "x", "x ", " x"]),
    );
    check("[ltrimstr(\"a\"), rtrimstr(\"c\"), trimstr(\"a\")]", json!("abca"), json!(["bca", "abca", "bc"]));
    check("[have_literal_numbers, have_decnum]", json!(null), json!([true, false]));
    check("capture(\"(?<a>x)?(?<b>y)\")", json!("y"), json!({"a": null, "b": "y"}));
    check(
        "[gsub(\"(?<d>\\\\d)\"; \"<\\(.d)>\"), sub(\"[a-z]\"; \"1\", \"2\")]",
        json!("a1b2"),
        json!(["a<1>b<2>", "11b2", "21b2"]),
    );
    check(
        "[splits(\", *\")] + split(\"B\"; \"i\") + [scan(\"[a-c]\")]",
        json!("a, b,c"),
        json!(["a", "b", "c", "a, ", ",c", "a", "b", "c"]),
    );
    check(
        "strptime(\"%Y-%m-%dT%H:%M:%SZ\") | [mktime, strftime(\"%A, %d %B %Y\")]",
        json!("2026-11-21T10:00:00Z"),
        json!([1_795_255_200, "Saturday, 21 November 2026"]),
    );
    check(
        "[(gmtime | mktime), todate, (todate | fromdate), date]",
        json!(1_425_599_621),
        json!([1_425_599_621, "2015-03-05T23:53:41Z", 1_425_599_621, "2015-03-05T23:53:41Z"]),
    );
    check(
        "[.[] as {a: $a} ?// [$b] | if $a == 1 then error(\"no\") else [$a, $b] end]",
        json!([{"a": 2}, [3]]),
        json!([[2, null], [null, 3]]),
    );
    check("def f: .[] as [$x] ?// $x | $x, 7; [f]", json!([[1], 2]), json!([1, 7, 2, 7]));
    check("if true then . as {$a} ?// [$a] | $a else 0 end", json!([5]), json!(5));
    check(
        "[{a: 1, $__loc__},\n\"\\($__loc__.line)\", $__loc__.file]",
        json!(null),
        json!([{"a": 1, "__loc__": {"file": "<top-level>", "line": 1}}, "2", "<top-level>"]),
    );
    check("[recurse | numbers]", json!({"a": [1, {"b": 2}]}), json!([1, 2]));
    check(
        "[recurse(.children[]; .n < 3) | .n]",
        json!({"n": 1, "children": [{"n": 2, "children": []}]}),
        json!([1, 2]),
    );
    check("(.. | numbers) |= . + 1", json!({"a": [1, {"b": 2}]}), json!({"a": [2, {"b": 3}]}));
    check("to_entries | from_entries | with_entries(.value += 1)", json!({"a": 1}), json!({"a": 2}));
    check("pick(.a.b)", json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 1}}));
    check("[.[] | flatten]", json!([[1, [2, [3]]]]), json!([[1, 2, 3]]));
    check("group_by(.k) | map(length)", json!([{"k": 1}, {"k": 2}, {"k": 1}]), json!([2, 1]));
    check("ascii_downcase | ltrimstr(\"a\") | split(\"c\")", json!("ABCD"), json!(["b", "d"]));
    check("first(.[] | select(. > 1))", json!([1, 2, 3]), json!(2));
    check(
        "label $out | foreach .[] as $x (0; . + $x; if . > 2 then ., break $out else empty end)",
        json!([1, 2, 3]),
        json!(3),
    );
}

#[test]
fn variables_are_those_the_caller_names() {
    let context = json!({"city": "همدان"});
    assert_eq!(eval("$context.city", &json!({}), &[("context", &context)]), Ok(json!("همدان")));
    assert_eq!(eval("{$context}", &json!({}), &[("context", &json!(1))]), Ok(json!({"context": 1})));
    assert_eq!(eval("[$a, $b]", &json!({}), &[("b", &json!(2)), ("a", &json!(1))]), Ok(json!([1, 2])));
    let expr = Expr::compile("[$secrets, now, (def f: $secrets; f)]", &["secrets"]).unwrap();
    assert_eq!(expr.eval(&json!({}), &[]), Ok(json!([null, null, null])));
    let expr = Expr::compile("now | todate", &[]).unwrap();
    assert_eq!(expr.eval(&json!({}), &[(super::NOW, &json!(60))]), Ok(json!("1970-01-01T00:01:00Z")));
    let error = Expr::compile(".a + $contxt", &["context", "input"]).unwrap_err();
    assert_eq!(error.to_string(), "there is no variable `$contxt` here; did you mean `$context`?");
    assert_eq!(error.offset, Some(5));
}

#[test]
fn what_reaches_outside_is_not_there() {
    for source in [
        "env",
        "$ENV",
        "input",
        "[inputs]",
        "debug",
        "debug(1)",
        "stderr",
        "halt",
        "halt(1)",
        "halt_error",
        "input_filename",
        "localtime",
        "strflocaltime(\"%c\")",
        "__main",
        "$__now",
        "def __x: 1; __x",
        "import \"a\" as a; 1",
        "include \"a\"; 1",
        "a::b",
        "get_search_list",
    ] {
        assert!(Expr::compile(source, &[]).is_err(), "{source} is refused");
    }
}

#[test]
fn what_is_kept_out_says_what_to_use_instead() {
    for (source, told, offset) in [
        ("1 + env.HOME", "`env` is not here: it reads the environment; use `$secrets`", Some(4)),
        ("$ENV.HOME", "`$ENV` is not here: it reads the environment", Some(0)),
        ("[inputs]", "`inputs` is not here: it reads further inputs; the one input is `.`", Some(1)),
        (". | debug(\"x\")", "`debug` is not here: it writes to the log", Some(4)),
        ("halt_error", "`halt_error` is not here: it ends the program; use the task `raise`", Some(0)),
        ("localtime", "reads the zone of the machine; use `gmtime`", Some(0)),
        ("include \"a\"; 1", "`include` is not here: it loads a module", Some(0)),
        ("import \"a\" as a; 1", "`import` is not here: it loads a module", Some(0)),
        ("$__prog_args", "`$__prog_args` is not here", Some(0)),
    ] {
        let error = Expr::compile(source, &[]).unwrap_err();
        assert!(error.message.contains(told), "{source}: {error}");
        assert_eq!(error.offset, offset, "{source}");
    }
    // A definition of one's own under such a name is one's own.
    check("def input: 7; [input, input]", json!(null), json!([7, 7]));
}

/// What calls itself is told by what a name means where it stands, not by the name.
#[test]
fn definitions_take_filters_and_hide_each_other() {
    check("def f(g): [.[] | g]; f(. + 1)", json!([1, 2]), json!([2, 3]));
    check("def f(x): x | x; [f([.], . + [42])]", json!([1]), json!([[[[1]]], [[1], 42], [[1, 42]], [1, 42, 42]]));
    check("def f: . + 1; def g: def g: . + 100; f | g | f; (f | g)", json!(3), json!(105 + 1));
    check("def f: 1; def f($x): f + $x; f(2)", json!(null), json!(3));
    check("def twice(f): f | f; twice(twice(. * 2))", json!(1), json!(16));
    check("def inc(x): x |= . + 1; inc(.[].a)", json!([{"a": 1}, {"a": 2}]), json!([{"a": 2}, {"a": 3}]));
    check("def map(f): \"mine\"; map(.)", json!([1]), json!("mine"));
}

#[test]
fn errors_of_compilation_say_where() {
    for (source, message, offset) in [
        (".a ==", "term expected at the end", Some(5)),
        ("", "the expression is empty", Some(0)),
        ("   ", "the expression is empty", Some(0)),
        ("{a: 1", "closing brace expected", None),
        ("selct(.a)", "there is no function `selct` with 1 argument(s) here; did you mean `select`?", Some(0)),
        ("1 + def f: f; f", "the definition of `f` calls itself, which is not allowed", Some(11)),
        ("def f: def g: f; g; f", "the definition of `f` calls itself through `g`", Some(14)),
        ("def f(g): g; def h: f(h); h", "the definition of `h` calls itself", Some(22)),
        ("def f(g): def h: g | f(.); h; f(.)", "the definition of `f` calls itself through `h`", Some(21)),
        ("def f: [.[] | {a: \"\\(f)\"}]; f", "the definition of `f` calls itself", Some(21)),
        (".a | test(\"(\")", "the regular expression is not right: unclosed group", Some(5)),
        ("test(\"a\"; \"gq\")", "`q` is no flag of a regular expression", Some(0)),
    ] {
        let error = Expr::compile(source, &[]).unwrap_err();
        assert!(error.to_string().contains(message), "{source}: {error}");
        if offset.is_some() {
            assert_eq!(error.offset, offset, "{source}");
        }
    }
}

#[test]
fn exactly_one_value_is_wanted() {
    assert!(eval("empty", &json!({}), &[]).unwrap_err().contains("no value"));
    assert!(eval("1, 2", &json!({}), &[]).unwrap_err().contains("several values"));
    assert!(eval(".[]", &json!([]), &[]).unwrap_err().contains("no value"));
}

#[test]
fn messages_hold_no_data() {
    let secret = json!({"name": "رضا کریمی", "n": [1]});
    for (source, expected) in [
        (".name.x", "cannot index a string with \"x\""),
        (".n[\"رضا\"]", "cannot index an array with a string"),
        (".n + .name", "cannot calculate an array + a string"),
        (".name - 1", "cannot calculate a string - a number"),
        (".name | keys", "cannot use a string as iterable (array or object)"),
        ("error(\"همین\")", "همین"),
    ] {
        let message = eval(source, &secret, &[]).unwrap_err();
        assert_eq!(message, expected, "{source}");
    }
    for source in [
        ".name | tonumber",
        ".name | fromjson",
        ".name | todate",
        ".name | strptime(\"%Y\")",
        ".name | implode",
        ".name | test(1)",
    ] {
        let message = eval(source, &secret, &[]).unwrap_err();
        assert!(!message.contains("رضا"), "{source}: {message}");
    }
}

#[track_caller]
fn check_template(template: Value, expected: Value) {
    let input = json!({"n": 2, "name": "سارا", "list": [1], "nothing": null});
    let template = Template::compile(&template, &["context"]).unwrap();
    assert_eq!(template.eval(&input, &[("context", &json!("c"))]), Ok(expected));
}

#[test]
fn templates() {
    check_template(json!("${ .n }"), json!(2));
    check_template(json!("  ${ .list }\n"), json!([1]));
    check_template(json!("سلام ${ .name }! شماره ${.n}"), json!("سلام سارا! شماره 2"));
    check_template(json!("${.n}${.n}"), json!("22"));
    check_template(json!("${ \"}\" }"), json!("}"));
    check_template(json!("${ \"\\({a: \"}\"}.a)\" }-"), json!("}-"));
    check_template(json!("${ {a: {b: .n}} }"), json!({"a": {"b": 2}}));
    check_template(json!(".n"), json!(".n"));
    check_template(json!("$5 {x}"), json!("$5 {x}"));
    check_template(json!({"a": ["${ $context }", 1, {"b": "x${ .list }"}]}), json!({"a": ["c", 1, {"b": "x[1]"}]}));
    // What an expression gives is never evaluated again.
    check_template(json!("${ \"$\" + \"{ .n }\" } ${ \"$\" + \"{ .n }\" }"), json!("${ .n } ${ .n }"));
    assert!(matches!(Template::compile(&json!({"a": [1, "x"]}), &[]), Ok(Template::Literal(_))));
    let error = Template::compile(&json!("گ ${ .n "), &[]).unwrap_err();
    assert_eq!((error.message.as_str(), error.offset), ("`${` is not closed", Some(3)));
    assert_eq!(Template::compile(&json!("a ${ . + }"), &[]).unwrap_err().offset, Some(9));
    assert_eq!(Template::compile(&json!("a ${ . + $no }"), &[]).unwrap_err().offset, Some(9));
}

#[track_caller]
fn check_secrets(template: Value, names: &[&str], dynamic: bool) {
    let found = Template::compile(&template, &["secrets", "context"]).unwrap().secrets();
    assert_eq!((found.names.iter().map(String::as_str).collect::<Vec<_>>(), found.dynamic), (names.to_vec(), dynamic));
    assert_eq!(found.is_none(), names.is_empty() && !dynamic, "{template}");
}

#[test]
fn secrets_are_found_without_evaluating() {
    check_secrets(json!("${ $secrets.sms.user }"), &["sms"], false);
    check_secrets(json!("Bearer ${ $secrets[\"sms key\"] } of ${ .x }"), &["sms key"], false);
    check_secrets(json!("${ $secrets.\"a\\u0062\" + $secrets.z? }"), &["ab", "z"], false);
    check_secrets(json!({"a": ["${ [.[] | map($secrets.one)] }"], "b": "${ $secrets.two }"}), &["one", "two"], false);
    check_secrets(json!("${ def f: $secrets.deep; {(f): \"\\($secrets.text)\"} }"), &["deep", "text"], false);
    check_secrets(json!("${ .secrets.x + $context.secrets }"), &[], false);
    check_secrets(json!("$secrets.x"), &[], false);
    for dynamic in [
        "$secrets",
        "$secrets[.name]",
        "$secrets[\"a\\(.b)\"]",
        "$secrets[]",
        "$secrets | .a",
        "{$secrets}",
        "$secrets as $s | $s.a",
        "$secrets[0:1]",
    ] {
        check_secrets(json!(format!("${{ {dynamic} }}")), &[], true);
    }
    check_secrets(json!("${ $secrets.a + ($secrets | keys[0]) }"), &["a"], true);
}

#[test]
fn variables_that_occur_are_told() {
    let template = Template::compile(&json!({"a": ["x ${ $context.y }", "${ now }"]}), &["context", "input"]).unwrap();
    for (name, used) in [("context", true), ("input", false), (super::NOW, true), ("y", false)] {
        assert_eq!(template.uses(name), used, "{name}");
    }
    let expr = Expr::compile("{$context, d: (0 | todate)}", &["context"]).unwrap();
    assert!(expr.uses("context") && !expr.uses(super::NOW) && expr.secrets().is_none());
}

#[test]
fn templates_are_given_back_as_written() {
    let written = json!({
        "whole": " ${  .n\n}\n", "text": "a ${.n}b${ .m }\t$5 {x}", "list": ["${ . }", null, 1.50], "plain": "سلام",
        "empty": {}, "nested": {"z": "${1}", "a": 2},
    });
    let template = Template::compile(&written, &[]).unwrap();
    assert_eq!(template.source(), written);
    assert_eq!(template, Template::compile(&template.source(), &[]).unwrap());
    assert_ne!(template, Template::compile(&json!({"whole": "${ .n }"}), &[]).unwrap());
    for address in ["https://h/{pet.id}/x{y}", "https://h/plain"] {
        assert_eq!(Template::compile_uri(address).unwrap().source(), json!(address));
    }
    for (text, source) in [(" .a ", " .a "), (" ${ .a } ", " .a "), ("${ .a } + 1", "")] {
        match Expr::compile_field(text, &[]) {
            Ok(expr) => assert_eq!((expr.written(), expr.source()), (text, source)),
            Err(_) => assert_eq!(source, "", "{text}"),
        }
    }
    assert_eq!(Expr::compile_field(" ${ .a + }", &[]).unwrap_err().offset, Some(9));
    assert_eq!(Expr::compile(".a", &["x"]), Expr::compile_field("${.a}", &[]));
}
