//! Personal numbers in what a run of a script is told by, masked as on the page of the case.
//!
//! The script runs with what it had; what is told of it has numbers masked wherever they stand: whole, written otherwise,
//! within a text, or a part of [`PART_DIGITS_MIN`] digits and more. Names and the words of the citizen are read by
//! everybody who may read the case.

use peygir_casework::text;
use serde_json::{Map, Number, Value};

use super::view::{ScriptEnd, ScriptFault, ScriptStep};

/// Digits in a row of a personal number that are masked; fewer tell nobody apart.
const PART_DIGITS_MIN: usize = 5;
/// Digits by which a mobile number is the same however it is written.
const MOBILE_DIGITS: usize = 10;

/// The numbers that are not to be read.
#[derive(Debug, Default)]
pub(in crate::desk) struct Masks {
    numbers: Vec<Secret>,
}

#[derive(Debug)]
struct Secret {
    digits: String,
    mask: fn(&str) -> String,
}

impl Masks {
    /// Those of the people that the case is of.
    pub fn of_case(req: &Value) -> Self {
        let mut masks = Self::default();
        for person in [&req["citizen"], &req["onBehalfOf"]] {
            masks.add(&person["nationalId"], text::mask_national_id);
            masks.add(&person["mobile"], text::mask_mobile);
        }
        masks
    }

    /// Numbers within what came sealed: `given` as it came, `opened` the same in clear.
    pub fn add_sealed(&mut self, given: &Value, opened: &Value) {
        match (given, opened) {
            (Value::Array(given), Value::Array(opened)) => {
                given.iter().zip(opened).for_each(|(given, opened)| self.add_sealed(given, opened));
            }
            (Value::Object(given), Value::Object(opened)) => {
                given
                    .iter()
                    .filter_map(|(name, given)| Some((given, opened.get(name)?)))
                    .for_each(|(given, opened)| self.add_sealed(given, opened));
            }
            (Value::String(sealed), Value::String(clear)) if sealed != clear => {
                let only_number =
                    clear.chars().all(|letter| digit(letter).is_some() || is_between(letter) || letter == '+');
                if only_number {
                    self.add(opened, text::mask_mobile);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, number: &Value, mask: fn(&str) -> String) {
        let Some(number) = number.as_str() else { return };
        let digits: String = number.chars().filter_map(digit).collect();
        let from = if number.starts_with('+') { digits.len().saturating_sub(MOBILE_DIGITS) } else { 0 };
        let digits = digits[from..].to_owned();
        if digits.len() >= PART_DIGITS_MIN {
            self.numbers.push(Secret { digits, mask });
        }
    }

    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Number(number) => self.number(number),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let members = members.iter().map(|(name, member)| (self.text(name), self.value(member)));
                members.collect::<Map<String, Value>>().into()
            }
            other => other.clone(),
        }
    }

    pub fn step(&self, step: &mut ScriptStep) {
        for (_, value) in step.variables.iter_mut().chain(&mut step.gave) {
            *value = self.value(value);
        }
        if let Some(returned) = &mut step.returned {
            returned.value = self.value(&returned.value);
        }
    }

    pub fn end(&self, end: &ScriptEnd) -> ScriptEnd {
        match end {
            ScriptEnd::Answer(answer) => ScriptEnd::Answer(self.value(answer)),
            ScriptEnd::Fault(fault) => {
                ScriptEnd::Fault(ScriptFault { en: self.text(&fault.en), fa: self.text(&fault.fa), ..fault.clone() })
            }
        }
    }

    fn number(&self, number: &Number) -> Value {
        let written = number.to_string();
        let shown = self.text(&written);
        if shown == written { Value::Number(number.clone()) } else { shown.into() }
    }

