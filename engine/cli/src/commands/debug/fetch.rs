//! A call on record: asked of the running server, or read from the data folder where none runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use peygir_runtime::catalog::Catalog;
use peygir_runtime::desk::{Refusal, ScriptRun, recorded_run};
use peygir_runtime::engine::Engine;
use peygir_runtime::pack;
use peygir_runtime::vault::{Keys, Vault};

use super::super::client::{Client, escaped};
use super::super::serve::{random, script_deadline};
use super::Arguments;
use crate::data_folder::DataFolder;
use crate::said::Said;
use crate::store;

pub fn run(arguments: &Arguments, case: &str) -> Result<ScriptRun> {
    let data = DataFolder::new(&arguments.data);
    if data.running().is_err() {
        return in_folder(arguments, case, &data);
    }
    match of_server(arguments, case, &data) {
        // The server was killed and left its address behind: then nobody holds the store.
        Err(error) if is_gone(&error) => in_folder(arguments, case, &data).map_err(|folder| folder.context(error)),
        other => other,
    }
}

fn of_server(arguments: &Arguments, case: &str, data: &DataFolder) -> Result<ScriptRun> {
    let client = Client::of(data)?.speaking(arguments.lang.code());
    let call = arguments.call.map(|number| format!("?call={number}")).unwrap_or_default();
    let path = format!("/api/v1/cases/{}/scripts/{}{call}", escaped(case), escaped(&arguments.script));
    let answer = client.get(&path).with_context(|| not_told(arguments, case))?;
    serde_json::from_value(answer).context(Said::new(
        "the server's answer can't be read; is it of another version?",
        "پاسخ سرور خوانده نمی‌شود؛ آیا از نسخهٔ دیگری است؟",
    ))
}

fn is_gone(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<reqwest::Error>()).any(reqwest::Error::is_connect)
}

/// Whoever reads a data folder and its keys may read the case; numbers stay masked all the same.
fn in_folder(arguments: &Arguments, case: &str, data: &DataFolder) -> Result<ScriptRun> {
    let shown = arguments.data.display();
    ensure!(
        data.store().is_dir(),
        Said::new(format!("there is no store in {shown}"), format!("در {shown} انباری نیست"))
    );
    let pack = match pack::read(&arguments.deployment, None) {
        Ok((pack, _)) => pack,
        Err(found) => {
            super::super::check::print_for(&found, arguments.lang);
            let deployment = arguments.deployment.display();
            bail!(Said::new(
                format!("the deployment {deployment} has errors; name another with --deployment"),
                format!("استقرار {deployment} خطا دارد؛ با \u{2066}--deployment\u{2069} دیگری را نام ببرید"),
            ));
        }
    };
    let keys = Arc::new(Keys::open(&data.keys())?);
    let store = Arc::new(store::open(&data.store())?);
    let catalog = Catalog::new(pack, &BTreeMap::new(), Arc::new(script_deadline));
    let engine = Engine::new(store, Vault::new(keys), catalog, Arc::new(random));
    let Some(stream) = engine.stream_named(case)? else {
        bail!(Said::new(format!("there is no case {case}"), format!("پروندهٔ {case} نیست")))
    };
    recorded_run(&engine, stream, &arguments.script, arguments.call).map_err(|refusal| match refusal {
        Refusal::NotFound => anyhow::Error::new(not_told(arguments, case)),
        other => anyhow::anyhow!(other),
    })
}

fn not_told(arguments: &Arguments, case: &str) -> Said {
    let script = &arguments.script;
    match arguments.call {
        Some(number) => Said::new(
            format!("call {number} of {script} on {case} can't be told: is it on record?"),
            format!("فراخوانی {number} اسکریپت {script} روی {case} را نمی‌توان گفت: آیا در دفتر هست؟"),
        ),
        None => Said::new(
            format!("no call of {script} on {case} can be told: is one on record?"),
            format!("هیچ فراخوانی اسکریپت {script} روی {case} را نمی‌توان گفت: آیا در دفتر هست؟"),
        ),
    }
}
