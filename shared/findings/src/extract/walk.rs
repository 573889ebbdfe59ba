//! The walk over one JSON value along the trie.

use super::{
    Paths, Value, Values,
    depth::MAX_DEPTH,
    scan::{Broken, Scan},
};

/// A walk over one text.
pub(super) struct Walk<'w, 'a> {
    pub(super) paths: &'w Paths,
    pub(super) scan: Scan<'a>,
    pub(super) values: &'w mut Values<'a>,
}

impl<'a> Walk<'_, 'a> {
    /// Reads one value at a node of the trie, inside `depth` objects and arrays.
    pub(super) fn value(&mut self, node: usize, depth: usize) -> Result<(), Broken> {
        let paths = self.paths;
        let Some(own) = paths.nodes.get(node) else { return self.scan.skip(depth) };
        let start = (self.scan.peek()?, self.scan.position());
        match start {
            (b'{', start) => {
                if own.children.is_empty() {
                    self.scan.skip(depth)?;
                } else {
                    self.members(node, depth)?;
                }
                if !own.slots.is_empty() {
                    self.values.push(&own.slots, Value::Object(self.scan.since(start)));
                }
                Ok(())
            }
            (b'[', _) => self.elements(node, depth),
            (b'"', _) => {
                let quoted = self.scan.string()?;
                if own.slots.is_empty() && own.embedded.is_none() {
                    return Ok(());
                }
                let text = quoted.text()?;
                // What is found in the embedded text is copied out of it: its escapes were
                // resolved into a buffer of this call. Prose that is no JSON holds no values.
                if let Some(holder) = own.embedded
                    && let Ok(inner) = paths.extract_below(holder, &text)
                {
                    self.values.absorb(inner);
                }
                self.values.push(&own.slots, Value::Text(text));
                Ok(())
            }
            (first, _) => {
                let scalar = self.scan.scalar()?;
                let value = match first {
                    b'n' => Value::Null,
                    b't' => Value::Bool(true),
                    b'f' => Value::Bool(false),
                    _ => Value::Number(scalar),
                };
                self.values.push(&own.slots, value);
                Ok(())
            }
        }
    }

    fn members(&mut self, node: usize, depth: usize) -> Result<(), Broken> {
        if depth >= MAX_DEPTH {
            return Err(Broken::TooDeep);
        }
        self.scan.step();
        if self.scan.peek()? == b'}' {
            self.scan.step();
            return Ok(());
        }
        loop {
            let key = self.scan.key()?.text()?;
            let found = self.paths.find(node, &key);
            self.values.has_strangers |= depth == 0 && !found.is_some_and(|found| found.is_usual);
            match found {
                Some(found) => self.value(found.node, depth + 1)?,
                None => self.scan.skip(depth + 1)?,
            }
            if !self.scan.goes_on(b'}')? {
                return Ok(());
            }
        }
    }

    fn elements(&mut self, node: usize, depth: usize) -> Result<(), Broken> {
        if depth >= MAX_DEPTH {
            return Err(Broken::TooDeep);
        }
        self.scan.step();
        if self.scan.peek()? == b']' {
            self.scan.step();
            return Ok(());
        }
        loop {
            self.value(node, depth + 1)?;
            if !self.scan.goes_on(b']')? {
                return Ok(());
            }
        }
    }
}
