//! How numbers are written for people.

/// `176,980`
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (left, digit) in (0..digits.len()).rev().zip(digits.chars()) {
        written.push(digit);
        if left > 0 && left % 3 == 0 {
            written.push(',');
        }
    }
    written
}

/// `1 rule`, `1,200 rules`
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// As [`counted`], of a collection's length.
pub(crate) fn so_many(number: usize, noun: &str) -> String {
    counted(u64::try_from(number).unwrap_or(u64::MAX), noun)
}

/// `1 stays`, `1,200 stay`
pub(crate) fn stay(number: usize) -> String {
    let grouped = grouped(u64::try_from(number).unwrap_or(u64::MAX));
    format!("{grouped} {}", if number == 1 { "stays" } else { "stay" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_and_one_is_singular() {
        let written: Vec<_> = [0, 999, 1_000, 176_980, 1_234_567].map(grouped).into();
        assert_eq!(written, ["0", "999", "1,000", "176,980", "1,234,567"]);
        let counts: Vec<_> = [0, 1, 1_200].map(|number| counted(number, "rule")).into();
        assert_eq!(counts, ["0 rules", "1 rule", "1,200 rules"]);
        assert_eq!([1, 2].map(stay), ["1 stays", "2 stay"]);
    }
}
