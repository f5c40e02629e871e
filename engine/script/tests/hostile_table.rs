//! Scripts that mean harm, one after the other: each is stopped by the limit that is meant for it, at the line named, before the
//! clock of a server would give it up.

use std::time::{Duration, Instant};

use peygir_script::limits::SCRIPT_MS_MAX;
use peygir_script::{Deadline, Fault, Limit, Script, World};
use serde_json::{Value, json};

/// What a server grants a run; nothing that is refused takes longer either.
const GRANTED: Duration = Duration::from_millis(SCRIPT_MS_MAX);
/// How much the whole table may add to the memory of its process at any time. A run alone may hold its variables, on
/// each level of calls, each with a text.
const MEMORY_KIB_MAX: u64 = 400 * 1024;
/// Fewer would not be the table that was promised.
const SCRIPTS_MIN: usize = 40;

/// How a script must end.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ends {
    /// It does not compile: the code of the finding.
    Refused(&'static str),
    Met(Limit),
    /// An operation fails.
    Failed,
    /// It throws.
    Thrown,
    /// It comes to an end by itself.
    Fine,
}

use Ends::{Failed, Fine, Met, Refused, Thrown};
use Limit::{CallLevels, Operations, Size, Variables};

/// The text of a case, how it ends, and the line of it that must be named (0 for an end that names none).
type Case = (&'static str, String, Ends, u32);

/// `body` stands in `main`: its first line is line 2.
fn body(name: &'static str, body: &str, ends: Ends, line: u32) -> Case {
    (name, format!("fn main(req, now, args) {{\n{body}\n}}"), ends, line)
}

/// A script with functions of its own.
fn whole(name: &'static str, source: &str, ends: Ends, line: u32) -> Case {
    (name, source.to_owned(), ends, line)
}

/// `let s` is a text of 60,000 letters; the body begins in line 4.
fn with_text(name: &'static str, rest: &str, ends: Ends, line: u32) -> Case {
    body(name, &format!("let s = \"\";\ns.pad(60000, \"a\");\n{rest}"), ends, line)
}

/// A step that looks through a text of 30,000 letters or a list of 900 items: often enough to be stopped, and rhai's own operations
/// are few.
fn looking(name: &'static str, step: &str) -> Case {
    let long = "let s = \"\";\ns.pad(30000, \"a\");\nlet l = [];\nl.pad(900, 7);";
    body(name, &format!("{long}\nfor i in 0..20000 {{\n{step}\n}}"), Met(Operations), 7)
}

fn loops() -> Vec<Case> {
    vec![
        body("an empty loop", "loop {}", Met(Operations), 2),
        body("a while loop", "let n = 0;\nwhile n < 1 { n -= 1; }", Met(Operations), 3),
        body("a do loop", "let n = 0;\ndo {\n  n += 1;\n} until n < 0;", Met(Operations), 4),
        body("a huge range", "for i in 0..9000000000000000000 {}", Met(Operations), 2),
        body("a range with steps", "for i in range(0, 9000000000000000000, 2) {\n  i;\n}", Met(Operations), 3),
        body(
            "loops within loops",
            "for i in 0..1000 {\n for j in 0..1000 {\n  for k in 0..1000 { k; }\n }\n}",
            Met(Operations),
            4,
        ),
        body("continue for ever", "loop {\n  continue;\n}", Met(Operations), 3),
        body("throw and catch for ever", "loop {\n  try { throw 1; } catch {}\n}", Met(Operations), 3),
        body("a comparator that never answers", "let a = [3, 2, 1];\na.sort(|x, y| { loop {} });", Met(Operations), 3),
        body(
            "a filter that never answers",
            "let a = [3, 2, 1];\na.filter(|x| { while true {} true })",
            Met(Operations),
            3,
        ),
        body("a switch in a loop", "let n = 0;\nloop {\n  switch n { 0 => n = 1, 1 => n = 0 }\n}", Met(Operations), 4),
        body("costly functions", "loop {\n  is_national_id(\"9990000018\");\n}", Met(Operations), 3),
        // Each was one operation, however long the text or the map was.
        looking("a text that is written into texts", "let t = `x${s}`;"),
        looking("a text whose letters are begun with", "for x in s { break; }"),
        looking("a switch over a text", "switch s { \"b\" => 1, _ => 2 }"),
        looking("a function of a long name", "try { Fn(s); } catch {}"),
        looking("a member of a long name", "if s in req { i; }"),
        looking("a list that is written into texts", "let t = `${l}`;"),
        whole(
            "a constant map that is copied",
            &format!(
                "const M = #{{{}}};\nfn main(req, now, args) {{\n for i in 0..20000 {{\n  global::M.k1;\n }}\n}}",
                (0..490).map(|n| format!("k{n}: {n}")).collect::<Vec<_>>().join(",")
            ),
            Met(Operations),
            4,
        ),
        // It counted as one operation, and an empty text was padded with for ever, past every limit.
        body(
            "a text that is padded again and again",
            "loop {\n  let t = \"x\";\n  t.pad(60000, 'y');\n}",
            Met(Operations),
            4,
        ),
        body("and with a longer text", "loop {\n  let t = \"x\";\n  t.pad(60000, \"آب\");\n}", Met(Size), 4),
        body("a text that is padded with nothing", "let t = \"x\";\nt.pad(10, \"\");", Failed, 3),
        with_text("search keys of a long text", "loop {\n  search_key(s);\n}", Met(Operations), 5),
        with_text("words sought in a long text", "loop {\n  contains_words(s, s);\n}", Met(Operations), 5),
        whole(
            "a constant that is never ready",
            "const A = {\n  loop {}\n};\nfn main(req, now, args) { 1 }",
            Met(Operations),
            2,
        ),
    ]
}

fn recursion() -> Vec<Case> {
    let main = "\nfn main(req, now, args) { f(0) }";
    vec![
        whole("a function calls itself", &format!("fn f(n) {{\n  f(n + 1)\n}}{main}"), Met(CallLevels), 2),
        whole(
            "two call each other",
            &format!("fn f(n) {{\n  g(n)\n}}\nfn g(n) {{\n  f(n)\n}}{main}"),
            Met(CallLevels),
            0,
        ),
        whole("through a function pointer", &format!("fn f(n) {{\n  Fn(\"f\").call(n)\n}}{main}"), Met(CallLevels), 2),
        whole(
            "as a method",
            "fn f() {\n  this.f()\n}\nfn main(req, now, args) { let m = #{}; m.f() }",
            Met(CallLevels),
            2,
        ),
        whole(
            "in a loop of its own",
            &format!("fn f(n) {{\n  for i in 0..9 {{ f(n); }}\n}}{main}"),
            Met(CallLevels),
            2,
        ),
        whole(
            "catching its own end",
            &format!("fn f(n) {{\n  try {{ f(n) }} catch {{ f(n) }}\n}}{main}"),
            Met(CallLevels),
            2,
        ),
        whole(
            "under the name of the library",
            "fn fa_digits(text) {\n  fa_digits(text)\n}\nfn main(req, now, args) { fa_digits(\"1\") }",
            Met(CallLevels),
            2,
        ),
        body("a closure that is given to itself", "let f = |me| me.call(me);\nf.call(f)", Met(CallLevels), 2),
        body("a closure in a map", "let m = #{ f: |me| me.f.call(me) };\nm.f.call(m)", Met(CallLevels), 2),
        body("a map that maps", "let f = |x, me| [x].map(|y| me.call(y, me));\nf.call(1, f)", Refused("PG-S009"), 2),
    ]
}

fn growth() -> Vec<Case> {
    let variables: String = (0..150).map(|n| format!("let v{n} = 0;\n")).collect();
    vec![
        body("a text that doubles", "let s = \"ab\";\nloop {\n  s += s;\n}", Met(Size), 4),
        body("a text by interpolation", "let s = \"ab\";\nloop {\n  s = `${s}${s}`;\n}", Met(Size), 4),
        body("a text that is padded", "let s = \"\";\ns.pad(1000000000, \"abc\");", Met(Size), 3),
        with_text("a text in which each letter is replaced", "s.replace(\"a\", s);", Met(Size), 4),
        with_text("a text in pieces", "s.split(\"\").len()", Met(Size), 4),
        with_text("the words of a long text", "s.replace(\"a\", \"b \");\nwords(s).len()", Met(Size), 0),
        with_text("texts joined", "join([s, s, s], s)", Met(Size), 4),
        with_text("a list of texts", "let a = [];\nfor i in 0..900 {\n  a.push(s + i);\n}", Met(Size), 6),
        with_text(
            "texts assigned into a list",
            "let a = [];\na.pad(900, 0);\nfor i in 0..900 {\n  a[i] = s + i;\n}",
            Met(Size),
            7,
        ),
        with_text("long keys of a map", "let m = #{};\nfor i in 0..900 {\n  m[s + i] = i;\n}", Met(Size), 6),
        with_text("long keys by set", "let m = #{};\nfor i in 0..900 {\n  m.set(s + i, i);\n}", Met(Size), 6),
        with_text(
            "texts deep in a map",
            "let m = #{ a: [#{}] };\nfor i in 0..900 {\n  m.a[0][`${i}`] = s + i;\n}",
            Met(Size),
            6,
        ),
        body("a list", "let a = [];\nloop {\n  a.push(1);\n}", Met(Size), 4),
        body("a list that doubles", "let a = [1];\nloop {\n  a += a;\n}", Met(Size), 4),
        body("a list that is padded", "let a = [];\na.pad(1000000000, 0);", Met(Size), 3),
        body("a list of lists", "let a = [1, 2, 3];\nloop {\n  a = [a, a, a];\n}", Met(Size), 4),
        body("lists in lists in lists", "let a = [];\nloop {\n  a = [a];\n}", Met(Size), 4),
        body("a list by insertion", "let a = [];\nloop {\n  a.insert(0, a.len());\n}", Met(Size), 4),
        body(
            "a list by reduction",
            "let a = []; a.pad(900, 1);\na.reduce(|sum, x| { let t = sum ?? []; t += a_of(x); t })",
            Refused("PG-S006"),
            3,
        ),
        body("a map", "let m = #{};\nfor i in 0..100000 {\n  m[`k${i}`] = i;\n}", Met(Size), 4),
        body("a map of itself", "let m = #{ a: 1 };\nloop {\n  m = #{ a: m, b: m };\n}", Met(Size), 4),
        body(
            "a map by mixing in",
            "let m = #{};\nfor i in 0..100000 {\n  let n = #{};\n  n[`${i}`] = 1;\n  m += n;\n}",
            Met(Size),
            6,
        ),
        body("caught and grown again", "let s = \"ab\";\nloop {\n  try { s += s; } catch {}\n}", Met(Size), 4),
        body("variables", &variables, Met(Variables), 99),
        whole(
            "texts on every level of calls",
            &format!(
                "fn f(n) {{\n{}  f(n + 1)\n}}\nfn main(req, now, args) {{ f(0) }}",
                "  let s = \"\"; s.pad(60000, \"a\"); let t = s + n;\n".repeat(40)
            ),
            Met(Operations),
            0,
        ),
        body("a blob", "blob(1000000000)", Refused("PG-S006"), 2),
    ]
}

fn slow() -> Vec<Case> {
    vec![
        body(
            "a list searched again and again",
            "let a = [];\na.pad(990, \"x\");\nfor i in 0..60000 {\n  a.contains(\"y\");\n}",
            Met(Operations),
            5,
        ),
        body(
            "nested lists compared",
            "let a = [];\nfor i in 0..900 { a = [a]; }\nlet b = a;\nfor i in 0..60000 {\n  a == b;\n}",
            Met(Operations),
            6,
        ),
        with_text(
            "a long text searched",
            "let t = s + \"b\";\nfor i in 0..60000 {\n  t.contains(s + \"c\");\n}",
            Met(Operations),
            6,
        ),
    ]
}

/// What is one call for rhai, and long work: each is worth as much as it looks at.
fn cunning() -> Vec<Case> {
    let list = "let a = [];\na.pad(900, \"some text\");\n";
    let in_list = |name, rest: &str, ends, line| body(name, &format!("{list}{rest}"), ends, line);
    vec![
        with_text("capital letters", "loop {\n  s.to_upper();\n}", Met(Operations), 5),
        with_text("the length of a text", "loop {\n  s.len();\n}", Met(Operations), 5),
        with_text("the last letter of a text", "loop {\n  s[59999];\n}", Met(Operations), 5),
        with_text("a text put together", "loop {\n  let t = s + \"b\";\n}", Met(Operations), 5),
        with_text("a text appended to", "loop {\n  let t = \"\"; t += s;\n}", Met(Operations), 5),
        with_text(
            "texts that differ at their end",
            "let t = s + \"b\";\nloop {\n  t == s + \"c\";\n}",
            Met(Operations),
            6,
        ),
        with_text("a word that is not there", "loop {\n  s.index_of(\"b\");\n}", Met(Operations), 5),
        with_text("pieces of a long text", "loop {\n  s.split(\"b\");\n}", Met(Operations), 5),
        with_text(
            "letters replaced again and again",
            "loop {\n  s.replace(\"a\", \"b\"); s.replace(\"b\", \"a\");\n}",
            Met(Operations),
            5,
        ),
        with_text("a phrase of one letter words", "s.replace(\"a\", \"ا \");\n", Met(Size), 4),
        body(
            "a phrase that almost stands in a text",
            "let t = \"\"; t.pad(30000, \"ا \"); let p = \"\"; p.pad(15000, \"ا \"); p += \"ب\";\nloop {\n  contains_words(t, p);\n}",
            Met(Operations),
            4,
        ),
        body("brackets without end", "let s = \"\"; s.pad(60000, \"[\");\nparse_json(s)", Failed, 3),
        in_list("the length of a list", "loop {\n  a.len();\n}", Met(Operations), 5),
        in_list("a list copied", "loop {\n  let b = a;\n}", Met(Operations), 5),
        in_list("a list sorted again and again", "loop {\n  a.sort();\n}", Met(Operations), 5),
        in_list("a list turned round", "loop {\n  a.reverse();\n}", Met(Operations), 5),
        in_list("lists in a text", "loop {\n  `${a}`;\n}", Met(Operations), 5),
        in_list("a list joined", "loop {\n  join(a, \"،\");\n}", Met(Operations), 5),
        in_list("items taken out and put in", "loop {\n  a.push(a.shift());\n}", Met(Operations), 5),
        body(
            "a map copied",
            "let m = #{};\nfor i in 0..490 { m[`k${i}`] = i; }\nloop {\n  let n = m; n += m;\n}",
            Met(Operations),
            5,
        ),
        body(
            "a map given along",
            "let m = #{};\nfor i in 0..490 { m[`k${i}`] = i; }\nloop {\n  m.keys().contains(\"x\");\n}",
            Met(Operations),
            5,
        ),
        body("series of many terms", "let n = 7.5;\nloop {\n  n.exp(); n.ln(); n ** 0.3;\n}", Met(Operations), 4),
        whole(
            "a comparator that sorts",
            "fn f(x, y) {\n  let a = [2, 1];\n  a.sort(Fn(\"f\"));\n  1\n}\nfn main(req, now, args) { f(1, 2) }",
            Met(CallLevels),
            0,
        ),
        whole(
            "a value that grows as this",
            "fn grow() {\n  this += this;\n}\nfn main(req, now, args) {\n  let s = \"ab\";\n  loop { s.grow(); }\n}",
            Met(Size),
            2,
        ),
        body(
            "a text by reduction",
            "let a = []; a.pad(90, 1);\na.reduce(|t, x| { let u = t ?? \"ab\"; u + u })",
            Met(Size),
            3,
        ),
        body(
            "functions in a list that call each other",
            "let a = [|l, i| l[1 - i].call(l, 1 - i), |l, i| l[1 - i].call(l, 1 - i)];\na[0].call(a, 0)",
            Met(CallLevels),
            0,
        ),
        body(
            "an order without sense, with faults",
            "let a = []; a.pad(900, 1);\na.sort(|x, y| { throw x })",
            Thrown,
            3,
        ),
        body("a line that is not there", "let m = case_mark(#{ milestone: \"a\" }); m.tag = 2000000000; m", Fine, 0),
        body("names of functions", "loop {\n  get_fn_metadata_list();\n}", Failed, 3),
    ]
}

fn values() -> Vec<Case> {
    vec![
        body("integers overflow", "let n = 9223372036854775807;\nn + 1", Failed, 3),
        body("the least integer", "let n = -9223372036854775807 - 1;\nn / -1", Failed, 3),
        body("a power", "let n = 2;\nn ** 1000", Failed, 3),
        body("nothing divides", "let n = 0;\n1 / n", Failed, 3),
        body("decimals overflow", "let n = 79228162514264337593543950335.0;\nn * 10", Failed, 3),
        body("a decimal power", "let n = 9999999.5;\nn ** 100000.5", Failed, 3),
        body("an exponential", "let n = 100000.0;\nn.exp()", Failed, 3),
        body("a logarithm of nothing", "let n = 0.0;\nn.ln()", Failed, 3),
        body("a root of less than nothing", "let n = -1.0;\nn.sqrt()", Failed, 3),
        body("places without end", "let n = 1.5;\nn.round(9223372036854775807)", Fine, 0),
        body("places below zero", "let n = 1.5;\nn.round(-5)", Failed, 3),
        body("an index", "let a = [1];\na[9223372036854775807]", Failed, 3),
        body("an index from the end", "let s = \"سلام\";\ns[-9]", Failed, 3),
        body("a piece that is not there", "[1, 2].splice(-9223372036854775807, 9223372036854775807, [4])", Fine, 0),
        body("pieces of a text", "\"سلام\".sub_string(-9223372036854775807, 9223372036854775807)", Fine, 0),
        body(
            "an order without sense",
            "let a = []; for i in 0..500 { a.push((i * 7919) % 907); }\na.sort(|p, q| if (p * 31 + q * 17) % 3 == 0 { 1 } else { -1 });\n1",
            Fine,
            0,
        ),
        body("a number of many digits", &"9".repeat(10_000), Refused("PG-S001"), 2),
        body("a number read from many digits", &format!("parse_int(\"{}\")", "9".repeat(10_000)), Failed, 2),
        body("a decimal read from many digits", &format!("parse_decimal(\"{}\")", "9".repeat(10_000)), Failed, 2),
        body("days without end", "add_days(now, 9223372036854775807)", Failed, 2),
    ]
}

fn sources() -> Vec<Case> {
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
    let functions: String = (0..200).map(|n| format!("fn f{n}() {{ 1 }}\n")).collect();
    let arms: String = (0..4_000).map(|n| format!("{n} => {n},\n")).collect();
    let parameters: Vec<String> = (0..5_000).map(|n| format!("p{n}")).collect();
    let template = format!("{}1{}", "`${".repeat(2_000), "}`".repeat(2_000));
    vec![
        body("round brackets", &nested("(", ")"), Refused("PG-S007"), 2),
        body("square brackets", &nested("[", "]"), Refused("PG-S007"), 2),
        body("maps", &nested("#{a:", "}"), Refused("PG-S007"), 2),
        body("blocks", &nested("if true {", "}"), Refused("PG-S007"), 2),
        body("signs", &format!("{}1", "- ".repeat(9_001)), Refused("PG-S007"), 2),
        body("signs that are none", "let a = 1;\na--", Refused("PG-S001"), 3),
        body("refusals", &format!("{}true", "!".repeat(9_000)), Refused("PG-S007"), 2),
        body("a chain of additions", &format!("1{}", " + 1".repeat(20_000)), Refused("PG-S007"), 2),
        body("a chain of members", &format!("req{}", ".a".repeat(20_000)), Refused("PG-S007"), 2),
        body(
            "a chain of conditions",
            &format!("if true {{}} {}", "else if true {} ".repeat(5_000)),
            Refused("PG-S007"),
            2,
        ),
        body("a long text", &format!("\"{}\"", "a".repeat(100_000)), Refused("PG-S007"), 2),
        body("a long list", &format!("[{}]", "1,".repeat(20_000)), Refused("PG-S007"), 2),
        // To find that no function takes so many, rhai compared all of them 65,536 times in one operation.
        whole(
            "a call of many arguments",
            &format!("fn t() {{ 1 }}\nfn main(req, now, args) {{\n t({}1)\n}}", "1,".repeat(12_000)),
            Refused("PG-S007"),
            3,
        ),
        body("a method of many arguments", &format!("req.push({}1)", "1,".repeat(12_000)), Refused("PG-S007"), 2),
        body(
            "a function pointer of many arguments",
            &format!("let f = Fn(\"push\");\nf.call({}1)", "1,".repeat(12_000)),
            Refused("PG-S007"),
            3,
        ),
        body("closures in closures", &format!("{}1", "|x| ".repeat(5_000)), Refused("PG-S007"), 2),
        body("texts in texts", &template, Refused("PG-S007"), 2),
        body("comments in comments", &format!("{}{}", "/*".repeat(20_000), "*/".repeat(20_000)), Fine, 0),
        body("a switch of many arms", &format!("switch 7 {{\n{arms}_ => 0 }}"), Fine, 0),
        whole("many functions", &format!("{functions}fn main(req, now, args) {{ 1 }}"), Refused("PG-S007"), 0),
        whole(
            "many parameters",
            &format!("fn f({}) {{ 1 }}\nfn main(req, now, args) {{ 1 }}", parameters.join(",")),
            Refused("PG-S007"),
            1,
        ),
        body(
            "a closure of many parameters",
            &format!("let f = |{}| 1;\n1", parameters.join(",")),
            Refused("PG-S007"),
            2,
        ),
        body("a closure behind a block", &format!("if true {{}}\n|{}| 1", parameters.join(",")), Refused("PG-S007"), 3),
        body("many variables", &(0..10_000).map(|n| format!("let v{n}=1;")).collect::<String>(), Refused("PG-S007"), 2),
        whole(
            "many constants",
            &format!(
                "{}fn main(req, now, args) {{ 1 }}",
                (0..9_000).map(|n| format!("const V{n}=1;")).collect::<String>()
            ),
            Refused("PG-S007"),
            1,
        ),
        body(
            "many names of nothing",
            &(0..15_000).map(|n| format!("f{n}();")).collect::<String>(),
            Refused("PG-S006"),
            2,
        ),
        body("many methods of nothing", &(0..10_000).map(|n| format!("req.f{n}();")).collect::<String>(), Failed, 2),
        whole(
            "a long source",
            &format!("fn main(req, now, args) {{ 1 }}\n//{}", "x".repeat(200_000)),
            Refused("PG-S007"),
            1,
        ),
        whole("an open comment", "fn main(req, now, args) {\n  1 /* ", Refused("PG-S001"), 2),
        whole("an open text", "fn main(req, now, args) {\n  \"abc", Refused("PG-S001"), 2),
    ]
}

/// The clock is a server's. It ends none of these: each ends at the same place on any machine that serves.
fn run(source: &str) -> (Ends, u32, String) {
    let script = match Script::compile("hostile", source) {
        Ok(script) => script,
        Err(findings) => return (Refused(findings[0].code), findings[0].span.line, format!("{findings:?}")),
    };
    let begun = Instant::now();
    let deadline = Deadline::new(move || begun.elapsed() > GRANTED);
    let came = script.call(&json!({}), &World::default(), &json!({}), &deadline);
    let told = format!("{came:?}");
    let line = came.as_ref().err().map_or(0, |fault| fault.span().line);
    let ends = match came {
        Ok::<Value, _>(_) => Fine,
        Err(Fault::Limit { limit, .. }) => Met(limit),
        Err(Fault::Failed { .. }) => Failed,
        Err(Fault::Thrown { .. }) => Thrown,
        Err(other) => panic!("{source}: {other:?}"),
    };
    (ends, line, told.chars().take(300).collect())
}

/// The most memory that this process had at once, in KiB, as Linux tells it.
fn memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// Runs a part of the table.
fn check(table: Vec<Case>) {
    let before = memory_kib();
    let mut wrong = Vec::new();
    for (name, source, ends, line) in &table {
        let begun = Instant::now();
        let (ended, at, told) = run(source);
        let is_named = if *line == 0 { *ends == Fine || at > 0 } else { at == *line };
        if ended != *ends || !is_named {
            wrong.push(format!("{name}: must end {ends:?} at line {line}, ended {ended:?} at line {at}: {told}"));
        }
        if begun.elapsed() > GRANTED {
            wrong.push(format!("{name} took {:?}", begun.elapsed()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if let Some((before, after)) = before.zip(memory_kib()) {
        assert!(after - before < MEMORY_KIB_MAX, "{} KiB", after - before);
    }
}

#[test]
fn loops_end() {
    check(loops());
}

#[test]
fn recursion_ends() {
    check(recursion());
}

#[test]
fn growth_ends() {
    check(growth());
}

#[test]
fn what_is_slow_ends() {
    check(slow());
}

#[test]
fn what_looks_cheap_ends() {
    check(cunning());
}

#[test]
fn odd_values_end() {
    check(values());
}

#[test]
fn odd_sources_end() {
    check(sources());
}

#[test]
fn the_table_is_as_long_as_it_should_be() {
    let table = [loops(), recursion(), growth(), slow(), cunning(), values(), sources()].into_iter().flatten();
    let stopped = table.filter(|(_, _, ends, _)| *ends != Fine).count();
    assert!(stopped >= SCRIPTS_MIN, "{stopped} scripts that must be stopped");
}
