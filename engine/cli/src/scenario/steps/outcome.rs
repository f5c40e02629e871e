//! How a flow of the scenario ended, in the words of the official conformance kit and a few more.

use peygir_core::Instance;
use peygir_core::state::Status;
use serde_json::Value;

use super::{Arguments, Body, Step, Unmet};
use crate::scenario::flow::{Deployed, told};
use crate::scenario::scene::Scene;
use crate::scenario::values;

pub const STEPS: &[Step] = &[
    Step {
        en: &["the workflow should complete"],
        fa: &["گردش کار باید پایان یابد"],
        body: Body::None,
        run: |scene, _| output(scene).map(|_| ()),
    },
    Step {
        en: &["the workflow should complete with output:"],
        fa: &["گردش کار باید با این خروجی پایان یابد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let found = output(scene)?;
            same(&arguments.data()?, &found)
        },
    },
    Step {
        en: &["the workflow should fault"],
        fa: &["گردش کار باید با خطا پایان یابد"],
        body: Body::None,
        run: |scene, _| fault(scene).map(|_| ()),
    },
    Step {
        en: &["the workflow should fault with error:"],
        fa: &["گردش کار باید با این خطا پایان یابد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let found = fault(scene)?;
            has_members(&arguments.data()?, &found)
        },
    },
    Step {
        en: &["the workflow output should have properties {list}"],
        fa: &["خروجی گردش کار باید این ویژگی‌ها را داشته باشد: {list}"],
        body: Body::None,
        run: has_properties,
    },
    Step {
        en: &[
            "the workflow output should have a {quoted} property containing {number} items",
            "the workflow output should have a {quoted} property containing {number} item",
        ],
        fa: &["ویژگی {quoted} خروجی گردش کار باید {number} عضو داشته باشد"],
        body: Body::None,
        run: has_items,
    },
    Step {
        en: &["the workflow output should have a {quoted} property with value:"],
        fa: &["ویژگی {quoted} خروجی گردش کار باید این باشد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let output = output(scene)?;
            let found = property(&output, arguments.text("quoted"))?;
            same(&arguments.data()?, found)
        },
    },
    Step {
        en: &["the workflow should be waiting"],
        fa: &["گردش کار باید منتظر باشد"],
        body: Body::None,
        run: |scene, _| status(scene, Status::Active),
    },
    Step {
        en: &["the workflow should be suspended"],
        fa: &["گردش کار باید معلق باشد"],
        body: Body::None,
        run: |scene, _| status(scene, Status::Suspended),
    },
    Step {
        en: &["the workflow should be cancelled"],
        fa: &["گردش کار باید لغو شده باشد"],
        body: Body::None,
        run: |scene, _| status(scene, Status::Cancelled),
    },
    Step {
        en: &["the workflow should end at {instant}"],
        fa: &["گردش کار باید {instant} پایان یابد"],
        body: Body::None,
        run: ends_at,
    },
    Step {
        en: &["{number} instances of {flow} have been started", "{number} instance of {flow} has been started"],
        fa: &["{number} نمونه از {flow} آغاز شده است"],
        body: Body::None,
        run: started,
    },
    Step {
        en: &["instance {number} of {flow} should complete with output:"],
        fa: &["نمونهٔ {number} از {flow} باید با این خروجی پایان یابد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let instance = nth(scene, arguments)?;
            same(&arguments.data()?, &output_of(&instance)?)
        },
    },
    Step {
        en: &["instance {number} of {flow} should be {status}"],
        fa: &["نمونهٔ {number} از {flow} باید {status} باشد"],
        body: Body::None,
        run: |scene, arguments| {
            let instance = nth(scene, arguments)?;
            let found = named(instance.status);
            let expected = arguments.text("status");
            Unmet::unless(found == expected, expected, shown(&instance))
        },
    },
    Step {
        en: &["the definition should be refused with {code}"],
        fa: &["تعریف باید با {code} رد شود"],
        body: Body::None,
        run: refused,
    },
    Step {
        en: &["the definition should be warned of with {code}"],
        fa: &["تعریف باید هشدار {code} بگیرد"],
        body: Body::None,
        run: warned,
    },
];

fn named(status: Status) -> &'static str {
    match status {
        Status::Active => "waiting",
        Status::Suspended => "suspended",
        Status::Completed => "completed",
        Status::Faulted => "faulted",
        Status::Cancelled => "cancelled",
    }
}

/// How an instance stands, with what came out of it.
fn shown(instance: &Instance) -> String {
    let of_it = match (&instance.output, &instance.fault) {
        (_, Some(fault)) => format!(": {}", fault.to_value()),
        (Some(output), None) => format!(": {}", output.json()),
        (None, None) => String::new(),
    };
    format!("it is {}{of_it}", named(instance.status))
}

