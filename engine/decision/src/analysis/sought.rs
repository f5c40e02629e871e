//! Which of many texts stand in a text, without trying each of them.

use std::collections::BTreeMap;

/// Texts that are sought, with what each stands for.
#[derive(Debug, Clone, Default)]
pub(super) struct Sought {
    /// In order, each once.
    texts: Vec<(String, Vec<u32>)>,
    /// For each the longest other one that it begins with.
    shorter: Vec<Option<usize>>,
}

impl Sought {
    pub fn new<'t>(texts: impl IntoIterator<Item = (&'t str, u32)>) -> Self {
        let mut sorted: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (text, meaning) in texts {
            sorted.entry(text).or_default().push(meaning);
        }
        let texts: Vec<(String, Vec<u32>)> = sorted.into_iter().map(|(text, all)| (text.to_owned(), all)).collect();
        let mut shorter: Vec<Option<usize>> = Vec::with_capacity(texts.len());
        for (at, (text, _)) in texts.iter().enumerate() {
            // Whatever a text begins with stands before it, and the one just before begins with it too.
            let mut before = at.checked_sub(1);
            while let Some(candidate) = before.filter(|candidate| !text.starts_with(&texts[*candidate].0)) {
                before = shorter[candidate];
            }
            shorter.push(before);
        }
        Self { texts, shorter }
    }

    /// What stands for the texts that the text has somewhere, in no order, some of it more than once.
    pub fn in_text(&self, text: &str, found: &mut Vec<u32>) {
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        for rest in starts.map(|at| &text[at..]) {
            let behind = self.texts.partition_point(|(sought, _)| sought.as_str() <= rest);
            let mut at = behind.checked_sub(1);
            while let Some(candidate) = at {
                let (sought, meanings) = &self.texts[candidate];
                if rest.starts_with(sought) {
                    found.extend(meanings);
                }
                at = self.shorter[candidate];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts of three letters at most, sought in all texts of five.
    #[test]
    fn it_finds_just_what_stands_there() {
        let texts = |longest: usize| {
            let mut all = vec![String::new()];
            let mut from = 0;
            for _ in 0..longest {
                let until = all.len();
                for at in from..until {
                    for letter in ['a', 'ب'] {
                        let longer = format!("{}{letter}", all[at]);
                        all.push(longer);
                    }
                }
                from = until;
            }
            all
        };
        let every_third: Vec<String> = texts(3).into_iter().step_by(3).collect();
        for listed in [texts(3), every_third] {
            let sought = Sought::new(listed.iter().zip(0..).map(|(text, at)| (text.as_str(), at)));
            for text in texts(5) {
                let mut found = Vec::new();
                sought.in_text(&text, &mut found);
                found.sort_unstable();
                found.dedup();
                let expected: Vec<u32> =
                    listed.iter().zip(0..).filter(|(one, _)| text.contains(one.as_str())).map(|(_, at)| at).collect();
                assert_eq!(found, expected, "{text}");
            }
        }
    }
}
