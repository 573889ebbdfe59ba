//! The walk over one JSON value along the trie.

use std::borrow::Cow;

use super::{
    Paths, ROOT, Value,
    scan::{Broken, Scan},
};

/// Where the values go that a walk finds.
pub(super) trait Sink<'a> {
    /// Takes a value for some slots.
    fn take(&mut self, slots: &[usize], value: Value<'a>);
}

/// A walk over one text.
pub(super) struct Walk<'w, 'a, S: ?Sized> {
    pub(super) paths: &'w Paths,
    pub(super) scan: &'w mut Scan<'a>,
    pub(super) sink: &'w mut S,
    /// Whether it ends at a member of the outermost object that is not written as any path is.
    pub(super) plain_only: bool,
}

/// Values found in a text that was decoded on the way, copied out of it.
struct Embedded<'s, S: ?Sized>(&'s mut S);

impl<'a, 'b, S: Sink<'b> + ?Sized> Sink<'a> for Embedded<'_, S> {
    fn take(&mut self, slots: &[usize], value: Value<'a>) {
        let copied = match value {
            Value::Null => Value::Null,
            Value::Bool(flag) => Value::Bool(flag),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            // A copied number stays comparable as the text of its digits.
            Value::Number(digits) => Value::Text(Cow::Owned(digits.to_owned())),
            Value::Object(_) => return,
        };
        if !slots.is_empty() {
            self.0.take(slots, copied);
        }
    }
}

impl<'a, S: Sink<'a> + ?Sized> Walk<'_, 'a, S> {
    /// Reads one value at a node of the trie, inside `depth` objects and arrays.
    pub(super) fn value(&mut self, node: usize, depth: usize) -> Result<(), Broken> {
        let paths = self.paths;
        let Some(own) = paths.nodes.get(node) else { return self.scan.skip(depth) };
        let start = (self.scan.peek()?, self.scan.position());
        match start {
            (b'{', start) => {
                if own.keys.is_empty() {
                    self.scan.skip(depth)?;
                } else {
                    self.members(node, depth)?;
                }
                if !own.slots.is_empty() {
                    self.sink.take(&own.slots, Value::Object(self.scan.since(start)));
                }
                Ok(())
            }
            (b'[', _) => self.elements(node, depth),
            (b'"', _) => {
                let quoted = self.scan.string()?;
                if own.slots.is_empty() && own.embedded.is_none() {
                    return Ok(());
                }
                if own.is_counted {
                    self.sink.take(&own.slots, Value::Null);
                    return Ok(());
                }
                let text = quoted.text();
                if let Some(holder) = own.embedded {
                    self.embedded(holder, &text);
                }
                self.sink.take(&own.slots, Value::Text(text));
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
                self.sink.take(&own.slots, value);
                Ok(())
            }
        }
    }

    /// Looks into the JSON that a text holds. Prose holds none: a text that begins like an object
    /// and is none leaves nothing behind, so it is read to its end before anything is taken.
    fn embedded(&mut self, holder: usize, text: &str) {
        if !text.trim_start().starts_with(['{', '[']) {
            return;
        }
        let mut whole = Scan::new(text);
        if whole.skip(0).is_err() || !whole.is_at_end() {
            return;
        }
        let (mut scan, mut sink) = (Scan::new(text), Embedded(&mut *self.sink));
        let mut inner: Walk<'_, '_, dyn Sink<'_>> =
            Walk { paths: self.paths, scan: &mut scan, sink: &mut sink, plain_only: false };
        // It was read to its end once: nothing can stand in the way now.
        let _ = inner.value(holder, 0);
    }

    fn members(&mut self, node: usize, depth: usize) -> Result<(), Broken> {
        if !self.scan.enter(b'}', depth)? {
            return Ok(());
        }
        loop {
            let key = self.scan.key()?;
            let found = match key.plain() {
                Some(key) => self.paths.find(node, key),
                None => self.paths.find(node, key.text().as_bytes()),
            };
            if self.plain_only && node == ROOT && !found.is_some_and(|found| found.is_usual) {
                return Err(Broken::Stranger);
            }
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
        if !self.scan.enter(b']', depth)? {
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
