//! GuardDuty in every account and Region: the one that the machine was started with, and others once somebody calls them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Config, GuardDuty};

/// All of them share the clock, the event bus, the buckets and the faults.
pub(crate) struct Homes {
    first: Arc<GuardDuty>,
    account: String,
    region: String,
    others: Mutex<BTreeMap<(String, String), Arc<GuardDuty>>>,
}

impl Homes {
    pub(crate) fn new(first: Arc<GuardDuty>, config: Config) -> Self {
        let Config { account_id: account, region } = config;
        Self { first, account, region, others: Mutex::default() }
    }

    /// The one of this account and Region.
    pub(crate) fn at(&self, account: &str, region: &str) -> Arc<GuardDuty> {
        if account == self.account && region == self.region {
            return Arc::clone(&self.first);
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (account.to_owned(), region.to_owned());
        let new = || {
            let config = Config { account_id: account.to_owned(), region: region.to_owned() };
            Arc::new(self.first.elsewhere(config))
        };
        Arc::clone(others.entry(place).or_insert_with(new))
    }

    /// The account that a caller with this access key belongs to: a key of twelve digits is the account's id.
    pub(crate) fn account<'a>(&'a self, access_key: &'a str) -> &'a str {
        let is_account =
            access_key.len() == 12 && access_key.bytes().all(|byte| byte.is_ascii_digit());
        if is_account { access_key } else { &self.account }
    }

    /// An account joins the organization that all of them are in.
    pub(crate) fn account_joined(&self, account: &str) {
        self.first.join_organization(account);
        for home in self.all() {
            home.account_joined(account);
        }
    }

    /// Hands over what is due everywhere.
    pub(crate) async fn tick(&self) {
        for home in self.all() {
            home.tick().await;
        }
    }

    fn all(&self) -> Vec<Arc<GuardDuty>> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(&self.first).chain(others.values()).cloned().collect()
    }
}
