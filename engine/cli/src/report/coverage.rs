//! Which lines of a script its rows run.

use peygir_script::Coverage;
use peygir_source::render::Language;

use super::pick;

/// A script and what of it was run.
#[derive(Debug, Clone)]
pub struct ScriptCoverage {
    /// The script's file.
    pub script: String,
    pub source: String,
    pub lines: Coverage,
}

impl ScriptCoverage {
    /// `lines covered 5/9 (55 %), not covered: 4, 7-9, in part: 5`.
    pub fn told(&self, language: Language) -> String {
        let mut told = ratio(self.lines.covered(), self.lines.total(), language);
        let gaps: Vec<String> = self.lines.gaps().into_iter().map(|gap| range(gap, language)).collect();
        if !gaps.is_empty() {
            let left_out = pick(language, ", not covered: ", "، اجرا نشده: ");
            told.push_str(&format!("{left_out}{}", gaps.join(pick(language, ", ", "، "))));
        }
        let partly: Vec<String> = self.lines.partly().iter().map(u32::to_string).collect();
        if !partly.is_empty() {
            let in_part = pick(language, ", in part: ", "، بخشی: ");
            told.push_str(&format!("{in_part}{}", partly.join(pick(language, ", ", "، "))));
        }
        told
    }
}

/// Percent are rounded down: 100 says that each line ran.
pub(super) fn ratio(covered: usize, total: usize, language: Language) -> String {
    let percent = (covered * 100).checked_div(total).unwrap_or(100);
    match language {
        Language::English => format!("lines covered {covered}/{total} ({percent} %)"),
        Language::Persian => format!("سطرهای اجراشده {covered} از {total} ({percent} ٪)"),
    }
}

fn range((first, last): (u32, u32), language: Language) -> String {
    match language {
        _ if first == last => first.to_string(),
        Language::English => format!("{first}-{last}"),
        Language::Persian => format!("{first} تا {last}"),
    }
}

/// The script with a mark before each line with code: `✓` and how often it ran, `◐` where something on it never did,
/// or `✗`.
pub fn marked_source(script: &ScriptCoverage) -> Vec<String> {
    let partly = script.lines.partly();
    let lines = (1..).zip(script.source.lines());
    lines
        .map(|(number, text)| {
            let times = script.lines.lines.get(&number).copied();
            let mark = match times {
                Some(0) => "✗".to_owned(),
                Some(times) if partly.contains(&number) => format!("◐ {times}×"),
                Some(times) => format!("✓ {times}×"),
                None => String::new(),
            };
            format!("  {mark:<7} {number:>4} | {text}").trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use peygir_script::{Deadline, Script, World};
    use serde_json::json;

    use super::*;

    const SOURCE: &str = "fn main(req, now, args) {
  let a = if req.a { 1 } else { 2 };
  if req.b {
    a += 1;

    a += 2;
  }
  a
}";

    fn covered(reqs: &[serde_json::Value]) -> ScriptCoverage {
        let script = Script::compile("main", SOURCE).unwrap();
        let mut lines = Coverage::nothing_of(&script);
        for req in reqs {
            lines.add(&script.call_covered(req, &World::default(), &json!({}), &Deadline::never()).1);
        }
        ScriptCoverage { script: "main.rhai".to_owned(), source: SOURCE.to_owned(), lines }
    }

    #[test]
    fn uncovered_lines_are_told_as_ranges() {
        let check = |reqs: &[serde_json::Value], told: &str| assert_eq!(covered(reqs).told(Language::English), told);
        check(&[], "lines covered 0/5 (0 %), not covered: 2-8");
        check(&[json!({ "a": true, "b": false })], "lines covered 3/5 (60 %), not covered: 4-6, in part: 2");
        check(&[json!({ "a": true, "b": false }), json!({ "a": false, "b": true })], "lines covered 5/5 (100 %)");
    }

    #[test]
    fn marks_read_without_colour() {
        let marked = marked_source(&covered(&[json!({ "a": true, "b": false }), json!({ "a": true, "b": false })]));
        let expected = [
            "             1 | fn main(req, now, args) {",
            "  ◐ 2×       2 |   let a = if req.a { 1 } else { 2 };",
            "  ✓ 2×       3 |   if req.b {",
            "  ✗          4 |     a += 1;",
            "             5 |",
            "  ✗          6 |     a += 2;",
            "             7 |   }",
            "  ✓ 2×       8 |   a",
            "             9 | }",
        ];
        assert_eq!(marked, expected);
    }
}
