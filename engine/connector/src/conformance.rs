//! The suite that every connector must pass.
