//! What the accounts of one organization know of each other: its management account, its GuardDuty administrators,
//! and who is whose member.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::features::Features;

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
    /// The organization's accounts beside its management account and the administrators.
    accounts: BTreeSet<String>,
    /// Detectors that accounts get by themselves, by Region and account, until somebody looks.
    enrolled: BTreeMap<(String, String), Features>,
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

    pub(crate) fn set_administrator(&self, region: &str, account: &str) {
        self.known().administrators.insert(region.to_owned(), account.to_owned());
    }

    /// The administrator is none any more, and its members are nobody's.
    pub(crate) fn remove_administrator(&self, region: &str) {
        let mut known = self.known();
        if let Some(administrator) = known.administrators.remove(region) {
            known.memberships.retain(|(own, _), whose| own != region || *whose != administrator);
        }
    }

    /// The accounts of the organization that can become members.
    pub(crate) fn accounts(&self) -> BTreeSet<String> {
        self.known().accounts.clone()
    }

    /// An account joins the organization.
    pub(crate) fn add_account(&self, account: &str) {
        self.known().accounts.insert(account.to_owned());
    }

    /// The account gets a detector with these features, unless it has one.
    pub(crate) fn enroll(&self, region: &str, account: &str, features: Features) {
        self.known().enrolled.insert((region.to_owned(), account.to_owned()), features);
    }

    /// The detector that the account gets.
    pub(crate) fn enrolled(&self, region: &str, account: &str) -> Option<Features> {
        self.known().enrolled.remove(&(region.to_owned(), account.to_owned()))
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
