//! Tables as large as they may be: analysed to the end or told not to be, within the work that is allowed, and told in so
//! many sentences as somebody reads.

use std::{cell::Cell, fmt::Write};

use peygir_decision::{
    Layer, Overlay, Table,
    analysis::{
        ANALYSIS_STEPS_MAX, Analysis, Bounds, Finding, Fixed, Here, OVERLAPS_MAX, TOLD_MAX, analyse, analyse_here,
        analyse_over,
    },
};
use peygir_source::{Severity, yaml};

/// Steps between two questions whether the answer is still wanted.
const ASKED_EVERY: u64 = 1 << 16;
/// Steps that one question may go on after the limit, and what is done without asking.
const LAST_STEPS_MAX: u64 = 4_000_000;

fn table(hit: &str, inputs: &str, rules: impl IntoIterator<Item = String>) -> Table {
    let mut text = format!(
        "kind: decision-table\nid: t\nversion: 1.0.0\nhit: {hit}\ninputs: {{ {inputs} }}\noutputs: {{ o: {{ type: string, default: d }} }}\nrules:\n"
    );
    for (number, when) in rules.into_iter().enumerate() {
        let _ = writeln!(text, "  - {{ id: r{number}, when: {{ {when} }}, then: {{ o: o{number} }} }}");
    }
    text.push_str("  - { id: z, last: true, then: {} }\n");
    let key = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    Table::read(&yaml::parse(&text).unwrap(), key).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

fn analyse_while(table: &Table, is_cancelled: &dyn Fn() -> bool) -> Analysis {
    analyse_over(table, None, Bounds { is_cancelled, ..Bounds::default() })
}

/// The analysis, and the steps that it took.
fn analysed(table: &Table) -> (Analysis, u64) {
    let asked = Cell::new(0);
    let analysis = analyse_while(table, &|| {
        asked.set(asked.get() + 1);
        false
    });
    (analysis, asked.get() * ASKED_EVERY)
}

fn words(rule: usize, count: usize) -> String {
    let words: Vec<String> = (0..count).map(|word| format!("w{}", rule * count + word)).collect();
    format!("text: {{ contains: [ {} ] }}", words.join(", "))
}

fn open(analysis: &Analysis) -> usize {
    analysis.findings.iter().filter(|finding| matches!(finding, Finding::NotAnalysed { .. })).count()
}

/// All of 300 rules overlap, each with 30 words of its own: 44,850 pairs. Told are some, and how many are left.
#[test]
fn overlaps_that_nobody_reads_are_counted() {
    let table = table("unique", "text: { type: text }", (0..300).map(|rule| words(rule, 30)));
    let (analysis, steps) = analysed(&table);
    let overlaps = analysis.findings.iter().filter(|finding| matches!(finding, Finding::Overlap { .. })).count();
    assert_eq!((overlaps, open(&analysis)), (OVERLAPS_MAX, 0));
    assert!(analysis.findings.contains(&Finding::MoreOverlaps { pairs: 300 * 299 / 2 - OVERLAPS_MAX }));
    assert!(steps < ANALYSIS_STEPS_MAX / 4, "{steps} steps");
    let told = analysis.to_diagnostics(&table).list;
    assert_eq!(told.len(), OVERLAPS_MAX + 1);
    let last = told.last().unwrap();
    assert_eq!((last.code, last.severity), ("PG-T021", Severity::Error));
    assert_eq!(last.message, "and 44800 more pairs of rules were not looked at, since so many overlap");
    assert!(last.message_fa.contains("۴۴۸۰۰") && last.span.line > 1, "{last:?}");
}

/// Phrases and words in the rules of a table where the first one answers: nothing is left open.
#[test]
fn rules_with_many_words_are_analysed_to_the_end() {
    let phrases = |rule: usize| format!("text: {{ contains: [ a{rule}b, c{rule}d, matn {rule} j ] }}");
    let bare = |rule: usize| format!("text: {{ contains: [ matn {rule} j ] }}, repeats: '> {}'", rule % 7);
    let inputs = "text: { type: text }, repeats: { type: integer, default: 0 }";
    for rules in [(0..300).map(phrases).collect::<Vec<_>>(), (0..500).map(bare).collect()] {
        let (analysis, steps) = analysed(&table("first", inputs, rules));
        assert!(analysis.findings.is_empty() && !analysis.is_cancelled, "{} open", open(&analysis));
        assert!(steps < ANALYSIS_STEPS_MAX, "{steps} steps");
    }
}

/// As many rules, words and numbers as a file may hold, or with `PEYGIR_CASES` unset a third of that: each table is analysed,
/// or said not to be, within the limit.
#[test]
fn the_largest_tables_stay_within_the_limit() {
    let texts = "text: { type: text }, also: { type: text }, n: { type: number, default: 0 }, topic: { type: string }";
    let numbers = |rule: usize| format!("n: '> {}.5', also: {{ not: {{ contains: q{rule} }} }}", rule % 900);
    let crossed = |rule: usize| format!("{}, also: {{ words: [ x{rule}, y{} ] }}", words(rule, 4), rule / 2);
    let topics = |rule: usize| format!("topic: [ t{rule}, t{} ], n: [ {rule}, {} ]", rule + 1, rule + 7);
    let part = if std::env::var_os("PEYGIR_CASES").is_some() { 1 } else { 3 };
    let tables = [
        ("first", (0..900 / part).map(|rule| words(rule, 4)).collect::<Vec<_>>()),
        ("first", (0..300 / part).map(|rule| words(rule, 40)).collect()),
        ("first", (0..700 / part).map(numbers).collect()),
        ("first", (0..550 / part).map(crossed).collect()),
        ("unique", (0..800 / part).map(topics).collect()),
        ("unique", (0..300 / part).map(|rule| words(rule, 40)).collect()),
        ("collect", (0..550 / part).map(crossed).collect()),
    ];
    for (hit, rules) in tables {
        let table = table(hit, texts, rules);
        let begun = std::time::Instant::now();
        let (analysis, steps) = analysed(&table);
        eprintln!(
            "{hit}: {steps} steps, {} findings, {} open, {:?}",
            analysis.findings.len(),
            open(&analysis),
            begun.elapsed()
        );
        assert!(steps < ANALYSIS_STEPS_MAX + LAST_STEPS_MAX, "{hit}: {steps} steps");
        let told = analysis.to_diagnostics(&table).list;
        assert!(told.len() <= 4 * (TOLD_MAX + 1), "{hit}: {} sentences", told.len());
    }
}

/// What an overlay leaves as it was is not looked at again, neither wherever it holds nor in its place.
#[test]
fn an_overlay_of_a_large_table_costs_little_beside_it() {
    let read = |does: &str| {
        let text =
            format!("kind: decision-table-overlay\nextends: {{ id: t, version: '^1.0' }}\nversion: 1.0.0\n{does}\n");
        Overlay::read(&yaml::parse(&text).unwrap(), str::to_owned).unwrap().0
    };
    let sought = |rule: usize| words(rule, 30).replace('w', "word").replace(',', "z,").replace(" ]", "z ]");
    let base = table("first", "text: { type: text }, place: { type: string }", (0..300).map(sought));
    let found = analyse(&base);
    assert_eq!(found.findings, []);
    let own = "insert: [ { before: r200, rule: { id: own, when: { text: { contains: ours } }, then: {} } } ]\nreplace: { r7: { then: { o: x } } }";
    let all = "insert: [ { before: r0, rule: { id: own, when: { place: here }, then: {} } } ]";
    // With all rules the catch-all is hidden, too.
    for (does, hidden, share) in [(own, None, 20), (all, Some(301), 1)] {
        let overlay = read(does);
        let merged = base.merge(&[Layer::new(&overlay, "p", "f")]).unwrap().0;
        let after = analyse_over(&merged, Some((&base, &found)), Bounds::default());
        assert_eq!(after.findings, []);
        assert!(after.steps * 20 < found.steps, "{} steps after {}", after.steps, found.steps);
        let (fixed, pairs) = (Fixed::from([("input.place".to_owned(), "here".to_owned())]), [(1, 0), (1, 1)].into());
        let stages = [(&base, &found), (&merged, &after)];
        let here = analyse_here(&stages, Here::new(&fixed, &pairs), Bounds::default());
        let count = here.findings.iter().find_map(|finding| match finding {
            Finding::Hidden { rules, .. } => Some(rules.len()),
            _ => None,
        });
        assert_eq!(count, hidden, "{:?}", here.findings);
        assert!(here.steps < found.steps.max(1) * 2 / share, "{} steps here after {}", here.steps, found.steps);
    }
}

/// Where others took all the steps that are allowed together, that is said, and the table is not looked at.
#[test]
fn a_table_that_no_steps_are_left_for_is_told() {
    let table = table("first", "text: { type: text }", (0..3).map(|rule| words(rule, 2)));
    let analysis = analyse_over(&table, None, Bounds { steps_max: 0, ..Bounds::default() });
    assert_eq!((analysis.findings.as_slice(), analysis.steps, analysis.is_cut), (&[Finding::NotBegun][..], 0, true));
    let told = analysis.to_diagnostics(&table).list;
    assert_eq!((told.len(), told[0].code, told[0].severity), (1, "PG-T027", Severity::Information));
    assert!(told[0].message.contains("before \"t\""), "{}", told[0].message);
}

/// Whoever waited is gone: what is left to do is left.
#[test]
fn an_analysis_that_is_called_off_ends() {
    let table = table("first", "text: { type: text }", (0..600).map(|rule| words(rule, 12)));
    let (whole, steps) = analysed(&table);
    assert!(!whole.is_cancelled && steps > 20 * ASKED_EVERY, "{steps} steps");
    let asked = Cell::new(0);
    let analysis = analyse_while(&table, &|| {
        asked.set(asked.get() + 1);
        asked.get() > 3
    });
    assert!(analysis.is_cancelled);
    assert!(asked.get() <= 12, "it went on for {} times as long", asked.get());
}
