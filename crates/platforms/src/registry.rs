//! The list of platforms that are built in. A new platform is a line here.

use std::collections::BTreeMap;
use std::sync::Arc;

use carillon_contract::PlatformId;

use crate::guesslyfe::GuessLyfe;
use crate::platform::Platform;

/// Finds a platform's adapter by its id.
#[derive(Clone)]
pub struct Registry {
    platforms: BTreeMap<PlatformId, Arc<dyn Platform>>,
}

impl Registry {
    /// All platforms that are built in.
    pub fn built_in() -> Self {
        Self::of([Arc::new(GuessLyfe) as Arc<dyn Platform>])
    }

    /// These platforms and no others.
    pub fn of(platforms: impl IntoIterator<Item = Arc<dyn Platform>>) -> Self {
        let platforms = platforms
            .into_iter()
            .map(|platform| (platform.profile().platform_id(), platform))
            .collect();
        Self { platforms }
    }

    /// The adapter of a platform, if it is built in.
    pub fn get(&self, id: &PlatformId) -> Option<Arc<dyn Platform>> {
        self.platforms.get(id).cloned()
    }

    /// The ids of all platforms, in alphabetical order.
    pub fn ids(&self) -> impl Iterator<Item = &PlatformId> {
        self.platforms.keys()
    }
}
