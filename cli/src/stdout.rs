//! Standard output. A reader that has gone is no failure; anything else that keeps a command from writing is.

use std::{
    fmt,
    io::{self, StdoutLock, Write},
    sync::atomic::{AtomicBool, Ordering},
};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether the reader has gone, as `head` does: who only prints can end. Who also changes something
/// goes on.
pub(crate) fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Standard output for data, byte for byte.
pub(crate) fn raw() -> Output<StdoutLock<'static>> {
    Output(io::stdout().lock())
}

/// Prints for people; where there is no terminal, colours are taken out.
pub(crate) fn write(text: fmt::Arguments<'_>) -> io::Result<()> {
    let mut output = Output(anstream::stdout());
    output.write_fmt(text)?;
    output.flush()
}

/// As that of `std`, which panics where this gives an error.
macro_rules! print {
    ($($part:tt)*) => {
        $crate::stdout::write(format_args!($($part)*))
    };
}

/// As that of `std`, which panics where this gives an error.
macro_rules! println {
    ($($part:tt)*) => {
        $crate::stdout::write(format_args!("{}\n", format_args!($($part)*)))
    };
}
pub(crate) use {print, println};

/// Drops what is written after the reader has gone, and says what was written to when it fails.
pub(crate) struct Output<W>(W);

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).or_else(|error| dropped(error, bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().or_else(|error| dropped(error, ()))
    }
}

fn dropped<T>(error: io::Error, done: T) -> io::Result<T> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => {
            CLOSED.store(true, Ordering::Relaxed);
            Ok(done)
        }
        // The loops around a writer try again by themselves, and know it by its kind.
        io::ErrorKind::Interrupted => Err(error),
        kind => Err(io::Error::new(kind, format!("can't write to standard output: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure_and_a_full_disk_is_one() {
        let mut full = Output(Broken(io::ErrorKind::StorageFull));
        let error = writeln!(full, "line").unwrap_err();
        assert!(error.to_string().starts_with("can't write to standard output: "), "{error}");
        assert!(full.flush().is_err());
        assert!(!is_closed());
        let mut gone = Output(Broken(io::ErrorKind::BrokenPipe));
        writeln!(gone, "line").unwrap();
        gone.flush().unwrap();
        assert!(is_closed());
    }
}
