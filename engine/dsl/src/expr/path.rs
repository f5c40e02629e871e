//! Reading, writing and removing what stands at a path, as jq does: through what is not there yet.
//!
//! Owns: what a step means on each kind of value, and what writing pays. The library updates a value by descending into it
//! with a filter; here the paths are listed first, so that `.a.b = 1` works on nothing at all, as in jq.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use jaq_core::{Error, Exn, ValX};
use jaq_json::{Map, Num, Val};

use super::value::{self, spend};
use super::{TICK_COST, VALUE_DEPTH_MAX};

/// Items of a shared list or mapping that are copied for one unit.
const COPIES_OF_UNIT: usize = 8;

/// Highest position that is written to.
const INDEX_MAX: usize = 1 << 29;

/// Each value at one of `paths`, in their order, becomes what `update` gives for it; where it gives nothing, the value is
/// removed at the end.
pub(super) fn update<'a>(
    mut root: Val,
    paths: &Val,
    fuel: &Cell<u64>,
    update: impl Fn(Val) -> Result<Option<Val>, Exn<'a, Val>>,
) -> ValX<'a, Val> {
    let mut removed = Vec::new();
    for path in items(paths).map_err(fault)? {
        let steps = items(path).map_err(fault)?;
        let old = get(&root, steps, fuel).map_err(fault)?;
        match update(old)? {
            Some(new) => root = put(root, steps, new, fuel).map_err(fault)?,
            None => removed.push(path.clone()),
        }
    }
    if removed.is_empty() { Ok(root) } else { delete(root, removed, fuel).map_err(fault) }
}

/// Puts `new` at each of `paths`.
pub(super) fn assign(mut root: Val, paths: &Val, new: &Val, fuel: &Cell<u64>) -> Result<Val, String> {
    for path in items(paths)? {
        root = put(root, items(path)?, new.clone(), fuel)?;
    }
    Ok(root)
}

/// Removes what stands at `paths`; all of them are meant as `root` was before.
pub(super) fn delete_all(root: Val, paths: &Val, fuel: &Cell<u64>) -> Result<Val, String> {
    let paths = items(paths).map_err(|_| "Paths must be specified as an array".to_owned())?;
    delete(root, paths.to_vec(), fuel)
}

fn fault<'a>(message: String) -> Exn<'a, Val> {
    Exn::from(Error::str(message))
}

fn items(value: &Val) -> Result<&[Val], String> {
    match value {
        Val::Arr(items) => Ok(items),
        _ => Err("Path must be specified as an array".to_owned()),
    }
}

pub(super) fn kind(value: &Val) -> &'static str {
    match value {
        Val::Null => "null",
        Val::Bool(_) => "boolean",
        Val::Num(_) => "number",
        Val::TStr(_) | Val::BStr(_) => "string",
        Val::Arr(_) => "array",
        Val::Obj(_) => "object",
    }
}

fn get(root: &Val, steps: &[Val], fuel: &Cell<u64>) -> Result<Val, String> {
    let Some((step, rest)) = steps.split_first() else { return Ok(root.clone()) };
    spend(fuel, TICK_COST)?;
    match (root, step) {
        (Val::Null, Val::TStr(_) | Val::BStr(_) | Val::Num(_) | Val::Obj(_)) => Ok(Val::Null),
        (Val::Obj(members), Val::TStr(_) | Val::BStr(_)) => {
            members.get(step).map_or(Ok(Val::Null), |inner| get(inner, rest, fuel))
        }
        (Val::Arr(items), Val::Num(number)) => {
            let inner = index(number).and_then(|index| from_end(index, items.len())).and_then(|index| items.get(index));
            inner.map_or(Ok(Val::Null), |inner| get(inner, rest, fuel))
        }
        (Val::Arr(items), Val::Obj(slice)) => {
            let range = range(slice, items.len())?;
            get(&items[range].iter().cloned().collect(), rest, fuel)
        }
        _ => Err(format!("cannot index {root} with {step}")),
    }
}

/// The value with `new` at `steps`; what is not there on the way is made.
fn put(root: Val, steps: &[Val], new: Val, fuel: &Cell<u64>) -> Result<Val, String> {
    if steps.len() > VALUE_DEPTH_MAX {
        return Err(format!("the path is longer than {VALUE_DEPTH_MAX} steps"));
    }
    // The depth of the whole is that of the path and of what is put at its end.
    value::charge_below(&new, fuel, steps.len())?;
    put_at(root, steps, new, fuel)
}

