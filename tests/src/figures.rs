//! The numbers that a server tells for Prometheus, and what they say of its cases: each open one has a timer or a named person.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::client::Client;

/// Longest wait until everything is counted and has come to rest.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(200);

const OPEN: &str = "peygir_cases{state=\"open\"}";
const NEGLECTED: &str = "peygir_cases_neglected";

/// Numbers by their names, with labels.
type Figures = BTreeMap<String, f64>;

fn read(text: &str) -> Figures {
    let samples = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
    samples.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect()
}

/// Whether all streams are counted and no command waits for its turn.
fn is_settled(figures: &Figures) -> bool {
    figures.get("peygir_count_complete") == Some(&1.0) && figures.get("peygir_inbox_commands") == Some(&0.0)
}

/// What is wrong with the open cases; of a server that counts none, nothing was shown.
fn complaint(figures: &Figures) -> Option<String> {
    match (figures.get(OPEN), figures.get(NEGLECTED)) {
        (Some(open), Some(0.0)) if *open > 0.0 => None,
        (open, neglected) => Some(format!("{open:?} open cases, {neglected:?} with neither a timer nor a person")),
    }
}

/// Waits until the server has come to rest, and looks whether each open case has a timer or a named person.
pub async fn assert_nobody_is_neglected(client: &Client) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = client.get("/api/v1/metrics").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let figures = read(&answer.text());
        if is_settled(&figures) {
            return assert_eq!(complaint(&figures), None);
        }
        assert!(Instant::now() < deadline, "the server does not come to rest: {}", answer.text());
        tokio::time::sleep(POLL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neglected_case_is_seen_and_so_is_that_there_was_none_to_look_at() {
        let of = |open: &str, neglected: &str| {
            let text = format!(
                "# HELP peygir_cases Cases by state.\npeygir_cases{{state=\"open\"}} {open}\n\
                 peygir_cases_neglected {neglected}\npeygir_count_complete 1\npeygir_inbox_commands 0\n"
            );
            read(&text)
        };
        assert!(is_settled(&of("3", "0")));
        assert_eq!(complaint(&of("3", "0")), None);
        assert!(complaint(&of("3", "1")).is_some());
        assert!(complaint(&of("0", "0")).is_some());
        assert!(complaint(&Figures::new()).is_some());
        assert!(!is_settled(&read("peygir_count_complete 0\npeygir_inbox_commands 0\n")));
        assert!(!is_settled(&read("peygir_count_complete 1\npeygir_inbox_commands 2\n")));
    }
}
