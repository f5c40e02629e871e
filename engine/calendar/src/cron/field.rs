//! The grammar of one field: `*`, numbers, names, ranges, lists and steps.

use super::error::{Error, Problem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Minute,
    Hour,
    /// Day of the month.
    Day,
    Month,
    Weekday,
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/// From Sunday, which is 0 and 7.
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Field {
    /// In the order of writing.
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Month, Self::Weekday];

    /// The least and the greatest number that may be written.
    pub fn range(self) -> (u8, u8) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 7),
        }
    }

    /// Names and the number of the first.
    fn names(self) -> (&'static [&'static str], u8) {
        match self {
            Self::Month => (&MONTHS, 1),
            Self::Weekday => (&DAYS, 0),
            Self::Minute | Self::Hour | Self::Day => (&[], 0),
        }
    }
}

/// The numbers of a field, and whether it was written as anything but `*`. Sunday is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Set {
    bits: u64,
    pub(super) restricted: bool,
}

impl Set {
    pub(super) fn has(&self, value: u8) -> bool {
        value < 64 && self.bits >> value & 1 == 1
    }

    /// In ascending order.
    pub(super) fn values(&self) -> impl Iterator<Item = u8> + '_ {
        (0..64).filter(|value| self.has(*value))
    }

    pub(super) fn list(&self) -> String {
        if !self.restricted {
            return "*".to_owned();
        }
        self.values().map(|value| value.to_string()).collect::<Vec<_>>().join(",")
    }

    /// Days of the week by their names: numbers mean other days to the crate that searches.
    pub(super) fn day_names(&self) -> String {
        if !self.restricted {
            return "*".to_owned();
        }
        self.values().filter_map(|day| DAYS.get(usize::from(day)).copied()).collect::<Vec<_>>().join(",")
    }
}

/// One item of a list while it is read.
struct Item<'t> {
    text: &'t str,
    at: usize,
    field: Field,
}

pub(super) fn parse(text: &str, at: usize, field: Field) -> Result<Set, Error> {
    let mut set = Set { bits: 0, restricted: text != "*" };
    let mut offset = at;
    for part in text.split(',') {
        let item = Item { text: part, at: offset, field };
        set.bits |= item.bits()?;
        offset += part.len() + 1;
    }
    Ok(set)
}

impl Item<'_> {
    fn bits(&self) -> Result<u64, Error> {
        let (values, step) = match self.text.split_once('/') {
            Some((values, step)) => (values, Some(step)),
            None => (self.text, None),
        };
        let (least, greatest) = self.field.range();
        let (from, to) = match values.split_once('-') {
            _ if values == "*" => (least, if self.field == Field::Weekday { 6 } else { greatest }),
            Some((from, to)) => self.between(from, to)?,
            None => {
                let value = self.value(values)?;
                if step.is_some() {
                    return Err(self.error(Problem::StepOfOne { value, last: greatest }));
                }
                (value, value)
            }
        };
        let step = step.map_or(Ok(1), |step| self.step(step))?;
        let numbers = (from..=to).step_by(usize::from(step));
        // The last day of a week that begins on Sunday is Sunday again.
        let folded = numbers.map(|value| if self.field == Field::Weekday { value % 7 } else { value });
        Ok(folded.fold(0, |bits, value| bits | 1 << value))
    }

    fn between(&self, from: &str, to: &str) -> Result<(u8, u8), Error> {
        let (from, mut to) = (self.value(from)?, self.value(to)?);
        if self.field == Field::Weekday && to == 0 && from > 0 {
            to = 7;
        }
        if from > to {
            return Err(self.error(Problem::Backwards { from, to }));
        }
        Ok((from, to))
    }

    fn value(&self, text: &str) -> Result<u8, Error> {
        let (names, first) = self.field.names();
        if let Some(position) = names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(first + u8::try_from(position).unwrap_or(0));
        }
        if text.is_empty() {
            return Err(self.error(Problem::Empty));
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.error(self.foreign(text)));
        }
        let (least, greatest) = self.field.range();
        let value = text.parse::<u8>().ok().filter(|value| (least..=greatest).contains(value));
        value.ok_or_else(|| self.error(Problem::OutOfRange { number: text.to_owned() }))
    }

    /// What is wrong with text that is neither a number nor a name.
    fn foreign(&self, text: &str) -> Problem {
        let sign = text.chars().find(|sign| matches!(sign, '?' | '#'));
        let letter = text.chars().find(|sign| matches!(sign, 'L' | 'W'));
        let numbers = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'L' | b'W'));
        match (sign, letter) {
            (Some(sign), _) => Problem::Foreign { sign },
            (None, Some(sign)) if numbers(text) => Problem::Foreign { sign },
            _ => Problem::NotANumber { text: text.to_owned() },
        }
    }

    fn step(&self, text: &str) -> Result<u8, Error> {
        if text.is_empty() {
            return Err(self.error(Problem::Empty));
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.error(Problem::NotANumber { text: text.to_owned() }));
        }
        let (least, greatest) = self.field.range();
        let step = text.parse::<u8>().ok().filter(|step| (1..=greatest - least).contains(step));
        step.ok_or_else(|| self.error(Problem::Step { step: text.to_owned() }))
    }

    fn error(&self, problem: Problem) -> Error {
        Error::new(Some(self.field), self.at..self.at + self.text.len(), problem)
    }
}

/// A number of the field as its author would write it: days of the week by name.
pub(super) fn written(field: Field, value: u8) -> String {
    match field {
        Field::Weekday => DAYS[usize::from(value % 7)].to_owned(),
        _ => value.to_string(),
    }
}
