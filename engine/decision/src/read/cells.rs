//! Reading one cell: the words of the grammar, each checked against the type of its input.

use peygir_source::{Node, Value};

use super::fields::Reader;
use crate::{
    cell::{Cell, Comparison, Number},
    complaint,
    limits::{ALTERNATIVES_MAX, CELL_DEPTH_MAX},
    model::Input,
    normalise::{SearchKey, spellings, words},
    value_type::ValueType,
};

/// Words that stand as the only key of a mapping.
const WORDS: &[&str] = &["prefix", "contains", "words", "not", "present", "rhai"];

/// What stands between the members of a list where people write one; in a cell only the list itself has members.
const SEPARATORS: [char; 6] = ['،', ',', '؛', ';', '|', '/'];
/// Words that do the same: dashes, and "or" with either letter that is typed for its first.
const BETWEEN: [&str; 5] = ["-", "–", "—", "یا", "يا"];

/// What a cell is read against.
pub(super) struct Column<'a> {
    pub input: &'a Input,
    pub inputs: &'a [Input],
    pub search_key: SearchKey,
}

impl Column<'_> {
    fn is_text(&self) -> bool {
        self.input.value_type == ValueType::Text
    }

    fn has_letters(&self) -> bool {
        matches!(self.input.value_type, ValueType::String | ValueType::Text | ValueType::List)
    }

    pub fn read(&self, reader: &mut Reader, node: &Node) -> Option<Cell> {
        if node.as_str() == Some("any") {
            return Some(Cell::Any);
        }
        let cell = self.cell(reader, node, 0)?;
        if let Some(text) = whole_text(node).filter(|_| self.is_text()) {
            reader.push(complaint::whole_text(node.span, &self.input.name, text));
        }
        Some(cell)
    }

    fn cell(&self, reader: &mut Reader, node: &Node, depth: usize) -> Option<Cell> {
        if depth > CELL_DEPTH_MAX {
            reader.push(complaint::bad_cell(node.span, "it is nested too deeply", "بیش از حد تودرتوست"));
            return None;
        }
        match &node.value {
            Value::Sequence(items) => self.one_of(reader, node, items, depth),
            Value::Mapping(_) => self.word(reader, node, depth),
            _ => self.literal(reader, node),
        }
    }

    fn one_of(&self, reader: &mut Reader, node: &Node, items: &[Node], depth: usize) -> Option<Cell> {
        if items.is_empty() {
            reader.push(complaint::bad_cell(
                node.span,
                "the list is empty, so it never holds",
                "فهرست خالی است و هرگز برقرار نمی‌شود",
            ));
            return None;
        }
        if items.len() > ALTERNATIVES_MAX {
            reader.push(complaint::too_many(node.span, "alternatives", ALTERNATIVES_MAX));
            return None;
        }
        // Every item is read, so that all its errors are told.
        let cells: Vec<Option<Cell>> = items.iter().map(|item| self.cell(reader, item, depth + 1)).collect();
        cells.into_iter().collect::<Option<Vec<Cell>>>().map(Cell::OneOf)
    }

    /// A literal, which must be one that the input can have.
    fn literal(&self, reader: &mut Reader, node: &Node) -> Option<Cell> {
        let cell = self.typed_literal(reader, node)?;
        let asked = match &cell {
            Cell::Equals(text) => Some(text.as_str().into()),
            Cell::Boolean(flag) => Some((*flag).into()),
            Cell::Compare(Comparison::Equal, number) => number.to_value(),
            _ => None,
        };
        if let Some(asked) = asked.filter(|asked| self.input.domain().passed(asked).is_some()) {
            let shown = asked.as_str().map_or_else(|| asked.to_string(), str::to_owned);
            let known = self.input.values.iter().filter_map(serde_json::Value::as_str);
            reader.push(complaint::outside_domain(node.span, &self.input.name, &shown, known));
        }
        Some(cell)
    }

    fn typed_literal(&self, reader: &mut Reader, node: &Node) -> Option<Cell> {
        let cell = match (&node.value, self.input.value_type) {
            (Value::String(text), ValueType::String | ValueType::List) => Some(Cell::Equals(text.clone())),
            (Value::String(text), ValueType::Text) => {
                return self.key(reader, node, text, Cell::KeyEquals);
            }
            (Value::Bool(flag), ValueType::Boolean) => Some(Cell::Boolean(*flag)),
            (Value::Number(number), ValueType::Integer | ValueType::Number) => {
                let number = serde_json::Value::Number(number.clone());
                let fits = self.input.value_type.holds(&number);
                Number::of(&number).filter(|_| fits).map(|number| Cell::Compare(Comparison::Equal, number))
            }
            (Value::String(text), ValueType::Integer | ValueType::Number) if Number::parse(text).is_none() => {
                return comparison(reader, node, text);
            }
            _ => None,
        };
        if cell.is_none() {
            reader.push(complaint::wrong_type(node, &self.input.name, self.input.value_type));
        }
        cell
    }

    fn word(&self, reader: &mut Reader, node: &Node, depth: usize) -> Option<Cell> {
        let entries = reader.members(node, "the cell", WORDS);
        let [entry] = entries else {
            let reason = "a mapping here has one of prefix, contains, words, not, present, rhai";
            reader.push(complaint::bad_cell(
                node.span,
                reason,
                "باید یکی از prefix، contains، words، not، present و rhai باشد",
            ));
            return None;
        };
        match entry.key.as_str() {
            "not" => self.cell(reader, &entry.node, depth + 1).map(|cell| Cell::Not(Box::new(cell))),
            "present" => present(reader, &entry.node),
            "rhai" => self.expression(reader, &entry.node),
            "prefix" => self.letters(reader, &entry.node, "prefix", Cell::Prefix, Cell::KeyPrefix),
            "contains" => self.letters(reader, &entry.node, "contains", Cell::Contains, Cell::KeyContains),
            "words" if self.is_text() => {
                self.letters(reader, &entry.node, "words", Cell::Contains, |key| Cell::KeyWords(words(&key)))
            }
            "words" => {
                reader.push(complaint::bad_cell(
                    entry.key_span,
                    "words is for inputs of type text",
                    "words برای ورودی از نوع text است",
                ));
                None
            }
            _ => None,
        }
    }

    /// A text or a list of texts under a word; a list holds where one of them does.
    fn letters(
        &self,
        reader: &mut Reader,
        node: &Node,
        word: &str,
        plain: fn(String) -> Cell,
        keyed: fn(String) -> Cell,
    ) -> Option<Cell> {
        if !self.has_letters() {
            let reason = format!("{word} is for inputs of type string, text or list");
            reader.push(complaint::bad_cell(
                node.span,
                &reason,
                &format!("{word} برای ورودی از نوع string، text یا list است"),
            ));
            return None;
        }
        if let Some(items) = node.items() {
            if items.is_empty() || items.len() > ALTERNATIVES_MAX {
                reader.push(complaint::too_many_or_none(node.span, word, ALTERNATIVES_MAX));
                return None;
            }
            let cells: Vec<Option<Cell>> =
                items.iter().map(|item| self.one_letters(reader, item, word, plain, keyed)).collect();
            return cells.into_iter().collect::<Option<Vec<Cell>>>().map(Cell::OneOf);
        }
        self.one_letters(reader, node, word, plain, keyed)
    }

    fn one_letters(
        &self,
        reader: &mut Reader,
        node: &Node,
        word: &str,
        plain: fn(String) -> Cell,
        keyed: fn(String) -> Cell,
    ) -> Option<Cell> {
        match node.as_str() {
            Some(text) if self.is_text() => {
                let cell = self.key(reader, node, text, keyed);
                if word == "contains" && is_one_letter(&(self.search_key)(text)) {
                    reader.push(complaint::one_letter(node.span, text));
                }
                cell
            }
            Some(text) if !text.is_empty() => Some(plain(text.to_owned())),
            _ => {
                reader.push(complaint::shape(node.span, word, "a text or a list of texts", "متن یا فهرستی از متن‌ها"));
                None
            }
        }
    }

    /// A cell over the search key, in each spelling that joins its words; a text of which nothing is left would hold
    /// everywhere.
    fn key(&self, reader: &mut Reader, node: &Node, text: &str, cell: fn(String) -> Cell) -> Option<Cell> {
        let key = (self.search_key)(text);
        if words(&key).trim().is_empty() {
            reader.push(complaint::bad_cell(
                node.span,
                "no letter or digit is left to compare",
                "حرف یا رقمی برای سنجش نمی‌ماند",
            ));
            return None;
        }
        if is_listed(text) {
            reader.push(complaint::one_phrase(node.span, text));
        }
        let mut cells: Vec<Cell> = spellings(&key).into_iter().map(cell).collect();
        // One spelling is a cell by itself, and no list of one.
        if cells.len() == 1 { cells.pop() } else { Some(Cell::OneOf(cells)) }
    }

    fn expression(&self, reader: &mut Reader, node: &Node) -> Option<Cell> {
        let Some(source) = node.as_str() else {
            reader.push(complaint::shape(node.span, "rhai", "an expression as text", "یک عبارت متنی"));
            return None;
        };
        let names: Vec<&str> = self.inputs.iter().map(|input| input.name.as_str()).collect();
        match peygir_script::Cell::compile(source, &names) {
            Ok(cell) => Some(Cell::Expression(cell)),
            Err(findings) => {
                findings.iter().for_each(|inner| reader.push(complaint::bad_expression(node.span, inner)));
                None
            }
        }
    }
}

