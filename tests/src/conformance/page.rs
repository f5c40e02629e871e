//! The page that tells what was proven: docs/conformance.md. The same runs give the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::examples::Example;
use super::features::{FEATURES, codes};
use super::kit;
use super::patterns::{PATTERNS, tag};
use super::played::Played;

/// Statements of what the language means here.
pub const STATEMENTS: usize = 68;

const HEAD: &str = "\
# Conformance · انطباق

What the engine was shown to do of the language CNCF workflow DSL 1.0.3. `cargo xtask conformance --spec DIR` runs all of it, where DIR is the
folder of the language's text, and writes this page; a test fails where the page is not what the runs say. Nothing here was written by hand.

<div dir=\"rtl\">

این صفحه می‌گوید از زبان CNCF workflow DSL 1.0.3 چه چیزهایی آزموده شده است. آن را `cargo xtask conformance --spec DIR` می‌نویسد که در آن DIR پوشهٔ متن زبان
است، و اگر با آنچه اجرا شده یکی نباشد، آزمونی می‌شکند. هیچ سطری از آن با دست نوشته نشده است.

</div>
";

/// What the official text gives.
pub struct Official {
    pub kit: Vec<Played>,
    pub examples: Vec<Example>,
    pub invalid: Vec<Example>,
}

/// The whole page.
pub fn whole(official: &Official, own: &[Played]) -> String {
    [HEAD.to_owned(), kit(&official.kit), examples(official), features(), statements(own), patterns(own)].join("\n")
}

fn result(played: &Played) -> &'static str {
    if played.passed() { "passed" } else { "**failed**" }
}

fn passed<'p>(all: impl Iterator<Item = &'p Played>) -> (usize, usize) {
    all.fold((0, 0), |(passed, all), one| (passed + usize::from(one.passed()), all + 1))
}

fn kit(kit: &[Played]) -> String {
    let (offline, offline_all) = passed(kit.iter().filter(|one| !kit::calls(&one.name)));
    let (called, called_all) = passed(kit.iter().filter(|one| kit::calls(&one.name)));
    let mut text = format!(
        "## The official kit\n\nThe feature files are run as they are, byte for byte. Those that call petstore.swagger.io or httpbin.org reach a stand-in on \
         the same machine, over TLS, by the connector that makes all calls; a deployment's settings lead the two names there and trust its authority. \
         Each is run straight and with the process ended behind every commit. For each that calls, the stand-in answers wrongly in a test, and the \
         scenario fails.\n\n\
         | | passed | of |\n| --- | --- | --- |\n| offline | {offline} | {offline_all} |\n| against the stand-in | {called} | {called_all} |\n\n\
         | file | scenario | runs | result |\n| --- | --- | --- | --- |\n"
    );
    for one in kit {
        let how = if kit::calls(&one.name) { "stand-in" } else { "offline" };
        let _ = writeln!(text, "| {} | {} | {how} | {} |", one.file, one.name, result(one));
    }
    text
}

fn examples(official: &Official) -> String {
    let same = official.examples.iter().filter(|one| one.read && one.same).count();
    let refused = official.invalid.iter().filter(|one| !one.read).count();
    let deployed = official.examples.iter().filter(|one| one.refused.is_empty()).count();
    let mut text = format!(
        "## The official examples\n\n{same} of {} files are read, printed and read again without loss; {refused} of {} invalid files are refused. \
         {deployed} may be deployed as they are; the others use what is refused:\n\n| file | codes |\n| --- | --- |\n",
        official.examples.len(),
        official.invalid.len(),
    );
    for one in official.examples.iter().filter(|one| !one.refused.is_empty()) {
        let _ = writeln!(text, "| {} | {} |", one.file, linked(&one.refused));
    }
    text
}

fn linked(codes: &[String]) -> String {
    codes.iter().map(|code| format!("[{code}](errors/{code}.md)")).collect::<Vec<_>>().join(", ")
}

fn features() -> String {
    let mut text =
        "## Features\n\nWhat is refused is refused when a flow is checked, by a code of its own.\n\n| feature | |\n| --- | --- |\n".to_owned();
    for (feature, document) in FEATURES {
        let (codes, known) = codes(document);
        let what = match (codes.is_empty(), known) {
            (true, _) => "runs".to_owned(),
            (false, true) => format!("refused: {}", linked(&codes)),
            (false, false) => format!("**not read**: {}", linked(&codes)),
        };
        let _ = writeln!(text, "| {feature} | {what} |");
    }
    text
}

/// Our own scenarios by statement.
pub fn statements(own: &[Played]) -> String {
    let mut by: BTreeMap<usize, Vec<&Played>> = BTreeMap::new();
    for one in own {
        let numbers = one.tags.iter().filter_map(|tag| tag.strip_prefix('S')?.parse::<usize>().ok());
        numbers.for_each(|number| by.entry(number).or_default().push(one));
    }
    let (good, all) = passed(own.iter());
    let covered = (1..=STATEMENTS).filter(|number| by.contains_key(number)).count();
    let mut text = format!(
        "## Our own scenarios\n\n{good} of {all} scenarios in `{}` pass, straight and with the process ended behind every commit; both do the same, \
         event for event. They are numbered after the statements of what the language means here: {covered} of {STATEMENTS} have scenarios.\n\n\
         | statement | scenarios |\n| --- | --- |\n",
        super::OWN
    );
    for (number, played) in &by {
        let names: Vec<String> = played.iter().map(|one| shown(one)).collect();
        let _ = writeln!(text, "| {number} | {} |", names.join("<br>"));
    }
    text
}

/// Control-flow patterns with their scenarios.
pub fn patterns(own: &[Played]) -> String {
    let of = |number: usize| own.iter().filter(move |one| one.tags.contains(&tag(number)));
    let said = (1..=PATTERNS.len()).filter(|number| of(*number).next().is_some()).count();
    let mut text = format!(
        "## Control-flow patterns\n\n{said} of {} patterns are shown by a scenario; for the others the language has no words, or none yet.\n\n\
         | | pattern | scenarios |\n| --- | --- | --- |\n",
        PATTERNS.len()
    );
    for (index, name) in PATTERNS.iter().enumerate() {
        let names: Vec<String> = of(index + 1).map(shown).collect();
        let shown = if names.is_empty() { "–".to_owned() } else { names.join("<br>") };
        let _ = writeln!(text, "| {} | {name} | {shown} |", index + 1);
    }
    text
}

fn shown(played: &Played) -> String {
    let name = played.name.replace('|', "\\|");
    if played.passed() { name } else { format!("{name} **failed**") }
}
