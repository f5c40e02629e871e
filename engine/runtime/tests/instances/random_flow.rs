//! Flows by a seed: most kinds of tasks, some of which fault, wait or never end.

use serde_json::{Map, Value, json};

/// Deepest nesting of lists.
const DEPTH_MAX: u32 = 3;

/// Numbers that are the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// The flow `root`, and `child`, which it may run.
pub fn flows(dice: &mut Dice) -> Vec<String> {
    let mut names = 0;
    let tasks = list(dice, &mut names, 0);
    let root = document(dice, "root", tasks);
    let child = document(dice, "child", json!([{ "rest": { "wait": "PT2S" } }, { "last": { "set": { "n": 1 } } }]));
    vec![root, child]
}

fn document(dice: &mut Dice, name: &str, tasks: Value) -> String {
    let mut document = json!({
        "document": { "dsl": "1.0.3", "namespace": "test", "name": name, "version": "1.0.0" },
        "do": tasks,
    });
    if dice.below(4) == 0 {
        let note = json!({ "extend": "set", "before": [{ "early": { "wait": "PT1S" } }], "after": [{ "late": { "set": { "n": 0 } } }] });
        document["use"] = json!({ "extensions": [{ "note": note }] });
    }
    if dice.below(6) == 0 {
        document["timeout"] = json!({ "after": "PT9S" });
    }
    document.to_string()
}

fn list(dice: &mut Dice, names: &mut u32, depth: u32) -> Value {
    let count = 1 + dice.below(if depth == 0 { 6 } else { 3 });
    (0..count).map(|_| task(dice, names, depth)).collect()
}

fn task(dice: &mut Dice, names: &mut u32, depth: u32) -> Value {
    *names += 1;
    let name = format!("t{names}");
    let mut body = if depth < DEPTH_MAX && dice.below(2) == 0 { composite(dice, names, depth) } else { simple(dice) };
    if dice.below(10) == 0 {
        body["if"] = "${ false }".into();
    }
    Value::Object(Map::from_iter([(name, body)]))
}

fn simple(dice: &mut Dice) -> Value {
    let seconds = format!("PT{}S", 1 + dice.below(4));
    match dice.below(12) {
        0..=2 => json!({ "set": { "n": dice.below(9) } }),
        3 | 4 => json!({ "wait": seconds }),
        5 => json!({ "wait": "PT1H", "timeout": { "after": seconds } }),
        6 => json!({ "emit": { "event": { "with": { "source": "urn:t", "type": "t.said", "data": { "k": "v" } } } } }),
        7 | 8 => {
            let filter = json!({ "with": { "type": "t.said" }, "correlate": { "k": { "from": "${ .data.k }" } } });
            json!({ "listen": { "to": { "one": filter } }, "timeout": { "after": seconds } })
        }
        9 => json!({ "call": "ask", "with": { "echo": 1 } }),
        10 => json!({ "run": { "workflow": { "namespace": "test", "name": "child", "version": "1.0.0" } } }),
        _ => json!({ "raise": { "error": { "type": "https://example.ir/no", "status": 400 } } }),
    }
}

fn composite(dice: &mut Dice, names: &mut u32, depth: u32) -> Value {
    let mut inner = || list(dice, names, depth + 1);
    let (one, two) = (inner(), inner());
    match dice.below(6) {
        0 => json!({ "do": one }),
        1 => json!({ "for": { "each": "item", "in": "${ [1, 2] }" }, "do": one }),
        2 | 3 => {
            let retry = json!({ "delay": { "seconds": 1 }, "limit": { "attempt": { "count": 2 } } });
            json!({ "try": one, "catch": { "retry": retry, "do": two } })
        }
        _ => {
            let branches: Vec<Value> = [one, two]
                .into_iter()
                .map(|tasks| {
                    *names += 1;
                    json!({ format!("b{names}"): { "do": tasks } })
                })
                .collect();
            json!({ "fork": { "compete": dice.below(2) == 0, "branches": branches } })
        }
    }
}
