//! What stands where in sixteen or sixty-four bytes of JSON, all of them looked at together.

use wide::u8x16;

/// Sixty-four bytes: one bit for each, the first byte's the lowest.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) quotes: u64,
    /// Brackets and braces of either kind.
    pub(super) brackets: u64,
    /// Those among them that close.
    pub(super) closes: u64,
    /// A backslash or a control character: what plain text does not hold.
    pub(super) odd: u64,
}

impl Block {
    pub(super) const BYTES: usize = 64;

    /// The block that begins at `from`; what lies behind the end counts as space.
    pub(super) fn at(json: &[u8], from: usize) -> Self {
        let rest = json.get(from..).unwrap_or_default();
        match rest.first_chunk::<{ Self::BYTES }>() {
            Some(bytes) => Self::of(bytes),
            None => {
                let mut bytes = [b' '; Self::BYTES];
                for (own, byte) in bytes.iter_mut().zip(rest) {
                    *own = *byte;
                }
                Self::of(&bytes)
            }
        }
    }

    #[inline]
    fn of(bytes: &[u8; Self::BYTES]) -> Self {
        let mut block = Self { quotes: 0, brackets: 0, closes: 0, odd: 0 };
        let (quarters, _) = bytes.as_chunks::<16>();
        for (place, quarter) in quarters.iter().enumerate() {
            let quarter = u8x16::new(*quarter);
            let shift = 16 * place;
            // Brackets and braces differ in one bit, of which nothing else in JSON depends.
            let folded = quarter | u8x16::splat(0x20);
            let bits = |mask: u8x16| u64::from(mask.to_bitmask()) << shift;
            block.quotes |= bits(quarter.simd_eq(u8x16::splat(b'"')));
            let closes = folded.simd_eq(u8x16::splat(b'}'));
            block.brackets |= bits(closes | folded.simd_eq(u8x16::splat(b'{')));
            block.closes |= bits(closes);
            block.odd |= bits(odd(quarter));
        }
        block
    }
}

#[inline(always)]
fn odd(bytes: u8x16) -> u8x16 {
    let control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    bytes.simd_eq(u8x16::splat(b'\\')) | control
}

/// For each bit, whether an odd number of bits are set up to and with it: between a quote and the
/// next.
#[inline(always)]
pub(super) fn between(quotes: u64) -> u64 {
    let mut bits = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// How many bytes stand before the first quote, backslash or control character.
#[inline(always)]
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks::<16>();
    for (place, chunk) in chunks.iter().enumerate() {
        let chunk = u8x16::new(*chunk);
        let found = (chunk.simd_eq(u8x16::splat(b'"')) | odd(chunk)).to_bitmask();
        if found != 0 {
            return 16 * place + found.trailing_zeros() as usize;
        }
    }
    let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    bytes.len() - rest.len() + rest.iter().position(stops).unwrap_or(rest.len())
}
