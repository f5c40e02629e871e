//! The two engines: one for scripts, one for cells. Each is built once and shared by all threads.

use std::{collections::BTreeSet, sync::LazyLock};

use rhai::{
    Dynamic, Engine, OptimizationLevel,
    module_resolvers::DummyModuleResolver,
    packages::{
        BasicArrayPackage, BasicMapPackage, BasicMathPackage, CorePackage, LogicPackage, MoreStringPackage, Package,
    },
};

use crate::{deadline, declared, fuel, library, limits, stdlib, trace};

/// What may not be called at all. `curry` binds values that the size limits do not count, `sleep` would hold a thread, the rest reaches outside the script.
pub(crate) const FORBIDDEN: &[&str] = &["eval", "import", "export", "print", "debug", "curry", "sleep", "timestamp"];

/// Of these, those that are symbols of the language: only they can be switched off by name.
const FORBIDDEN_SYMBOLS: &[&str] = &["eval", "import", "export", "print", "debug", "curry"];

pub(crate) static SCRIPTS: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = build(limits::OPERATIONS_MAX);
    trace::register(&mut engine);
    declared::register(&mut engine);
    engine
});
pub(crate) static CELLS: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = build(limits::CELL_OPERATIONS_MAX);
    // Without loops and functions of its own an expression can't nest values deeper than its text and inputs are.
    engine.set_allow_anonymous_fn(false);
    engine.set_allow_looping(false);
    engine
});

/// Names of all functions that a script can call without defining them.
pub(crate) static FUNCTION_NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut names: BTreeSet<String> = SCRIPTS
        .gen_fn_signatures(true)
        .iter()
        .filter_map(|signature| signature.split('(').next())
        .map(|name| name.trim().to_owned())
        .collect();
    names.extend(["Fn", "call", "type_of", "is_def_var", "is_def_fn", "is_shared"].map(str::to_owned));
    names
});

fn build(operations_max: u64) -> Engine {
    let mut engine = Engine::new_raw();
    for package in [
        CorePackage::new().as_shared_module(),
        LogicPackage::new().as_shared_module(),
        BasicMathPackage::new().as_shared_module(),
        BasicArrayPackage::new().as_shared_module(),
        BasicMapPackage::new().as_shared_module(),
        MoreStringPackage::new().as_shared_module(),
    ] {
        engine.register_global_module(package);
    }
    stdlib::register(&mut engine);
    library::register(&mut engine);
    restrict(&mut engine);
    limit(&mut engine, operations_max);
    engine
}

fn restrict(engine: &mut Engine) {
    for symbol in FORBIDDEN_SYMBOLS {
        engine.disable_symbol(*symbol);
    }
    // Both are unreachable with the symbols gone; should a way be found, nothing reaches the server's output.
    engine.on_print(|_| {});
    engine.on_debug(|_, _, _| {});
    engine.set_module_resolver(DummyModuleResolver::new());
    engine.set_strict_variables(true);
    // The shortcut for operators says false of values that can't be compared, and tells nobody what an operator costs.
    engine.set_fast_operators(false);
    engine.set_fail_on_invalid_map_property(true);
    // The tree is run as it was written: positions stay true and the count of operations does not hang on an optimiser.
    engine.set_optimization_level(OptimizationLevel::None);
}

fn limit(engine: &mut Engine, operations_max: u64) {
    engine.set_max_operations(operations_max);
    engine.set_max_call_levels(limits::CALL_LEVELS_MAX);
    engine.set_max_expr_depths(limits::EXPRESSION_DEPTH_MAX, limits::FUNCTION_EXPRESSION_DEPTH_MAX);
    engine.set_max_string_size(limits::STRING_BYTES_MAX);
    engine.set_max_array_size(limits::ARRAY_ITEMS_MAX);
    engine.set_max_map_size(limits::MAP_ENTRIES_MAX);
    engine.set_max_variables(limits::VARIABLES_MAX);
    engine.set_max_functions(limits::FUNCTIONS_MAX);
    engine.set_max_modules(limits::MODULES_MAX);
    engine.set_max_strings_interned(limits::STRINGS_INTERNED_MAX);
    engine.on_progress(|operations| {
        if fuel::is_empty(operations) {
            return Some(fuel::token());
        }
        let look = operations % limits::OPERATIONS_PER_DEADLINE_CHECK == 0;
        deadline::is_over(look).then_some(Dynamic::UNIT)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// rhai's defaults hang on the build profile; each limit is ours, in every profile.
    #[test]
    fn every_limit_is_set() {
        for (engine, operations_max) in [(&*SCRIPTS, limits::OPERATIONS_MAX), (&*CELLS, limits::CELL_OPERATIONS_MAX)] {
            assert_eq!(engine.max_operations(), operations_max);
            assert_eq!(engine.max_call_levels(), limits::CALL_LEVELS_MAX);
            assert_eq!(engine.max_expr_depth(), limits::EXPRESSION_DEPTH_MAX);
            assert_eq!(engine.max_function_expr_depth(), limits::FUNCTION_EXPRESSION_DEPTH_MAX);
            assert_eq!(engine.max_string_size(), limits::STRING_BYTES_MAX);
            assert_eq!(engine.max_array_size(), limits::ARRAY_ITEMS_MAX);
            assert_eq!(engine.max_map_size(), limits::MAP_ENTRIES_MAX);
            assert_eq!(engine.max_variables(), limits::VARIABLES_MAX);
            assert_eq!(engine.max_functions(), limits::FUNCTIONS_MAX);
            assert_eq!(engine.max_modules(), limits::MODULES_MAX);
            assert_eq!(engine.max_strings_interned(), limits::STRINGS_INTERNED_MAX);
            assert!(engine.strict_variables() && engine.fail_on_invalid_map_property());
            assert_eq!(engine.optimization_level(), OptimizationLevel::None);
        }
        assert!(!CELLS.allow_looping() && !CELLS.allow_anonymous_fn());
    }
}
