//! The binary `peygir`: the only place that picks a store and lists the connectors.

mod answer;
mod backup;
mod certificates;
mod commands;
mod connectors;
mod data_folder;
mod deployment_folder;
mod instant;
mod instruments;
mod keyring;
mod misused;
mod progress;
mod report;
mod rows;
mod said;
mod scenario;
mod store;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Turns allocate much and on many threads, and a server runs for months: see `docs/dependencies.md`.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Follows up what was promised to a citizen: flows, rules, deadlines and messages that survive a crash.
#[derive(Parser)]
#[command(name = "peygir", version, about, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(commands::serve::Arguments),
    Backup(commands::backup::Arguments),
    Restore(commands::restore::Arguments),
    Doctor(commands::doctor::Arguments),
    #[command(subcommand)]
    Drill(commands::drill::Command),
    #[command(subcommand)]
    Effects(commands::effects::Command),
    Calendar(commands::calendar::Arguments),
    Check(commands::check::Arguments),
    Closure(commands::closure::Closure),
    Deadline(commands::deadline::Deadline),
    Debug(commands::debug::Arguments),
    Deploy(commands::deploy::Arguments),
    #[command(subcommand)]
    Explain(commands::explain::Command),
    Rebase(commands::rebase::Arguments),
    Run(commands::run::Arguments),
    Test(commands::test::Arguments),
    #[command(subcommand)]
    Event(commands::event::Command),
    Instance(commands::instance::Instance),
    Operation(commands::operation::Operation),
    Packs(commands::packs::Packs),
    #[command(subcommand)]
    Journal(commands::journal::Command),
    #[command(subcommand)]
    Token(commands::token::Command),
    LoginLink(commands::login_link::Arguments),
}

/// Wrong usage, as `sysexits.h` has it.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    said::listen(std::env::args_os());
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            match misused::in_persian::<Arguments>(&error).filter(|_| said::is_persian()) {
                Some(told) => eprintln!("{told}"),
                None => drop(error.print()),
            }
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let result = match arguments.command {
        Command::Serve(arguments) => commands::serve::run(arguments),
        Command::Backup(arguments) => commands::backup::run(&arguments),
        Command::Restore(arguments) => commands::restore::run(&arguments),
        Command::Doctor(arguments) => commands::doctor::run(&arguments),
        Command::Drill(command) => commands::drill::run(&command),
        Command::Effects(command) => commands::effects::run(&command),
        Command::Calendar(arguments) => commands::calendar::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Closure(arguments) => commands::closure::run(&arguments),
        Command::Deadline(arguments) => commands::deadline::run(&arguments),
        Command::Debug(arguments) => commands::debug::run(&arguments),
        Command::Deploy(arguments) => commands::deploy::run(&arguments),
        Command::Explain(command) => commands::explain::run(&command),
        Command::Rebase(arguments) => commands::rebase::run(&arguments),
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Test(arguments) => commands::test::run(&arguments),
        Command::Event(command) => commands::event::run(&command),
        Command::Instance(arguments) => commands::instance::run(&arguments),
        Command::Operation(arguments) => commands::operation::run(&arguments),
        Command::Packs(arguments) => commands::packs::run(&arguments),
        Command::Journal(command) => commands::journal::run(&command),
        Command::Token(command) => commands::token::run(&command),
        Command::LoginLink(arguments) => commands::login_link::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        eprintln!("peygir: {}", said::told(&error));
        ExitCode::FAILURE
    })
}
