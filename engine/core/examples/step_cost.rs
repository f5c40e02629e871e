//! What a step costs as an instance grows: `cargo run --release -p peygir-core --example step_cost`.
//!
//! Prints microseconds for each answer to a fork of 100 and of 1,000 branches, and for each round of a loop of 1,000 and of
//! 10,000 items, with the ratio of the two: about 1 is flat. Of several runs the shortest counts, for what else the machine
//! does only adds to it.

use std::time::Instant;

use peygir_core::command::Answer;
use peygir_core::state::{FlowRef, Progress};
use peygir_core::{Command, Data, Draws, Id, Instance, Moment, Seed, Surroundings, step, touched};
use peygir_dsl::model::Workflow;
use peygir_dsl::read::AnyNames;

const AT: Moment = Moment(1_795_248_000_000_000);

/// Runs of each size.
const RUNS: usize = 15;

struct Run {
    workflow: Workflow,
    surroundings: Surroundings,
    instance: Option<Instance>,
    /// Bytes of the rows that steps wrote.
    written: usize,
}

impl Run {
    fn begin(tasks: &str) -> Self {
        let text = format!("document: {{ dsl: '1.0.3', namespace: n, name: n, version: '1.0.0' }}\n{tasks}\n");
        let root = peygir_source::yaml::parse(&text).expect("it is YAML");
        let (workflow, _) = peygir_dsl::read::workflow(&root, &AnyNames).expect("it is a flow");
        let mut run = Self { workflow, surroundings: Surroundings::default(), instance: None, written: 0 };
        let flow = FlowRef { namespace: "n".into(), name: "n".into(), version: "1.0.0".into() };
        let (id, input, digest) = (Id([1; 16]), Data::empty(), Data::null());
        run.send(&Command::Start { id, flow, input, started_by: "bench".into(), digest, parent: None });
        run
    }

    fn send(&mut self, command: &Command) {
        let draws = &mut Draws::new(Seed([1; 16]), AT);
        let outcome = step(&self.workflow, &self.surroundings, self.instance.as_ref(), command, AT, draws);
        let outcome = outcome.expect("the command is taken");
        let instance = outcome.instance.expect("an instance");
        let rows: std::collections::BTreeSet<u64> = outcome.events.iter().flat_map(touched).collect();
        let rows = rows.iter().filter_map(|row| instance.activations.get(row));
        self.written += rows.map(|row| minicbor::to_vec(row.as_ref()).expect("it is encoded").len()).sum::<usize>();
        self.written += minicbor::to_vec(&instance).expect("it is encoded").len();
        self.instance = Some(instance);
    }

    fn waiting(&self) -> Vec<u64> {
        let activations = self.instance.iter().flat_map(|instance| instance.activations.values());
        activations.filter(|one| matches!(one.progress, Progress::Call { .. })).map(|one| one.number).collect()
    }
}

/// Microseconds and bytes for each of `count` commands that `send` sends.
fn cost(count: usize, run: &mut Run, send: impl FnOnce(&mut Run)) -> (f64, f64) {
    let (begun, before) = (Instant::now(), run.written);
    send(run);
    (begun.elapsed().as_secs_f64() * 1e6 / count as f64, (run.written - before) as f64 / count as f64)
}

/// Of each size the shortest of several runs. The sizes take turns, so that what else the machine does meets both.
fn shortest(run: impl Fn(usize) -> (f64, f64), sizes: [usize; 2]) -> [(f64, f64); 2] {
    let mut found = [(f64::INFINITY, 0.0); 2];
    for _ in 0..RUNS {
        for (size, (micros, bytes)) in sizes.into_iter().zip(&mut found) {
            let (took, wrote) = run(size);
            (*micros, *bytes) = (micros.min(took), wrote);
        }
    }
    found
}

fn answers(branches: usize) -> (f64, f64) {
    let tasks: Vec<String> = (0..branches).map(|branch| format!("{{ b{branch}: {{ call: f }} }}")).collect();
    let mut run = Run::begin(&format!("do: [ {{ all: {{ fork: {{ branches: [ {} ] }} }} }} ]", tasks.join(", ")));
    while run.waiting().len() < branches {
        run.send(&Command::Continue);
    }
    let waiting = run.waiting();
    // The last answer joins all branches: it is as long as they are many.
    cost(branches - 1, &mut run, |run| {
        for activation in &waiting[..branches - 1] {
            let output = Data::from(serde_json::json!({ "answer": "of some length, as answers are" }));
            let answer = Answer::Output { output, provenance: None, authorization: None };
            run.send(&Command::Answer { activation: *activation, answer });
        }
    })
}

fn rounds(items: usize) -> (f64, f64) {
    let mut run = Run::begin(&format!(
        "do: [ {{ loop: {{ for: {{ in: '[ range({items}) ]' }}, do: [ {{ a: {{ call: f, with: {{ i: '${{ $item }}' }} }} }} ] }} }} ]"
    ));
    cost(items - 1, &mut run, |run| {
        for _ in 0..items - 1 {
            let activation = run.waiting()[0];
            let answer = Answer::Output { output: Data::empty(), provenance: None, authorization: None };
            run.send(&Command::Answer { activation, answer });
        }
    })
}

#[expect(clippy::print_stdout, reason = "its lines are what it is for")]
fn tell(what: &str, [(few_us, few_bytes), (many_us, many_bytes)]: [(f64, f64); 2]) {
    println!("{what}: {few_us:.1} µs and {many_us:.1} µs a step, ratio {:.2}", many_us / few_us);
    println!("{what}: {few_bytes:.0} and {many_bytes:.0} bytes of rows a step, ratio {:.2}", many_bytes / few_bytes);
}

fn main() {
    tell("fork, 100 and 1000 branches, each answer", shortest(answers, [100, 1_000]));
    tell("for, 1000 and 10000 items, each round", shortest(rounds, [1_000, 10_000]));
}
