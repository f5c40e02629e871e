//! Editions of packs: what is refused and with which words, what is in force when, and that no end of the process leaves
//! half of a deployment.

mod again;
mod checks;
mod contrary;
mod covered;
mod crashes;
mod dates;
mod decisions;
mod rules;
mod starts;
mod town;
mod who;
mod withdraw;
