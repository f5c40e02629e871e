//! Texts and lists: which classes there are, and how an example of one is written.
//!
//! A filler, a letter that no cell names, parts the fragments of a text. So nothing that a cell asks for can arise where
//! two fragments meet, and a fragment between fillers has only what it must have.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    dimension::{Atom, Base, Fragment, Made},
    effort::Effort,
    leaves::{Held, Leaves},
};
use crate::{cell::Cell, model::Table, normalise::words, value_type::ValueType};

/// Words that read well where a text has to be something else than all that cells name.
const ELSE: &[&str] = &["other", "else", "unknown", "x", "zz"];
/// Letters to try as the filler, before rarer ones: small letters stay what they are in a search key.
const FILLERS: &[char] = &['x', 'z', 'q', 'j', 'w', 'ژ', 'ظ', 'ث', '-', '_', '|', '#', '~'];
const RARE_FILLERS: std::ops::Range<u32> = 0x4e00..0x5e00;
/// What may stand between two words of a fragment.
const BETWEEN_WORDS: &[&str] = &[" ", "، ", ", ", "-", "/", ". "];

/// The classes of a `string` or a `text` without declared values.
pub(super) fn text(table: &Table, at: usize, leaves: &Leaves, effort: &Effort<'_>) -> Made {
    let keyed = table.inputs[at].value_type == ValueType::Text;
    let Some(filler) = filler(table, leaves, keyed) else {
        return Made::blank(Base::Value("x".into()));
    };
    let mut made = Made { atoms: Vec::new(), fragments: Vec::new(), filler, opaque: false };
    let mut starts = BTreeSet::from([""]);
    for leaf in &leaves.list {
        match leaf {
            Cell::Equals(text) | Cell::KeyEquals(text) => {
                // A key that is no key of itself would stand for another text.
                if keyed && (table.search_key)(text) != *text {
                    return Made::blank(Base::Value("x".into()));
                }
                let value = Value::from(text.as_str());
                let holds = leaves.true_for(table, at, &value, effort);
                made.atoms.push(Atom { base: Base::Value(value), holds });
            }
            Cell::Prefix(start) | Cell::KeyPrefix(start) => {
                starts.insert(start);
            }
            _ => {}
        }
    }
    for start in starts {
        let holds = leaves.true_for(table, at, &format!("{start}{filler}").into(), effort);
        made.atoms.push(Atom { base: Base::Begins(start.to_owned()), holds });
    }
    made.fragments = leaves.list.iter().filter_map(|leaf| fragment(table, at, leaves, leaf, filler, effort)).collect();
    made.atoms = distinct(made.atoms);
    made
}

/// The classes of a list: any choice of members, each the plainest one for which some leaf holds.
pub(super) fn list(table: &Table, at: usize, leaves: &Leaves, effort: &Effort<'_>) -> Made {
    let input = &table.inputs[at];
    let Some(filler) = filler(table, leaves, false) else {
        return Made::blank(Base::List);
    };
    let members: Vec<String> = if input.values.is_empty() {
        let member = |leaf: &Cell| match leaf {
            Cell::Equals(text) => Some(text.clone()),
            Cell::Prefix(text) => Some(format!("{text}{filler}")),
            Cell::Contains(text) => Some(format!("{filler}{text}{filler}")),
            _ => None,
        };
        leaves.list.iter().filter_map(member).collect()
    } else {
        input.values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut fragments: Vec<(String, Held)> = Vec::new();
    let mut seen = BTreeSet::new();
    for member in members {
        let holds = leaves.true_for(table, at, &Value::from(vec![member.as_str()]), effort);
        if !holds.is_empty() && seen.insert(holds.clone()) {
            fragments.push((member, holds));
        }
    }
    let atoms = vec![Atom { base: Base::List, holds: Held::new() }];
    Made { atoms, fragments, filler, opaque: false }
}

/// Atoms that no cell tells apart are one; open ones stay, since fragments are told by them only.
fn distinct(mut atoms: Vec<Atom>) -> Vec<Atom> {
    let mut seen = BTreeSet::new();
    atoms.retain(|atom| atom.base.is_open() || seen.insert(atom.holds.clone()));
    atoms
}

/// What has to be in a text for a leaf to hold, and which others hold then for certain.
fn fragment(
    table: &Table,
    at: usize,
    leaves: &Leaves,
    leaf: &Cell,
    filler: char,
    effort: &Effort<'_>,
) -> Option<(String, Held)> {
    let holds_of = |text: &str| leaves.true_for(table, at, &format!("{filler}{text}{filler}").into(), effort);
    match leaf {
        Cell::Contains(text) | Cell::KeyContains(text) => Some((text.clone(), holds_of(text))),
        Cell::KeyWords(spaced) => {
            let follows = |other: &Cell| match other {
                Cell::KeyWords(_) => true,
                // Between words there may be anything, so only what lies within one word follows.
                Cell::KeyContains(other) => other.chars().all(char::is_alphanumeric),
                _ => false,
            };
            let mut holds = leaves.within(spaced);
            holds.retain(|other| follows(&leaves.list[*other as usize]));
            let written = BETWEEN_WORDS.iter().map(|between| format!(" {} ", spaced.trim().replace(' ', between)));
            let plainest = written.clone().find(|text| holds_of(text) == holds);
            Some((plainest.or_else(|| written.into_iter().next())?, holds))
        }
        _ => None,
    }
}

/// A letter that stands in no cell of the input, and that is its own search key.
fn filler(table: &Table, leaves: &Leaves, keyed: bool) -> Option<char> {
    let used: BTreeSet<char> = leaves.list.iter().flat_map(letters).collect();
    let rare = RARE_FILLERS.filter_map(char::from_u32);
    let stays = |letter: char| {
        let text = letter.to_string();
        !keyed || letter.is_alphanumeric() && (table.search_key)(&text) == text && words(&text).trim() == text
    };
    FILLERS.iter().copied().chain(rare).find(|letter| !used.contains(letter) && stays(*letter))
}

fn letters(leaf: &Cell) -> impl Iterator<Item = char> {
    let text = match leaf {
        Cell::Equals(text) | Cell::KeyEquals(text) | Cell::Prefix(text) | Cell::KeyPrefix(text) => text,
        Cell::Contains(text) | Cell::KeyContains(text) | Cell::KeyWords(text) => text,
        _ => "",
    };
    text.chars()
}

/// Texts that begin so and have these fragments: the readable ones first, at the end the one that always fits.
pub(super) fn spellings(start: &str, fragments: &[&Fragment], filler: char) -> Vec<Value> {
    let written: Vec<&str> = fragments.iter().map(|fragment| fragment.written.as_str()).collect();
    let mut texts: Vec<String> = Vec::new();
    if written.is_empty() {
        texts.extend(ELSE.iter().map(|word| format!("{start}{word}")));
    } else {
        let parts: Vec<&str> = written.iter().map(|part| part.trim()).collect();
        texts.push(format!("{start}{}", parts.join(" ")));
        texts.push(format!("{start} {}", parts.join(" ")));
    }
    let mut safe = format!("{start}{filler}");
    for part in written {
        safe.push_str(part);
        safe.push(filler);
    }
    texts.push(safe);
    texts.into_iter().map(Value::from).collect()
}
