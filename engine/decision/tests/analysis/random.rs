//! Random tables over small domains, and all that can be given to them.

use std::{collections::BTreeMap, fmt::Write};

use peygir_calendar::Jalali;
use serde_json::{Value, json};

/// A small generator of its own, so that a failure is found again by its number.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1405_1405);
        for _ in 0..4 {
            dice.below(2);
        }
        dice
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// An input, how it is declared, cells for it, and values that reach its edges.
struct Column {
    name: &'static str,
    declared: &'static str,
    cells: &'static [&'static str],
    values: fn() -> Vec<Value>,
}

const COLUMNS: &[Column] = &[
    Column {
        name: "s",
        declared: "{ type: string }",
        cells: &[
            "a",
            "ab",
            "[a, b]",
            "{ prefix: a }",
            "{ prefix: ab }",
            "{ prefix: [b, ab] }",
            "{ contains: b }",
            "{ contains: [ab, ba] }",
            "{ not: a }",
            "{ not: { prefix: a } }",
            "{ not: { contains: b } }",
            "{ present: true }",
            "{ present: false }",
            "[{ prefix: b }, { not: { contains: a } }]",
            "any",
        ],
        values: || letters(&["a", "b", "c"], 4),
    },
    Column {
        name: "t",
        declared: "{ type: text }",
        cells: &[
            "a",
            "{ words: a }",
            "{ words: [a, b] }",
            "{ words: a b }",
            "{ contains: a }",
            "{ contains: ab }",
            "{ contains: a b }",
            "{ prefix: a }",
            "{ prefix: b a }",
            "{ not: { words: a } }",
            "{ not: { contains: b } }",
            "{ present: false }",
            "[a b, { words: b }]",
        ],
        values: || letters(&["a", "b", " ", "c", "-"], 4),
    },
    Column {
        name: "n",
        declared: "{ type: integer }",
        cells: &[
            "3",
            "'> 2'",
            "'>= 4'",
            "'< 3'",
            "'<= 1'",
            "'2..4'",
            "['< 1', '> 4']",
            "{ not: '2..3' }",
            "{ present: true }",
        ],
        values: || (-1..8).map(Value::from).collect(),
    },
    Column {
        name: "m",
        declared: "{ type: integer, min: 1, max: 5, default: 2 }",
        cells: &["3", "'> 2'", "'>= 4'", "'< 3'", "'<= 1'", "'2..4'", "['< 2', '> 4']", "{ not: '2..3' }", "'> 5'"],
        values: || (1..6).map(Value::from).collect(),
    },
    Column {
        name: "f",
        declared: "{ type: number, min: 0 }",
        cells: &["1", "'> 0.5'", "'>= 1'", "'< 0.5'", "'0.5..1'", "'<= 1.5'", "{ not: '> 1' }", "'< 0'"],
        values: || {
            [json!(0), json!(0.25), json!(0.5), json!(0.75), json!(1), json!(1.0), json!(1.25), json!(1.5), json!(2)]
                .to_vec()
        },
    },
    Column {
        name: "b",
        declared: "{ type: boolean }",
        cells: &["true", "false", "{ not: true }", "{ present: true }"],
        values: || vec![json!(true), json!(false)],
    },
    Column {
        name: "d",
        declared: "{ type: boolean, default: false }",
        cells: &["true", "false", "{ not: true }"],
        values: || vec![json!(true), json!(false)],
    },
    Column {
        name: "e",
        declared: "{ type: string, values: [p, q, pq] }",
        cells: &[
            "p",
            "[p, q]",
            "{ prefix: p }",
            "{ not: q }",
            "{ contains: q }",
            "{ present: true }",
            "{ not: [p, q, pq] }",
        ],
        values: || vec![json!("p"), json!("q"), json!("pq")],
    },
    Column {
        name: "l",
        declared: "{ type: list }",
        cells: &[
            "a",
            "[a, b]",
            "{ prefix: a }",
            "{ contains: b }",
            "{ not: a }",
            "{ not: { prefix: a } }",
            "{ present: false }",
        ],
        values: || lists(&["a", "b", "ab", "c"]),
    },
    Column {
        name: "k",
        declared: "{ type: list, values: [a, ab] }",
        cells: &["a", "ab", "{ prefix: a }", "{ not: ab }", "{ contains: b }"],
        values: || lists(&["a", "ab"]),
    },
];

const EXPRESSION: &str = "{ rhai: 'true' }";
const LAST_DAY: usize = 7;

fn letters(alphabet: &[&str], longest: usize) -> Vec<Value> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let until = all.len();
        for at in from..until {
            let longer: Vec<String> = alphabet.iter().map(|letter| format!("{}{letter}", all[at])).collect();
            all.extend(longer);
        }
        from = until;
    }
    all.into_iter().map(Value::from).collect()
}

fn lists(members: &[&str]) -> Vec<Value> {
    (0..1 << members.len())
        .map(|chosen: usize| {
            let there = |(place, _): &(usize, &&str)| chosen >> place & 1 == 1;
            members.iter().enumerate().filter(there).map(|(_, member)| Value::from(*member)).collect()
        })
        .collect()
}

/// A table, an overlay for it now and then, and what can be given.
pub struct Sample {
    pub table: String,
    pub overlay: Option<String>,
    pub unexpected: bool,
    columns: Vec<&'static Column>,
}