fn output(scene: &mut Scene<'_>) -> Result<Value, Unmet> {
    output_of(&scene.instance()?)
}

fn output_of(instance: &Instance) -> Result<Value, Unmet> {
    match (&instance.output, instance.status) {
        (Some(output), Status::Completed) => Ok(output.value().clone()),
        _ => Err(Unmet::new("it completes", shown(instance))),
    }
}

fn fault(scene: &mut Scene<'_>) -> Result<Value, Unmet> {
    let instance = scene.instance()?;
    match (&instance.fault, instance.status) {
        (Some(fault), Status::Faulted) => Ok(fault.to_value()),
        _ => Err(Unmet::new("it faults", shown(&instance))),
    }
}

fn status(scene: &mut Scene<'_>, expected: Status) -> Result<(), Unmet> {
    let instance = scene.instance()?;
    Unmet::unless(instance.status == expected, format!("it is {}", named(expected)), shown(&instance))
}

/// Numbers are one number however they are written.
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| equal(value, other)))
        }
        (left, right) => left == right,
    }
}

pub fn same(expected: &Value, found: &Value) -> Result<(), Unmet> {
    Unmet::unless(equal(expected, found), expected.to_string(), found.to_string())
}

/// Every member that is expected is there with its value; others may be there too.
fn has_members(expected: &Value, found: &Value) -> Result<(), Unmet> {
    let Some(members) = expected.as_object() else { return same(expected, found) };
    let holds = members.iter().all(|(name, value)| found.get(name).is_some_and(|other| equal(value, other)));
    Unmet::unless(holds, expected.to_string(), found.to_string())
}

/// `content.id`: names of members, one below the other.
fn property<'v>(value: &'v Value, path: &str) -> Result<&'v Value, Unmet> {
    let found = path.split('.').try_fold(value, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    });
    found.ok_or_else(|| Unmet::new(format!("there is a property {path}"), value.to_string()))
}

fn has_properties(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let output = output(scene)?;
    for path in arguments.text("list").split(',').map(|part| part.trim().trim_matches('\'')) {
        property(&output, path)?;
    }
    Ok(())
}

fn has_items(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let output = output(scene)?;
    let found = property(&output, arguments.text("quoted"))?;
    let count = found.as_array().map_or(0, Vec::len);
    Unmet::unless(
        count as u64 == u64::from(arguments.number()),
        format!("{} items", arguments.number()),
        found.to_string(),
    )
}

fn ends_at(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let zone = scene.zone();
    let instance = scene.instance()?;
    let expected = values::instant(arguments.text("instant"), &zone);
    let told = |at: Option<peygir_core::Moment>| at.map_or_else(|| shown(&instance), |at| values::shown(at, &zone));
    Unmet::unless(expected == instance.ended_at, told(expected), told(instance.ended_at))
}

fn started(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let found = scene.instances_of(arguments.text("flow"))?.len();
    Unmet::unless(
        found as u64 == u64::from(arguments.number()),
        format!("{} instances", arguments.number()),
        format!("{found} instances"),
    )
}

fn nth(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<Instance, Unmet> {
    let all = scene.instances_of(arguments.text("flow"))?;
    let number = arguments.number() as usize;
    let found = number.checked_sub(1).and_then(|index| all.get(index)).copied();
    let id = found.ok_or_else(|| Unmet::new(format!("instance {number}"), format!("{} instances", all.len())))?;
    scene.instance_by_id(id)
}

fn refused(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let code = arguments.text("code");
    match scene.deployed()? {
        Deployed::Refused(found) => {
            let holds = found.list.iter().any(|one| one.code == code);
            Unmet::unless(holds, format!("it is refused with {code}"), told(found))
        }
        Deployed::Sound { .. } => Err(Unmet::new(format!("it is refused with {code}"), "it was deployed")),
    }
}

fn warned(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    let code = arguments.text("code");
    match scene.deployed()? {
        Deployed::Refused(found) => Err(Unmet::new(format!("a warning {code}"), told(found))),
        Deployed::Sound { warnings, .. } => {
            let holds = warnings.list.iter().any(|one| one.code == code);
            let found = if warnings.list.is_empty() { "no warnings".to_owned() } else { told(warnings) };
            Unmet::unless(holds, format!("a warning {code}"), found)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{equal, property};
    use serde_json::json;

    #[test]
    fn numbers_are_compared_by_what_they_are() {
        assert!(equal(&json!({"a": [1, 2.0]}), &json!({"a": [1.0, 2]})));
        assert!(!equal(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
    }

    #[test]
    fn properties_lie_below_each_other() {
        let value = json!({"a": {"b": [{"c": 1}]}});
        assert_eq!(property(&value, "a.b.0.c").unwrap(), &json!(1));
        assert!(property(&value, "a.c").is_err());
    }
}