/// A text that the cell asks to be all that there is, where it has one.
fn whole_text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => Some(text),
        Value::Sequence(items) => items.iter().find_map(whole_text),
        Value::Mapping(_) => node.get("not").and_then(whole_text),
        _ => None,
    }
}

/// Whether hardly a text is without it; a digit may be sought alone.
fn is_one_letter(key: &str) -> bool {
    let mut letters = key.trim().chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

/// Whether a text reads like several: they stand apart by a comma of any writing or a stroke, other than one within a number, or
/// by a dash or an "or" that stands by itself.
fn is_listed(text: &str) -> bool {
    let plain = |word: &str| if BETWEEN.contains(&word) { ",".to_owned() } else { word.to_owned() };
    let text = text.split_whitespace().map(plain).collect::<Vec<_>>().join(" ");
    let mut parts = text.split(SEPARATORS).map(str::trim);
    let Some(mut before) = parts.next() else { return false };
    parts.any(|part| {
        let is_number = before.ends_with(char::is_numeric) && part.starts_with(char::is_numeric);
        !is_number && !std::mem::replace(&mut before, part).is_empty() && !part.is_empty()
    })
}

fn present(reader: &mut Reader, node: &Node) -> Option<Cell> {
    match node.value {
        Value::Bool(wanted) => Some(Cell::Present(wanted)),
        _ => {
            reader.push(complaint::shape(node.span, "present", "true or false", "true یا false"));
            None
        }
    }
}

/// `">= 3"` or `"1..5"` for a numeric input.
fn comparison(reader: &mut Reader, node: &Node, text: &str) -> Option<Cell> {
    let mut numbers = text.split("..").map(|part| part.trim().trim_start_matches(['<', '>', '=']));
    if !numbers.all(Number::is_kept) {
        let (en, fa) =
            ("a number in it has more digits than are kept", "عددی در آن بیش از رقم‌هایی دارد که نگه داشته می‌شود");
        reader.push(complaint::bad_cell(node.span, en, fa));
        return None;
    }
    let cell = match text.split_once("..") {
        Some((low, high)) => between(Number::parse(low), Number::parse(high)),
        None => {
            let signs = [
                (">=", Comparison::AtLeast),
                ("<=", Comparison::AtMost),
                (">", Comparison::Greater),
                ("<", Comparison::Less),
                ("=", Comparison::Equal),
            ];
            let found =
                signs.iter().find_map(|(sign, comparison)| Some((text.trim().strip_prefix(sign)?, *comparison)));
            found.and_then(|(rest, comparison)| Some(Cell::Compare(comparison, Number::parse(rest)?)))
        }
    };
    if cell.is_none() {
        let reason = "a comparison is written \">= 3\", \"< 10\" or \"1..5\" with the smaller end first";
        reader.push(complaint::bad_cell(node.span, reason, "مقایسه چنین نوشته می‌شود: \">= 3\"، \"< 10\" یا \"1..5\""));
    }
    cell
}

fn between(low: Option<Number>, high: Option<Number>) -> Option<Cell> {
    let (low, high) = (low?, high?);
    low.compare(high).is_le().then_some(Cell::Between(low, high))
}
