//! What a call of a script costs, and how much of it is the large stack: nanoseconds of wall time for one call, the least of
//! several rounds. Run it with `cargo run --release -p peygir-script --example call`.

use std::{hint::black_box, thread, time::Instant};

use peygir_script::{
    Deadline, Script, World,
    limits::{STACK_BYTES, THREAD_STACK_BYTES},
};
use serde_json::json;

const ROUNDS: usize = 9;
const CALLS: u32 = 2_000;

const RULE: &str = "
fn main(req, now, args) {
    let actions = [];
    if req.vulnerable || req.topic == \"water\" {
        actions.push(notify(#{ to: #{ role: \"governor-office\" }, by: [\"sms\"], template: \"late\" }));
    }
    if args.step == 1 { actions.push(case_mark(#{ milestone: \"late\" })); }
    actions
}";

fn main() {
    let script = Script::compile("x", RULE).expect("the script is right");
    let (req, args) = (json!({ "vulnerable": false, "topic": "water" }), json!({ "step": 1 }));
    let (world, deadline) = (World::default(), Deadline::never());
    let call = || {
        black_box(script.call(&req, &world, &args, &deadline)).expect("the script answers");
    };
    tell("a call, on a thread that is kept", call);
    thread::scope(|scope| {
        let large = thread::Builder::new().stack_size(THREAD_STACK_BYTES);
        let begun = large.spawn_scoped(scope, || tell("a call, where the stack is large already", call));
        drop(begun.expect("a thread").join());
    });
    tell("a new thread with such a stack alone", || {
        let begun = thread::Builder::new().stack_size(STACK_BYTES).spawn(|| black_box(1));
        let _ = begun.expect("a thread").join();
    });
    tell("handing work to a waiting thread and back", {
        let (ask, asked) = std::sync::mpsc::channel::<u32>();
        let (answer, answered) = std::sync::mpsc::channel::<u32>();
        thread::spawn(move || asked.iter().all(|number| answer.send(number).is_ok()));
        move || {
            let _ = ask.send(1);
            let _ = black_box(answered.recv());
        }
    });
}

fn tell(what: &str, mut work: impl FnMut()) {
    let round = |work: &mut dyn FnMut()| {
        let begun = Instant::now();
        (0..CALLS).for_each(|_| work());
        begun.elapsed().as_nanos() / u128::from(CALLS)
    };
    let least = (0..ROUNDS).map(|_| round(&mut work)).min().unwrap_or_default();
    let line = format!("{what}: {least} ns\n");
    let _ = std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes());
}
