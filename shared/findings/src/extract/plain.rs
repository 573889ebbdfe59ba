//! The plain part of a string, found sixteen bytes at a time.

use wide::u8x16;

/// How many bytes stand before the first quote, backslash or control character.
#[inline(always)]
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks::<16>();
    for (place, chunk) in chunks.iter().enumerate() {
        let chunk = u8x16::new(*chunk);
        let found = stops(chunk).to_bitmask();
        if found != 0 {
            return 16 * place + found.trailing_zeros() as usize;
        }
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    bytes.len() - rest.len() + rest.iter().position(ends).unwrap_or(rest.len())
}

/// Which bytes are a quote, a backslash or a control character.
#[inline(always)]
fn stops(bytes: u8x16) -> u8x16 {
    let control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\')) | control
}
