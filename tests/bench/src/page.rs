//! `docs/performance.md`: the figures of a run between the words that people wrote about them.

use std::path::Path;

use anyhow::{Context, Result};

use crate::figures::{Figures, shown};
use crate::site::repository;

const PAGE: &str = "docs/performance.md";
/// The figures stand between these; everything else is people's.
const BEGIN: &str = "<!-- figures: written by cargo xtask bench -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Puts the figures in place of those of before.
pub fn write(figures: &Figures) -> Result<()> {
    let path = repository().join(PAGE);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let (head, rest) = text.split_once(BEGIN).context("the page has no place for figures")?;
    let (_, tail) = rest.split_once(END).context("the page's place for figures does not end")?;
    let page = format!("{head}{BEGIN}{}{END}{tail}", table(figures));
    std::fs::write(&path, page).with_context(|| path.display().to_string())
}

fn table(figures: &Figures) -> String {
    let mut text = format!("\n{}\n\n| Figure | | Beside it | |\n|---|---|---|---|\n", machine());
    for figure in &figures.0 {
        let verdict = match figure.reached {
            Some(true) => "reached",
            Some(false) => "**not reached**",
            None => "",
        };
        let value = format!("{} {}", shown(figure.value), figure.unit);
        text += &format!("| `{}` | {value} | {} | {verdict} |\n", figure.name, figure.beside);
    }
    text + "\n"
}

/// What it ran on, and when.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("processor unknown", |(_, name)| name.trim()).to_owned();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = read("/proc/meminfo");
    let kib =
        memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<u64>().ok());
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    let day = peygir_runtime::clock::Clock::Real.now().to_jiff().to_string();
    format!(
        "Measured {}, {cores} cores ({model}), {} GiB; the machine's load at the end was {load}.",
        day.get(..10).unwrap_or_default(),
        kib.unwrap_or(0) >> 20,
    )
}

/// Whether a page is to be written: for a run of everything, from within the repository.
pub fn is_there() -> bool {
    Path::new(&repository().join(PAGE)).is_file()
}
