//! Numbers that a bank would make up, made from the operation's id instead: the same question
//! gets the same answer, and nothing has to be remembered.

use domain::OperationId;

/// Mixes an id and what the number is for into 64 bits (FNV-1a, finished as in SplitMix64).
fn mixed(operation: OperationId, purpose: &str) -> u64 {
    let text = format!("{operation}/{purpose}");
    let mut bits = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        bits = (bits ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    finished(bits)
}

/// The finishing step of SplitMix64.
pub(super) fn finished(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A number of `digits` decimal digits, at most 18.
pub(super) fn decimal(operation: OperationId, purpose: &str, digits: u32) -> String {
    let number = mixed(operation, purpose) % 10_u64.saturating_pow(digits);
    let width = usize::try_from(digits).unwrap_or(0);
    format!("{number:0width$}")
}

/// 32 hexadecimal digits, capital letters.
pub(super) fn hexadecimal(operation: OperationId, purpose: &str) -> String {
    let high = mixed(operation, purpose);
    format!("{high:016X}{:016X}", finished(high.wrapping_add(1)))
}
