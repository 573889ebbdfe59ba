//! The keys that lead on from one node of the trie.

/// A set of keys that is asked for many more than it holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    keys: Vec<(Box<[u8]>, usize)>,
    /// Positions of `keys` by hash, from 1; 0 is no key. Its length is a power of two.
    table: Vec<u16>,
    /// One bit for each length that a key has: it tells most others apart.
    lengths: u64,
}

/// What a key leads to.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) node: usize,
    /// Whether the key is written as the path or with another first letter: in the camelCase of
    /// the wire or the `PascalCase` of the AWS CLI.
    pub(super) is_usual: bool,
}

impl Keys {
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Adds a key that is not there yet.
    pub(super) fn add(&mut self, key: &[u8], node: usize) {
        self.keys.push((key.into(), node));
        self.lengths |= length_bit(key);
        // A quarter full: most keys of a finding that lead nowhere then meet an empty place.
        let room = (self.keys.len() * 4).next_power_of_two();
        self.table = vec![0; room];
        for (position, (key, _)) in (1..).zip(&self.keys) {
            let mut place = hash(key);
            while let Some(taken) = self.table.get_mut(place & (room - 1)) {
                if *taken == 0 {
                    *taken = position;
                    break;
                }
                place += 1;
            }
        }
    }

    /// What the key leads to, whatever its case.
    #[inline]
    pub(super) fn find(&self, key: &[u8]) -> Option<Found> {
        if self.lengths & length_bit(key) == 0 {
            return None;
        }
        let mut place = hash(key);
        loop {
            let position = *self.table.get(place & self.table.len().wrapping_sub(1))?;
            let (name, node) = self.keys.get(usize::from(position).checked_sub(1)?)?;
            if name.len() == key.len() {
                if **name == *key {
                    return Some(Found { node: *node, is_usual: true });
                }
                if name.eq_ignore_ascii_case(key) {
                    return Some(Found { node: *node, is_usual: name.get(1..) == key.get(1..) });
                }
            }
            place += 1;
        }
    }
}

#[inline]
fn length_bit(key: &[u8]) -> u64 {
    1 << (key.len() % 64)
}

/// Length, first and last letter, whatever their case.
#[inline]
fn hash(key: &[u8]) -> usize {
    match key {
        [first, .., last] => {
            key.len() ^ usize::from(first | 0x20) << 1 ^ usize::from(last | 0x20) << 3
        }
        _ => key.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_found_in_any_case_and_no_other() {
        let names: Vec<String> = (0..300).map(|number| format!("key{number}")).collect();
        let mut keys = Keys::default();
        assert!(keys.is_empty() && keys.find(b"key1").is_none());
        for (node, name) in names.iter().enumerate() {
            keys.add(name.as_bytes(), node);
        }
        for (node, name) in names.iter().enumerate() {
            let found = keys.find(name.as_bytes()).unwrap();
            assert_eq!((found.node, found.is_usual), (node, true));
            let found = keys.find(name.to_uppercase().as_bytes()).unwrap();
            assert_eq!((found.node, found.is_usual), (node, false));
            let found = keys.find(name.replace('k', "K").as_bytes()).unwrap();
            assert_eq!((found.node, found.is_usual), (node, true));
        }
        for other in ["", "key", "key300", "yek1", "kez1"] {
            assert!(keys.find(other.as_bytes()).is_none(), "{other}");
        }
    }
}
