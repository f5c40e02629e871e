//! Counting: how many tests passed, failed and were skipped, from what the test programs print.
//!
//! A test whose peer is missing passes and prints `SKIPPED peer NAME: reason`; here it is counted as skipped.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

/// How a test says that its peer is missing.
const MARK: &str = "SKIPPED peer ";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    /// Missing peers by name, each with its reason.
    pub peers: BTreeMap<String, String>,
}

impl Counts {
    /// A check that is no test of its own and went wrong.
    pub fn failure() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    pub fn note_peer(&mut self, name: &str, reason: &str) {
        self.peers.entry(name.to_owned()).or_insert_with(|| reason.to_owned());
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        other.peers.iter().for_each(|(name, reason)| self.note_peer(name, reason));
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// From the JUnit file that nextest writes. Texts in it are escaped: a tag in a test's output is no tag here.
pub fn of_junit(xml: &str) -> Counts {
    let mut counts = Counts::default();
    for case in xml.split("<testcase ").skip(1) {
        let case = case.split("</testcase>").next().unwrap_or(case);
        let peers = peers_in(case);
        if case.contains("<failure") || case.contains("<error") {
            counts.failed += 1;
        } else if case.contains("<skipped") || !peers.is_empty() {
            counts.skipped += 1;
        } else {
            counts.passed += 1;
        }
        peers.iter().for_each(|(name, reason)| counts.note_peer(name, &unescape(reason)));
    }
    counts
}

/// From the output of `cargo test`: a line of results for each test program, and skips past the harness.
pub fn of_harness(stdout: &str, stderr: &str) -> Counts {
    let mut counts = Counts::default();
    for line in stdout.lines().filter_map(|line| line.trim().strip_prefix("test result: ")) {
        counts.passed += number_before(line, "passed").unwrap_or(0);
        counts.failed += number_before(line, "failed").unwrap_or(0);
        counts.skipped += number_before(line, "ignored").unwrap_or(0);
    }
    let peers = peers_in(stderr);
    // Each of them was counted as passed by the harness.
    counts.passed = counts.passed.saturating_sub(peers.len());
    counts.skipped += peers.len();
    peers.iter().for_each(|(name, reason)| counts.note_peer(name, reason));
    counts
}

/// From the last line of `peygir test`: `14 scenarios, 40 rows in 9 files: 2 failed`. None where it told nothing.
pub fn of_scenarios(stdout: &str) -> Option<Counts> {
    let (all, came_of_it) = stdout.lines().next_back()?.split_once(": ")?;
    let number = |part: &str, word: &str| {
        number_before(part, word).or_else(|| number_before(part, &format!("{word}s"))).unwrap_or(0)
    };
    let tests = number(all, "scenario") + number(all, "row");
    let failed = number(came_of_it, "failed");
    let unreadable = number(came_of_it, "file");
    if tests == 0 || (failed + unreadable == 0 && came_of_it != "all passed") {
        return None;
    }
    Some(Counts { passed: tests.checked_sub(failed)?, failed: failed + unreadable, ..Counts::default() })
}

fn peers_in(text: &str) -> Vec<(&str, &str)> {
    text.lines().filter_map(|line| line.split_once(MARK)?.1.split_once(": ")).collect()
}

/// `3` in `2 failed; 3 passed; …` for `passed`.
fn number_before(line: &str, word: &str) -> Option<usize> {
    let words: Vec<&str> = line.split([' ', ',', ';', '.', ':']).filter(|part| !part.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok())
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(counts: &Counts) -> (usize, usize, usize) {
        (counts.passed, counts.failed, counts.skipped)
    }

    #[test]
    fn junit_cases_are_counted_by_how_they_ended() {
        let xml = r#"<testsuites name="nextest-run" tests="4" failures="1">
            <testcase name="good"><system-out>says &lt;failure and test result: 9 failed</system-out></testcase>
            <testcase name="bare"/>
            <testcase name="bad"><failure message="no"/><system-err>panicked</system-err></testcase>
            <testcase name="alone"><system-err>SKIPPED peer kannel: /usr/sbin/x is missing; &quot;a&quot; &amp; b
</system-err></testcase>
            <testcase name="unused"><skipped/></testcase></testsuites>"#;
        let counts = of_junit(xml);
        assert_eq!(numbers(&counts), (2, 1, 2));
        assert_eq!(counts.peers["kannel"], "/usr/sbin/x is missing; \"a\" & b");
    }

    #[test]
    fn results_of_the_harness_are_added_up() {
        let stdout = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        let counts = of_harness(stdout, "warning: x\nSKIPPED peer exim: gone\nSKIPPED peer exim: gone\n");
        assert_eq!(numbers(&counts), (2, 2, 3));
        assert_eq!(counts.peers.len(), 1);
    }

    #[test]
    fn scenarios_end_with_their_counts() {
        let ended =
            |line: &str| of_scenarios(&format!("workflows/a: 1 failed\n\n{line}\n")).map(|counts| numbers(&counts));
        assert_eq!(ended("14 scenarios, 40 rows in 9 files: all passed"), Some((54, 0, 0)));
        assert_eq!(ended("1 scenario, 1 row in 2 files: 1 failed"), Some((1, 1, 0)));
        assert_eq!(ended("14 scenarios, 0 rows in 3 files: 2 failed, 1 file can't be run"), Some((12, 3, 0)));
        assert_eq!(ended("0 scenarios, 0 rows in 0 files: nothing to test"), None);
        assert_eq!(ended("14 scenarios, 40 rows in 9 files: who knows"), None);
        assert_eq!(of_scenarios(""), None);
    }

    #[test]
    fn the_last_line_has_one_form() {
        let mut all = Counts { passed: 5, ..Counts::default() };
        all += Counts::failure();
        assert_eq!(all.to_string(), "5 passed, 1 failed, 0 skipped");
    }
}
