//! Figures: a line each, with the limit or the aim beside it.

use std::io::Write;

/// A figure that was measured.
#[derive(Debug, Clone)]
pub struct Figure {
    /// `flow3.rate`.
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    /// What it is held against, in words with its number; empty where there is nothing.
    pub beside: String,
    /// Whether an aim was reached, where there is one.
    pub reached: Option<bool>,
}

/// Gathers figures; each is told as soon as it is there.
#[derive(Default)]
pub struct Figures(pub Vec<Figure>);

impl Figures {
    /// A figure with what it is to be seen beside.
    pub fn tell(&mut self, name: &str, value: f64, unit: &'static str, beside: impl Into<String>) {
        self.add(Figure { name: name.to_owned(), value, unit, beside: beside.into(), reached: None });
    }

    /// A figure that is to be at least so much.
    pub fn at_least(&mut self, name: &str, value: f64, unit: &'static str, aim: f64, why: &str) {
        let beside = format!("aim: at least {} {unit}{}", shown(aim), because(why));
        self.add(Figure { name: name.to_owned(), value, unit, beside, reached: Some(value >= aim) });
    }

    /// A figure that is to be at most so much.
    pub fn at_most(&mut self, name: &str, value: f64, unit: &'static str, aim: f64, why: &str) {
        let beside = format!("aim: at most {} {unit}{}", shown(aim), because(why));
        self.add(Figure { name: name.to_owned(), value, unit, beside, reached: Some(value <= aim) });
    }

    fn add(&mut self, figure: Figure) {
        let line = figure.line();
        self.0.push(figure);
        let mut stdout = std::io::stdout().lock();
        // Nobody reads it only where nobody waits for it.
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }
}

impl Figure {
    pub fn line(&self) -> String {
        let verdict = match self.reached {
            Some(true) => " · reached",
            Some(false) => " · NOT reached",
            None => "",
        };
        let value = format!("{} {}", shown(self.value), self.unit);
        let beside = if self.beside.is_empty() { String::new() } else { format!(" · {}", self.beside) };
        format!("{:<28} {value:>22}{beside}{verdict}", self.name)
    }
}

fn because(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(" ({why})") }
}

/// Three figures that count; whole numbers where they are large.
pub fn shown(value: f64) -> String {
    let digits = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (at, sign) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && grouped != "-" {
            grouped.push(',');
        }
        grouped.push(sign);
    }
    grouped + rest
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_read_them() {
        for (value, expected) in
            [(1234567.4, "1,234,567"), (999.6, "1,000"), (12.34, "12.3"), (0.5, "0.500"), (-1234.0, "-1,234")]
        {
            assert_eq!(shown(value), expected);
        }
    }

    #[test]
    fn the_median_is_one_of_them() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0]), 1.0);
        assert!(median(Vec::new()).is_nan());
    }
}