fn put_at(root: Val, steps: &[Val], new: Val, fuel: &Cell<u64>) -> Result<Val, String> {
    let Some((step, rest)) = steps.split_first() else { return Ok(new) };
    spend(fuel, TICK_COST)?;
    match (root, step) {
        (root @ (Val::Null | Val::Obj(_)), Val::TStr(_) | Val::BStr(_)) => {
            let mut members = match root {
                Val::Obj(members) => members,
                _ => Arc::new(Map::default()),
            };
            let place = owned_members(&mut members, fuel)?.entry(step.clone()).or_insert(Val::Null);
            *place = put_at(std::mem::take(place), rest, new, fuel)?;
            Ok(Val::Obj(members))
        }
        (root @ (Val::Null | Val::Arr(_)), Val::Num(number)) => {
            let mut items = list(root);
            let index = index(number).ok_or("Cannot set array element at NaN index")?;
            let index = from_end(index, items.len()).ok_or("Out of bounds negative array index")?;
            if index >= INDEX_MAX {
                return Err("Array index too large".to_owned());
            }
            let added = (index + 1).saturating_sub(items.len());
            spend(fuel, added as u64)?;
            let items_ = owned_items(&mut items, fuel)?;
            items_.resize(items_.len() + added, Val::Null);
            items_[index] = put_at(std::mem::take(&mut items_[index]), rest, new, fuel)?;
            Ok(Val::Arr(items))
        }
        (root @ (Val::Null | Val::Arr(_)), Val::Obj(slice)) => {
            let mut items = list(root);
            let range = range(slice, items.len())?;
            let old = if items.is_empty() { Val::Null } else { items[range.clone()].iter().cloned().collect() };
            let Val::Arr(inserted) = put_at(old, rest, new, fuel)? else {
                return Err("A slice of an array can only be assigned another array".to_owned());
            };
            spend(fuel, (inserted.len() + items.len()) as u64)?;
            owned_items(&mut items, fuel)?.splice(range, inserted.iter().cloned());
            Ok(Val::Arr(items))
        }
        (Val::TStr(_) | Val::BStr(_), Val::Obj(_)) => Err("Cannot update string slices".to_owned()),
        (Val::Arr(_), Val::Arr(_)) => Err("Cannot update field at array index of array".to_owned()),
        (root, step) => Err(format!("cannot index {root} with {step}")),
    }
}

fn list(value: Val) -> Arc<Vec<Val>> {
    match value {
        Val::Arr(items) => items,
        _ => Arc::default(),
    }
}

/// A list to write into; where others hold it too, the copy is paid for.
fn owned_items<'v>(items: &'v mut Arc<Vec<Val>>, fuel: &Cell<u64>) -> Result<&'v mut Vec<Val>, String> {
    if Arc::get_mut(items).is_none() {
        spend(fuel, 1 + (items.len() / COPIES_OF_UNIT) as u64)?;
    }
    Ok(Arc::make_mut(items))
}

fn owned_members<'v>(members: &'v mut Arc<Map>, fuel: &Cell<u64>) -> Result<&'v mut Map, String> {
    if Arc::get_mut(members).is_none() {
        spend(fuel, 1 + (members.len() / COPIES_OF_UNIT) as u64)?;
    }
    Ok(Arc::make_mut(members))
}

fn delete(root: Val, mut paths: Vec<Val>, fuel: &Cell<u64>) -> Result<Val, String> {
    paths.sort();
    let mut steps = Vec::with_capacity(paths.len());
    for path in &paths {
        let path = items(path)?;
        if path.len() > VALUE_DEPTH_MAX {
            return Err(format!("the path is longer than {VALUE_DEPTH_MAX} steps"));
        }
        steps.push(path);
    }
    match steps.first() {
        None => Ok(root),
        Some([]) => Ok(Val::Null),
        Some(_) => delete_sorted(root, &steps, fuel),
    }
}

