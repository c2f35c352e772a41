//! What the parts of one running instance share.

use std::{net::IpAddr, sync::Arc};

use crate::{
    Limits,
    auth::{Directory, RefreshStore, TokenAuthority},
    fanout::Fanout,
    limits::Keyed,
    log::Log,
    net::Carriers,
    publish::Publisher,
    stats::Stats,
};

/// One running instance.
pub(crate) struct Instance {
    pub(crate) log: Log,
    pub(crate) publisher: Publisher,
    pub(crate) fanout: Fanout,
    pub(crate) carriers: Carriers,
    pub(crate) directory: Directory,
    pub(crate) tokens: TokenAuthority,
    pub(crate) refresh: RefreshStore,
    pub(crate) stats: Arc<Stats>,
    pub(crate) limits: Limits,
    pub(crate) buckets: Buckets,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) extensions: bool,
}

/// The rate limits that are counted for the whole instance.
pub(crate) struct Buckets {
    pub(crate) connections: Keyed<IpAddr>,
    pub(crate) logins_by_ip: Keyed<IpAddr>,
    pub(crate) logins_by_user: Keyed<String>,
}

impl Buckets {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            connections: Keyed::new(limits.connections_per_ip),
            logins_by_ip: Keyed::new(limits.logins_per_ip),
            logins_by_user: Keyed::new(limits.logins_per_user),
        }
    }

    /// Forgets whoever has not been seen for a while.
    pub(crate) fn forget_idle(&self) {
        self.connections.forget_idle();
        self.logins_by_ip.forget_idle();
        self.logins_by_user.forget_idle();
    }
}
