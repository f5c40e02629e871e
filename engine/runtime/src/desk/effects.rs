//! What leaves: held after a restore, until a person lets it go.

use super::{Desk, Refusal};
use crate::access::{Permission, Place, Principal};
use crate::offload::offload;

impl Desk {
    /// Lets what was held go. False where nothing was held.
    pub async fn release_effects(&self, by: &Principal) -> Result<bool, Refusal> {
        // Everything of the deployment leaves: a part of the country is not enough.
        if !by.may(Permission::EffectsRelease, &Place::default()) {
            return Err(Refusal::Forbidden);
        }
        let (host, by) = (self.host.clone(), by.id.clone());
        let released = offload(move || host.release_effects(&by)).await;
        released.unwrap_or_else(|error| Err(error.to_string())).map_err(Refusal::Unavailable)
    }

    pub fn effects_held(&self) -> bool {
        self.host.effects_held()
    }
}