impl Sample {
    pub fn new(dice: &mut Dice) -> Self {
        let mut columns: Vec<&Column> = Vec::new();
        let wanted = 1 + dice.below(3);
        while columns.len() < wanted {
            let column = dice.pick(COLUMNS);
            if columns.iter().all(|known| known.name != column.name) {
                columns.push(column);
            }
        }
        let hit = *dice.pick(&["first", "first", "unique", "collect", "priority"]);
        let unexpected = dice.one_in(2);
        let mut table = format!("kind: decision-table\nid: t\nversion: 1.0.0\nhit: {hit}\n");
        if dice.one_in(8) {
            let _ = writeln!(table, "effective: {{ {} }}", window(dice));
        }
        table.push_str("inputs:\n");
        for column in &columns {
            let _ = writeln!(table, "  {}: {}", column.name, column.declared);
        }
        table.push_str("outputs:\n  o: { type: integer, default: 0 }\nrules:\n");
        for rule in 0..1 + dice.below(6) {
            let _ = writeln!(table, "  - {}", rule_text(dice, &columns, hit, &format!("r{rule}")));
        }
        let flag = if unexpected { ", unexpected: true" } else { "" };
        let _ = writeln!(table, "  - {{ id: z, last: true{flag}, then: {{ o: 9 }} }}");
        let overlay = dice.one_in(2).then(|| overlay(dice, &columns, hit));
        Self { table, overlay, unexpected, columns }
    }

    /// Inputs and days, at most so many: all of them where there are no more.
    pub fn points(&self, dice: &mut Dice, most: usize) -> Vec<(BTreeMap<String, Value>, Jalali)> {
        let sides: Vec<Vec<Option<Value>>> =
            self.columns.iter().map(|column| (column.values)().into_iter().map(Some).chain([None]).collect()).collect();
        let all = sides.iter().map(Vec::len).product::<usize>() * LAST_DAY;
        (0..all.min(most))
            .map(|at| {
                let mut rest = if all <= most { at } else { dice.below(all) };
                let day = 1 + rest % LAST_DAY;
                rest /= LAST_DAY;
                let mut inputs = BTreeMap::new();
                for (column, side) in self.columns.iter().zip(&sides) {
                    if let Some(value) = &side[rest % side.len()] {
                        inputs.insert(column.name.to_owned(), value.clone());
                    }
                    rest /= side.len();
                }
                (inputs, Jalali::new(1405, 1, day as i64).unwrap())
            })
            .collect()
    }

    /// An input that takes texts, and one of its values.
    pub fn text(&self, dice: &mut Dice) -> Option<(String, String)> {
        let column = self.columns.iter().find(|column| ["s", "t", "e"].contains(&column.name))?;
        let values = (column.values)();
        let value = dice.pick(&values).as_str()?;
        Some((column.name.to_owned(), value.to_owned()))
    }

    /// The inputs that have to be there for a gap to count.
    pub fn closed(&self) -> Vec<&'static str> {
        let asked = |name: &str| self.table.contains(&format!(" {name}: ")) || self.overlay.is_some();
        let closed = self.columns.iter().filter(|column| ["m", "b", "d", "e"].contains(&column.name));
        closed.map(|column| column.name).filter(|name| asked(name)).collect()
    }
}

fn rule_text(dice: &mut Dice, columns: &[&Column], hit: &str, id: &str) -> String {
    let mut text = format!("{{ id: {id}, when: {{ {} }}, then: {{ o: {} }}", cells(dice, columns), dice.below(3));
    if hit == "priority" {
        let _ = write!(text, ", priority: {}", dice.below(3));
    }
    if dice.one_in(4) {
        let _ = write!(text, ", effective: {{ {} }}", window(dice));
    }
    text + " }"
}

fn cells(dice: &mut Dice, columns: &[&Column]) -> String {
    let mut cells = Vec::new();
    for column in columns {
        if !dice.one_in(3) {
            let cell = if dice.one_in(15) { EXPRESSION } else { dice.pick(column.cells) };
            cells.push(format!("{}: {cell}", column.name));
        }
    }
    cells.join(", ")
}

fn window(dice: &mut Dice) -> String {
    let from = 1 + dice.below(LAST_DAY);
    let until = from + dice.below(LAST_DAY + 1 - from);
    match dice.below(3) {
        0 => format!("from: 1405/01/0{from}"),
        1 => format!("until: 1405/01/0{until}"),
        _ => format!("from: 1405/01/0{from}, until: 1405/01/0{until}"),
    }
}

fn overlay(dice: &mut Dice, columns: &[&Column], hit: &str) -> String {
    let mut text =
        "kind: decision-table-overlay\nid: o\nextends: { id: t, version: '^1.0' }\nversion: 1.0.0\n".to_owned();
    if dice.one_in(3) {
        let _ = writeln!(text, "effective: {{ {} }}", window(dice));
    }
    let _ = writeln!(text, "insert:\n  - before: r0\n    rule: {}", rule_text(dice, columns, hit, "i0"));
    if dice.one_in(2) {
        let _ = writeln!(text, "  - after: r0\n    rule: {}", rule_text(dice, columns, hit, "i1"));
    }
    match dice.below(3) {
        0 => text.push_str("disable: [ r0 ]\n"),
        1 => {
            let _ = writeln!(text, "replace:\n  r0: {{ when: {{ {} }} }}", cells(dice, columns));
        }
        _ => {}
    }
    text
}
