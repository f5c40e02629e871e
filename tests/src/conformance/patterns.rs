//! The workflow control-flow patterns: which of the 43 the language can say, each shown by a scenario.
//!
//! Names and numbers are those of Russell, ter Hofstede, van der Aalst and Mulyar, "Workflow Control-Flow Patterns: A
//! Revised View" (2006).

/// All patterns by number. Some have no scenario because the language has no words for them; the page says which.
pub const PATTERNS: [&str; 43] = [
    "Sequence",
    "Parallel Split",
    "Synchronization",
    "Exclusive Choice",
    "Simple Merge",
    "Multi-Choice",
    "Structured Synchronizing Merge",
    "Multi-Merge",
    "Structured Discriminator",
    "Arbitrary Cycles",
    "Implicit Termination",
    "Multiple Instances without Synchronization",
    "Multiple Instances with a Priori Design-Time Knowledge",
    "Multiple Instances with a Priori Run-Time Knowledge",
    "Multiple Instances without a Priori Run-Time Knowledge",
    "Deferred Choice",
    "Interleaved Parallel Routing",
    "Milestone",
    "Cancel Task",
    "Cancel Case",
    "Structured Loop",
    "Recursion",
    "Transient Trigger",
    "Persistent Trigger",
    "Cancel Region",
    "Cancel Multiple Instance Activity",
    "Complete Multiple Instance Activity",
    "Blocking Discriminator",
    "Cancelling Discriminator",
    "Structured Partial Join",
    "Blocking Partial Join",
    "Cancelling Partial Join",
    "Generalised AND-Join",
    "Static Partial Join for Multiple Instances",
    "Cancelling Partial Join for Multiple Instances",
    "Dynamic Partial Join for Multiple Instances",
    "Acyclic Synchronizing Merge",
    "General Synchronizing Merge",
    "Critical Section",
    "Interleaved Routing",
    "Thread Merge",
    "Thread Split",
    "Explicit Termination",
];

/// Tag of a pattern's scenarios, without its at-sign.
pub fn tag(number: usize) -> String {
    format!("WCP-{number:02}")
}
