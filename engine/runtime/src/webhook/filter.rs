//! Which events somebody wants.

use peygir_core::Id;

use crate::lifecycle::LifecycleEvent;

/// Everything, where all is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these prefixes of the type.
    pub types: Vec<String>,
    /// One of these workflows, by namespace and name.
    pub workflows: Vec<(String, String)>,
    pub instance: Option<Id>,
}

impl Filter {
    pub fn wants(&self, event: &LifecycleEvent) -> bool {
        let type_ = event.kind.type_();
        let flow = &event.flow;
        (self.types.is_empty() || self.types.iter().any(|prefix| type_.starts_with(prefix.as_str())))
            && (self.workflows.is_empty()
                || self.workflows.iter().any(|(namespace, name)| *namespace == flow.namespace && *name == flow.name))
            && self.instance.is_none_or(|instance| instance == event.instance)
    }
}
