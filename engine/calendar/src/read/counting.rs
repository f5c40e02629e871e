//! What is counted, as far as the calendar says it.

use peygir_source::{Node, Value};

use super::fields::Reader;
use crate::sheet::{Spanned, WrittenCounting};
use crate::{DueAt, HalfDay, ReceiptDay};

const KEYS: [&str; 4] = ["receiptDay", "dueAt", "halfDay", "shortDay"];

pub(super) fn read(reader: &mut Reader, node: &Node) -> WrittenCounting {
    if reader.mapping(node, &KEYS).is_none() {
        return WrittenCounting::default();
    }
    let receipt_days = [("skip", ReceiptDay::Skip), ("count", ReceiptDay::Count)];
    let half_days = [("day", HalfDay::Day), ("half", HalfDay::Half)];
    WrittenCounting {
        receipt_day: choice(reader, node, "receiptDay", receipt_days),
        due_at: choice(reader, node, "dueAt", [("close", DueAt::Close), ("midnight", DueAt::Midnight)]),
        half_day: choice(reader, node, "halfDay", half_days),
        short_day_per_mille: node.get("shortDay").and_then(|share| per_mille(reader, share)),
    }
}

fn choice<T: Copy>(reader: &mut Reader, node: &Node, key: &str, choices: [(&str, T); 2]) -> Option<Spanned<T>> {
    let node = node.get(key)?;
    let chosen = choices.iter().find(|(name, _)| node.as_str() == Some(name));
    if chosen.is_none() {
        let [(first, _), (second, _)] = choices;
        reader.error(
            "PG-C023",
            node.span,
            format!("\"{key}\" is \"{first}\" or \"{second}\""),
            format!("مقدار {key} باید {first} یا {second} باشد"),
        );
    }
    chosen.map(|(_, value)| Spanned { value: *value, span: node.span })
}

/// A share from 0 to 1 of at most three decimals.
fn per_mille(reader: &mut Reader, node: &Node) -> Option<Spanned<u16>> {
    let share = match &node.value {
        Value::Number(number) => number.as_f64(),
        _ => None,
    };
    let thousandths = share.map(|share| share * 1000.0).filter(|n| (0.0..=1000.0).contains(n));
    // 0.57 * 1000 is not 570 to the last bit.
    let whole = thousandths.filter(|n| (n - n.round()).abs() < 1e-6);
    if whole.is_none() {
        reader.error(
            "PG-C023",
            node.span,
            "\"shortDay\" is a share of the day's hours from 0 to 1, such as 0.5, with at most three decimals",
            "مقدار shortDay سهمی از ساعت‌های روز از ۰ تا ۱ است، مانند 0.5، با حداکثر سه رقم اعشار",
        );
    }
    whole.map(|n| Spanned { value: n.round() as u16, span: node.span })
}
