//! What the accounts of one organization know of each other: its management account, its GuardDuty administrators,
//! and who is whose member.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared by GuardDuty in every account and Region. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Wide {
    management: Arc<str>,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// By Region.
    administrators: BTreeMap<String, String>,
    /// The administrator by Region and member.
    memberships: BTreeMap<(String, String), String>,
}

impl Wide {
    pub(crate) fn managed_by(account: &str) -> Self {
        Self { management: account.into(), known: Arc::default() }
    }

    pub(crate) fn is_managed_by(&self, account: &str) -> bool {
        *self.management == *account
    }

    pub(crate) fn administrator(&self, region: &str) -> Option<String> {
        self.known().administrators.get(region).cloned()
    }

    pub(crate) fn set_administrator(&self, region: &str, account: Option<&str>) {
        let mut known = self.known();
        match account {
            Some(account) => known.administrators.insert(region.to_owned(), account.to_owned()),
            None => known.administrators.remove(region),
        };
    }

    /// The administrator of a member account.
    pub(crate) fn administrator_of(&self, region: &str, member: &str) -> Option<String> {
        self.known().memberships.get(&(region.to_owned(), member.to_owned())).cloned()
    }

    /// From now on the account is a member of this administrator, or of none.
    pub(crate) fn join(&self, region: &str, member: &str, administrator: Option<&str>) {
        let place = (region.to_owned(), member.to_owned());
        let mut known = self.known();
        match administrator {
            Some(administrator) => known.memberships.insert(place, administrator.to_owned()),
            None => known.memberships.remove(&place),
        };
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
