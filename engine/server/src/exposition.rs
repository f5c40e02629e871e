//! Numbers as Prometheus reads them: the text format, version 0.0.4.
//!
//! Owns the form alone. A family is begun once and its samples follow at once, as the format wants it.

use std::fmt::Write;

use peygir_runtime::figures::Counted;

/// Media type of the format.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
const MICROS_PER_SECOND: f64 = 1_000_000.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        }
    }
}

/// What a histogram's values are kept in, against what they are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// Kept in microseconds, told in seconds.
    Seconds,
}

impl Unit {
    fn told(self, value: u64) -> f64 {
        match self {
            Unit::Count => value as f64,
            Unit::Seconds => value as f64 / MICROS_PER_SECOND,
        }
    }
}

/// The text as it grows.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
    name: &'static str,
}

pub type Labels<'a> = &'a [(&'a str, &'a str)];

impl Exposition {
    /// Begins a family; its samples come next.
    pub fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> &mut Self {
        self.name = name;
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {}", kind.as_str()));
        self
    }

    pub fn sample(&mut self, labels: Labels<'_>, value: f64) -> &mut Self {
        self.row("", labels, value);
        self
    }

    /// Nothing is said where there is no value.
    pub fn known(&mut self, value: Option<f64>) -> &mut Self {
        if let Some(value) = value {
            self.row("", &[], value);
        }
        self
    }

    /// One histogram of the family.
    pub fn histogram(&mut self, labels: Labels<'_>, counted: &Counted, unit: Unit) -> &mut Self {
        let mut total = 0;
        for (bound, count) in counted.bounds.iter().zip(&counted.counts) {
            total += count;
            let bound = number(unit.told(*bound));
            self.row("_bucket", &[labels, &[("le", bound.as_str())]].concat(), total as f64);
        }
        let all = counted.total() as f64;
        self.row("_bucket", &[labels, &[("le", "+Inf")]].concat(), all);
        self.row("_sum", labels, unit.told(counted.sum));
        self.row("_count", labels, all);
        self
    }

    pub fn gauge(&mut self, name: &'static str, help: &str, value: f64) -> &mut Self {
        self.family(name, Kind::Gauge, help).sample(&[], value)
    }

    pub fn counter(&mut self, name: &'static str, help: &str, value: f64) -> &mut Self {
        self.family(name, Kind::Counter, help).sample(&[], value)
    }

    pub fn into_text(self) -> String {
        self.text
    }

    fn row(&mut self, suffix: &str, labels: Labels<'_>, value: f64) {
        let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let pairs = if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
        let name = self.name;
        self.line(format_args!("{name}{suffix}{pairs} {}", number(value)));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{line}");
    }
}

fn number(value: f64) -> String {
    value.to_string()
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_told_as_sums_up_to_each_bound() {
        let counted = Counted { bounds: &[100, 1_000_000], counts: vec![2, 0, 1], sum: 2_500_000 };
        let mut text = Exposition::default();
        text.family("a_seconds", Kind::Histogram, "How long.\nIn all").histogram(
            &[("x", "a\"b\\c\nd")],
            &counted,
            Unit::Seconds,
        );
        assert_eq!(
            text.into_text(),
            "# HELP a_seconds How long.\\nIn all\n# TYPE a_seconds histogram\n\
             a_seconds_bucket{x=\"a\\\"b\\\\c\\nd\",le=\"0.0001\"} 2\na_seconds_bucket{x=\"a\\\"b\\\\c\\nd\",le=\"1\"} 2\n\
             a_seconds_bucket{x=\"a\\\"b\\\\c\\nd\",le=\"+Inf\"} 3\na_seconds_sum{x=\"a\\\"b\\\\c\\nd\"} 2.5\n\
             a_seconds_count{x=\"a\\\"b\\\\c\\nd\"} 3\n"
        );
    }
}