/// Removes what stands at sorted paths of at least one step.
fn delete_sorted(mut root: Val, paths: &[&[Val]], fuel: &Cell<u64>) -> Result<Val, String> {
    let mut here = Vec::new();
    for group in paths.chunk_by(|left, right| left[0] == right[0]) {
        spend(fuel, TICK_COST * group.len() as u64)?;
        let step = &group[0][..1];
        if group[0].len() == 1 {
            here.push(&step[0]);
            continue;
        }
        let inner = get(&root, step, fuel)?;
        if !matches!(inner, Val::Null) {
            let rest: Vec<&[Val]> = group.iter().map(|path| &path[1..]).collect();
            let inner = delete_sorted(inner, &rest, fuel)?;
            root = put_at(root, step, inner, fuel)?;
        }
    }
    if here.is_empty() { Ok(root) } else { delete_members(root, &here, fuel) }
}

fn delete_members(root: Val, steps: &[&Val], fuel: &Cell<u64>) -> Result<Val, String> {
    match root {
        Val::Null => Ok(Val::Null),
        Val::Obj(mut members) => {
            spend(fuel, members.len() as u64)?;
            if let Some(step) = steps.iter().find(|step| !matches!(step, Val::TStr(_) | Val::BStr(_))) {
                return Err(format!("Cannot delete {} of an object", kind(step)));
            }
            owned_members(&mut members, fuel)?.retain(|name, _| steps.binary_search(&name).is_err());
            Ok(Val::Obj(members))
        }
        Val::Arr(items) => {
            spend(fuel, items.len() as u64)?;
            let mut kept = vec![true; items.len()];
            for step in steps {
                let removed = match step {
                    Val::Num(number) => {
                        index(number).and_then(|index| from_end(index, items.len())).map(|index| index..index + 1)
                    }
                    Val::Obj(slice) => Some(range(slice, items.len())?),
                    step => return Err(format!("Cannot delete {} of an array", kind(step))),
                };
                let removed = removed.unwrap_or_default();
                spend(fuel, (removed.len() / COPIES_OF_UNIT) as u64)?;
                kept.get_mut(removed).into_iter().flatten().for_each(|kept| *kept = false);
            }
            Ok(items.iter().zip(kept).filter(|(_, kept)| *kept).map(|(item, _)| item.clone()).collect())
        }
        other => Err(format!("Cannot delete fields from {}", kind(&other))),
    }
}

/// The position that a number means: fractions are cut off. None for what is no number.
fn index(number: &Num) -> Option<i64> {
    let float = match number {
        Num::Int(integer) => return Some(*integer as i64),
        other => float(other),
    };
    (!float.is_nan()).then_some(float.floor() as i64)
}

/// A number rounded to a whole one; anything else, and what is no number, as it is.
pub(super) fn whole(value: &Val, round: fn(f64) -> f64) -> Val {
    match value {
        Val::Num(number @ (Num::Float(_) | Num::Dec(_))) if !float(number).is_nan() => {
            Val::from(round(float(number)) as isize)
        }
        other => other.clone(),
    }
}

/// A bound of a slice: rounded, and open where it is no number.
pub(super) fn bound(value: &Val, round: fn(f64) -> f64) -> Val {
    match value {
        Val::Num(number) if float(number).is_nan() => Val::Null,
        other => whole(other, round),
    }
}

pub(super) fn float(number: &Num) -> f64 {
    match number {
        Num::Int(integer) => *integer as f64,
        Num::Float(float) => *float,
        other => other.to_string().parse().unwrap_or(f64::NAN),
    }
}

/// A position counted from the end where it is negative; none before the first item.
fn from_end(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 { index.checked_add(i64::try_from(len).ok()?)? } else { index };
    usize::try_from(index).ok()
}

/// The items that `{start, end}` means in a list of `len`.
fn range(slice: &Map, len: usize) -> Result<Range<usize>, String> {
    let bound = |name: &'static str, open: usize, round: fn(f64) -> f64| match slice.get(&Val::from(name.to_owned())) {
        None | Some(Val::Null) => Ok(open),
        Some(Val::Num(number)) => Ok(match round(float(number)) {
            bound if bound.is_nan() => open,
            bound if bound < 0.0 => (bound + len as f64).max(0.0) as usize,
            bound => (bound.min(len as f64)) as usize,
        }),
        Some(_) => Err("Start and end indices of an array slice must be numbers".to_owned()),
    };
    let (start, end) = (bound("start", 0, f64::floor)?, bound("end", len, f64::ceil)?);
    Ok(start..end.max(start))
}
