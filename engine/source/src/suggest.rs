//! "Did you mean …?": the nearest of the names that would have been right.

/// Least likeness, from 0 to 1, of a name that is offered.
const LIKENESS_MIN: f64 = 0.75;

/// The candidate most like `name`, if one is near enough to be what was meant. Of equals the first.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lowered = name.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let likeness = likeness(&lowered, &candidate.to_lowercase());
        if likeness >= LIKENESS_MIN && best.is_none_or(|(found, _)| likeness > found) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Transposed letters count as one slip; in short words one slip is always near enough.
fn likeness(left: &str, right: &str) -> f64 {
    let slips = strsim::damerau_levenshtein(left, right);
    let length = left.chars().count().max(right.chars().count());
    if slips <= 1 && length >= 2 { 1.0 - 0.01 * slips as f64 } else { strsim::jaro_winkler(left, right) * 0.9 }
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let names = ["input", "output", "export", "timeout", "then", "if", "do"];
        for (name, expected) in [
            ("ouput", Some("output")),
            ("exprot", Some("export")),
            ("Input", Some("input")),
            ("timeuot", Some("timeout")),
            ("thn", Some("then")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(suggest(name, names), expected, "{name}");
        }
        assert_eq!(suggest("پایگاه", ["پایگاه‌داده", "شکایت"]), Some("پایگاه‌داده"));
    }
}