    fn text(&self, text: &str) -> String {
        let all: String = text.chars().filter_map(digit).collect();
        let only_number = text.chars().all(|letter| digit(letter).is_some() || letter == '+');
        for Secret { digits, mask } in &self.numbers {
            // A number written whole is known again by whom it belongs to.
            if only_number && all.ends_with(digits) && all.len() <= digits.len() + 4 {
                return mask(text);
            }
        }
        let mut letters: Vec<char> = text.chars().collect();
        for run in runs(&letters) {
            self.mask_run(&mut letters, &run);
        }
        letters.into_iter().collect()
    }

    /// Masks each part of a number within digits that stand in a row.
    fn mask_run(&self, letters: &mut [char], run: &[usize]) {
        let digits: Vec<char> = run.iter().filter_map(|place| digit(letters[*place])).collect();
        for (start, window) in digits.windows(PART_DIGITS_MIN).enumerate() {
            let part: String = window.iter().collect();
            if self.numbers.iter().any(|number| number.digits.contains(&part)) {
                run[start..start + PART_DIGITS_MIN].iter().for_each(|place| letters[*place] = '*');
            }
        }
    }
}

/// Places of digits that stand in a row, whatever people write between digits of one number.
fn runs(letters: &[char]) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = vec![Vec::new()];
    for (place, letter) in letters.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if digit(*letter).is_some() => run.push(place),
            Some(run) if !run.is_empty() && !is_between(*letter) => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| run.len() >= PART_DIGITS_MIN);
    runs
}

fn is_between(letter: char) -> bool {
    matches!(letter, ' ' | '-' | '(' | ')' | '.' | '\u{200c}' | '\u{2010}'..='\u{2015}')
}

fn digit(letter: char) -> Option<char> {
    let zero = match letter {
        '0'..='9' => '0',
        '۰'..='۹' => '۰',
        '٠'..='٩' => '٠',
        _ => return None,
    };
    char::from_digit(u32::from(letter) - u32::from(zero), 10)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn masks() -> Masks {
        Masks::of_case(&json!({
            "citizen": { "nationalId": "0499370899", "mobile": "+989121234567", "name": "مریم" },
            "onBehalfOf": { "nationalId": null, "mobile": "+989351112233" },
        }))
    }

    #[test]
    fn numbers_are_masked_however_they_are_written() {
        for (clear, shown) in [
            (json!("+989121234567"), json!("+98912***4567")),
            (json!("09121234567"), json!("091212***4567")),
            (json!("0499370899"), json!("04******99")),
            (json!("۰۴۹۹۳۷۰۸۹۹"), json!("۰۴******۹۹")),
            (json!("0912 123-4567"), json!("0*** ***-****")),
            (json!("از ۰۹۱۲۱۲۳۴۵۶۷ تماس گرفت"), json!("از ۰********** تماس گرفت")),
            (json!("کد 0499370899."), json!("کد **********.")),
            (json!(499_370_899), json!("*********")),
            (json!("12345"), json!("*****")),
            (json!({ "09351112233": ["9351112233"] }), json!({ "093511***2233": ["**********"] })),
        ] {
            assert_eq!(masks().value(&clear), shown, "{clear}");
        }
    }

    #[test]
    fn what_is_no_personal_number_stays() {
        for value in [
            json!("مریم"),
            json!("1405/09/01"),
            json!(1_795_000_000),
            json!("PT2H"),
            json!(1234),
            json!(null),
            json!(true),
            json!("2026-11-21T09:30:00Z"),
            json!("98765"),
        ] {
            assert_eq!(masks().value(&value), value);
        }
        assert_eq!(Masks::default().value(&json!("0499370899")), json!("0499370899"));
    }

    #[test]
    fn numbers_that_came_sealed_are_masked_too() {
        let mut masks = Masks::default();
        masks.add_sealed(&json!({ "a": ["§1.x"], "b": "17" }), &json!({ "a": ["+989360001122"], "b": "17" }));
        assert_eq!(masks.value(&json!("09360001122")), json!("093600***1122"));
        assert_eq!(masks.value(&json!("17")), json!("17"));
    }
}
