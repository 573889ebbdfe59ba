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

/// A share of 1 as per cent. Only what is nothing is 0%, and only what is everything is 100%.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent <= 0.0 {
        "0%".to_owned()
    } else if percent < 0.1 {
        "under 0.1%".to_owned()
    } else if percent >= 100.0 {
        "100%".to_owned()
    } else if percent > 99.9 {
        "over 99.9%".to_owned()
    } else {
        format!("{percent:.1}%")
    }
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

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_everything() {
        let written = [0.0, 1.0 / 176_980.0, 0.125, 176_979.0 / 176_980.0, 1.0].map(percent);
        assert_eq!(written, ["0%", "under 0.1%", "12.5%", "over 99.9%", "100%"]);
    }
}
