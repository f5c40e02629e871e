//! Flows that a scenario brings with it, and what is done to their instances.

use peygir_dsl::duration::Duration;
use peygir_runtime::sim::Cut;

use super::{Arguments, Body, Step, Unmet};
use crate::scenario::flow::Action;
use crate::scenario::scene::Scene;
use crate::scenario::values;

pub const STEPS: &[Step] = &[
    Step {
        en: &["a workflow with definition:"],
        fa: &["گردش کاری با این تعریف:"],
        body: Body::Text,
        run: |scene, arguments| scene.define(&arguments.block),
    },
    Step {
        en: &["another workflow with definition:"],
        fa: &["گردش کار دیگری با این تعریف:"],
        body: Body::Text,
        run: |scene, arguments| scene.define(&arguments.block),
    },
    Step {
        en: &["the workflow input is:", "given the workflow input is:"],
        fa: &["ورودی گردش کار این است:"],
        body: Body::Text,
        run: input,
    },
    Step {
        en: &["the secret {name} is:"],
        fa: &["راز {name} این است:"],
        body: Body::Text,
        run: |scene, arguments| {
            let value = arguments.data()?;
            scene.deploying()?.secrets.insert(arguments.text("name").to_owned(), value);
            Ok(())
        },
    },
    Step {
        en: &["the limit {name} is {number}"],
        fa: &["سقف {name} برابر {number} است"],
        body: Body::None,
        run: |scene, arguments| {
            let (name, number) = (arguments.text("name").to_owned(), arguments.number());
            scene.deploying()?.limits.insert(name, number.into());
            Ok(())
        },
    },
    Step {
        en: &["the zone is {zone}"],
        fa: &["منطقهٔ زمانی {zone} است"],
        body: Body::None,
        run: |scene, arguments| {
            let zone = arguments.text("zone").to_owned();
            scene.deploying()?.zone = Some(zone);
            Ok(())
        },
    },
    Step {
        en: &["the text behind {url} is:"],
        fa: &["متن پشت {url} این است:"],
        body: Body::Text,
        run: |scene, arguments| {
            let (url, text) = (arguments.text("url").to_owned(), arguments.block.clone());
            scene.deploying()?.resources.insert(url, text);
            Ok(())
        },
    },
    Step {
        en: &["the deployment has the connector {kind} with settings:"],
        fa: &["استقرار اتصال {kind} را با این تنظیمات دارد:"],
        body: Body::Text,
        run: |scene, arguments| {
            let (kind, settings) = (arguments.text("kind").to_owned(), arguments.block.clone());
            scene.deploying()?.connectors.insert(kind, settings);
            Ok(())
        },
    },
    Step {
        en: &["the workflow is deployed"],
        fa: &["گردش کار مستقر می‌شود"],
        body: Body::None,
        run: |scene, _| scene.deploy(),
    },
    Step {
        en: &["the workflow is executed"],
        fa: &["گردش کار اجرا می‌شود"],
        body: Body::None,
        run: |scene, _| scene.execute(None),
    },
    Step {
        en: &["the workflow {flow} is executed"],
        fa: &["گردش کار {flow} اجرا می‌شود"],
        body: Body::None,
        run: |scene, arguments| scene.execute(Some(arguments.text("flow"))),
    },
    Step {
        en: &["the workflow is suspended"],
        fa: &["گردش کار معلق می‌شود"],
        body: Body::None,
        run: |scene, _| scene.act_on_instance(Action::Suspend),
    },
    Step {
        en: &["the workflow is resumed"],
        fa: &["گردش کار از سر گرفته می‌شود"],
        body: Body::None,
        run: |scene, _| scene.act_on_instance(Action::Resume),
    },
    Step {
        en: &["the workflow is cancelled"],
        fa: &["گردش کار لغو می‌شود"],
        body: Body::None,
        run: |scene, _| scene.act_on_instance(Action::Cancel),
    },
    Step {
        en: &["the workflow is retried"],
        fa: &["گردش کار دوباره آزموده می‌شود"],
        body: Body::None,
        run: |scene, _| scene.act_on_instance(Action::Retry),
    },
    Step {
        en: &["the runtime is killed before {task}"],
        fa: &["سرور پیش از {task} کشته می‌شود"],
        body: Body::None,
        run: |scene, arguments| scene.cut(Cut::Before(arguments.text("task").to_owned())),
    },
    Step {
        en: &["the runtime is killed after {task}"],
        fa: &["سرور پس از {task} کشته می‌شود"],
        body: Body::None,
        run: |scene, arguments| scene.cut(Cut::After(arguments.text("task").to_owned())),
    },
    Step {
        en: &["{duration} passes"],
        fa: &["{duration} می‌گذرد"],
        body: Body::None,
        run: |scene, arguments| {
            let micros = micros(arguments.text("duration"))?;
            scene.pass_micros(micros)
        },
    },
    Step {
        en: &["{duration} passes while the runtime is down"],
        fa: &["{duration} می‌گذرد و سرور خاموش است"],
        body: Body::None,
        run: |scene, arguments| {
            let micros = micros(arguments.text("duration"))?;
            scene.down(micros)
        },
    },
    Step {
        en: &["the clock reaches {instant}"],
        fa: &["ساعت به {instant} می‌رسد"],
        body: Body::None,
        run: |scene, arguments| {
            let at = values::instant(arguments.text("instant"), &scene.zone());
            scene.reach(at.ok_or_else(|| Unmet::new("an instant", arguments.text("instant")))?)
        },
    },
];

fn input(scene: &mut Scene<'_>, arguments: &Arguments) -> Result<(), Unmet> {
    scene.flow.input = Some(arguments.data()?);
    Ok(())
}

/// An ISO 8601 duration without months, in microseconds.
pub fn micros(text: &str) -> Result<i64, Unmet> {
    let wrong = || Unmet::new("a duration such as PT10S or PT1H30M", text);
    let duration = Duration::parse(text).map_err(|_| wrong())?;
    if duration.months == 0 { Ok(duration.microseconds) } else { Err(wrong()) }
}
