//! The bytes of an object on their way from the network, where they are awaited, to the decoder,
//! which blocks.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
use platform::store::OpenObject;
use tokio::sync::mpsc;

/// Chunks that may wait; the network's own buffer is some 16 KiB each.
const CHUNKS: usize = 16;

enum Piece {
    Data(Bytes),
    Broken(io::Error),
    /// The object is complete. Without this the sender went away before its end.
    End,
}

/// The sending side.
pub(crate) struct Sender(mpsc::Sender<Piece>);

/// The receiving side, for a thread that may block.
pub(crate) struct Incoming {
    receiver: mpsc::Receiver<Piece>,
    current: Bytes,
    is_complete: bool,
}

pub(crate) fn channel() -> (Sender, Incoming) {
    let (sender, receiver) = mpsc::channel(CHUNKS);
    (Sender(sender), Incoming { receiver, current: Bytes::new(), is_complete: false })
}

impl Sender {
    /// Passes the whole object on, or as much of it as the receiver wants.
    pub(crate) async fn pass_on(self, object: OpenObject) {
        let mut body = object.body;
        loop {
            let piece = match body.next().await {
                Some(Ok(chunk)) => Piece::Data(chunk),
                Some(Err(error)) => Piece::Broken(io::Error::other(error)),
                None => Piece::End,
            };
            let is_last = !matches!(piece, Piece::Data(_));
            if self.0.send(piece).await.is_err() || is_last {
                return;
            }
        }
    }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !self.is_complete {
            match self.receiver.blocking_recv() {
                Some(Piece::Data(chunk)) => self.current = chunk,
                Some(Piece::End) => self.is_complete = true,
                Some(Piece::Broken(error)) => return Err(error),
                None => {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the object was not read to its end",
                    ));
                }
            }
        }
        let length = buffer.len().min(self.current.len());
        let (head, _) = buffer.split_at_mut(length);
        self.current.copy_to_slice(head);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: Vec<Piece>) -> io::Result<Vec<u8>> {
        let (sender, mut incoming) = channel();
        for piece in pieces {
            sender.0.blocking_send(piece).unwrap_or_else(|_| unreachable!("the receiver is there"));
        }
        drop(sender);
        let mut bytes = Vec::new();
        incoming.read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn pieces_are_joined() {
        let data = |text: &'static str| Piece::Data(Bytes::from_static(text.as_bytes()));
        assert_eq!(read(vec![data("ab"), data(""), data("c"), Piece::End]).unwrap(), b"abc");
    }

    #[test]
    fn an_object_that_breaks_off_is_an_error_and_not_a_shorter_object() {
        let data = Piece::Data(Bytes::from_static(b"ab"));
        assert_eq!(read(vec![data]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(read(vec![Piece::Broken(io::Error::other("reset"))]).is_err());
    }
}
