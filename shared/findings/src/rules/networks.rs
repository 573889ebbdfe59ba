//! Rules by the networks one of which must hold an address.

use std::collections::BTreeSet;

use foldhash::HashMap;
use ipnet::IpNet;

use crate::{
    condition::{address, text},
    extract::Value,
};

/// Networks and the rules that name them, looked up once per length of prefix.
#[derive(Debug, Clone, Default)]
pub(super) struct Networks {
    prefixes: BTreeSet<u8>,
    rules: HashMap<IpNet, Vec<usize>>,
}

impl Networks {
    pub(super) fn add(&mut self, networks: &[IpNet], rule: usize) {
        for network in networks {
            self.prefixes.insert(network.prefix_len());
            let rules = self.rules.entry(network.trunc()).or_default();
            if rules.last() != Some(&rule) {
                rules.push(rule);
            }
        }
    }

    /// The rules of every network that holds one of the addresses.
    pub(super) fn each_list(&self, values: &[Value<'_>], act: &mut impl FnMut(&[usize])) {
        for address in values.iter().filter_map(text).filter_map(|text| address(&text)) {
            for prefix in &self.prefixes {
                let network = IpNet::new(address, *prefix).ok();
                if let Some(rules) = network.and_then(|network| self.rules.get(&network.trunc())) {
                    act(rules);
                }
            }
        }
    }
}
