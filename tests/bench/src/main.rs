//! What the whole server does in a second: `cargo xtask bench`.
//!
//! Owns: the loads, the serving process that is measured, and the figures, each with what it is to be held against in the same
//! run. Replaces nothing of the product but the peers of its connectors.

mod child;
mod citizens;
mod disk;
mod figures;
mod fill;
mod flow3;
mod host;
mod intake;
mod load;
mod messages;
mod page;
mod peer;
mod plan;
mod rederive;
mod resting;
mod site;
mod steps;
mod timers;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use figures::Figures;
use plan::{CASES, Plan};

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    rustls::crypto::ring::default_provider().install_default().expect("nothing else has installed one before");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["host", deployment, data] => host::serve(Path::new(deployment), Path::new(data)),
        _ => Plan::of(&arguments).and_then(measure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(mut plan: Plan) -> Result<()> {
    std::fs::create_dir_all(&plan.folder)?;
    // Settled once: what is measured takes room.
    let cases = resting::left(&plan).unwrap_or_else(|| plan.cases());
    plan.resting = Some(cases);
    let plan = &plan;
    let mut figures = Figures::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let done = runtime.block_on(all(plan, &mut figures));
    if !plan.again {
        std::fs::remove_dir_all(&plan.folder)?;
    }
    done?;
    if plan.only.is_empty() && !plan.quick && page::is_there() {
        if cases >= CASES {
            page::write(&figures)?;
        } else {
            eprintln!(
                "the page is left as it is: {cases} cases at rest, not {CASES}, for want of room or because that was asked for"
            );
        }
    }
    Ok(())
}

async fn all(plan: &Plan, figures: &mut Figures) -> Result<()> {
    if plan.has("flow3") {
        flow3::run(plan, figures).await?;
    }
    if plan.has("intake") {
        intake::run(plan, figures).await?;
    }
    if plan.has("timers") {
        timers::run(plan, figures).await?;
    }
    if plan.has("rederive") {
        rederive::run(plan, figures).await?;
    }
    if plan.has("resting") || plan.has("rebuild") {
        resting::run(plan, figures).await?;
    }
    Ok(())
}
