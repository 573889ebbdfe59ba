//! The first few of many by an order, without keeping the many.

use std::collections::BTreeMap;

/// Keeps those with the smallest keys.
#[derive(Debug)]
pub(crate) struct First<K, T> {
    limit: usize,
    offered: u64,
    /// Equal keys are told apart by when they came.
    kept: BTreeMap<(K, u64), T>,
}

impl<K: Ord, T> First<K, T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, offered: 0, kept: BTreeMap::new() }
    }

    /// Offers one, which is only made when it is among the first so far.
    pub(crate) fn offer(&mut self, key: K, make: impl FnOnce() -> T) {
        self.offered += 1;
        let is_behind = self.kept.last_key_value().is_some_and(|((last, _), _)| *last <= key);
        if self.kept.len() < self.limit || !is_behind {
            self.kept.insert((key, self.offered), make());
        }
        if self.kept.len() > self.limit {
            self.kept.pop_last();
        }
    }

    /// How many were offered.
    pub(crate) fn offered(&self) -> u64 {
        self.offered
    }

    /// Those kept, in order.
    pub(crate) fn into_vec(self) -> Vec<T> {
        self.kept.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_are_kept_in_order_and_the_others_are_never_made() {
        let mut first = First::new(3);
        let mut made = 0;
        for key in [5, 1, 4, 9, 4, 0, 7] {
            first.offer(key, || {
                made += 1;
                key
            });
        }
        assert_eq!((first.offered(), made), (7, 5));
        assert_eq!(first.into_vec(), [0, 1, 4]);
    }
}
