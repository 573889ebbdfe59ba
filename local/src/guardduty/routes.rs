//! Which operation a method and a path name: every operation of GuardDuty's API, emulated or not.

use std::sync::LazyLock;

use hyper::Method;

struct Route {
    operation: &'static str,
    method: &'static str,
    segments: Vec<&'static str>,
}

static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| include_str!("routes.tsv").lines().skip(1).filter_map(route).collect());

fn route(line: &'static str) -> Option<Route> {
    let mut cells = line.split('\t');
    let (operation, method, path) = (cells.next()?, cells.next()?, cells.next()?);
    Some(Route { operation, method, segments: path.trim_start_matches('/').split('/').collect() })
}

/// The operation alone.
pub(crate) fn operation(method: &Method, path: &str) -> Option<&'static str> {
    find(method, path).map(|(operation, _)| operation)
}

/// The operation and its path parameters, percent-decoded.
pub(crate) fn find(method: &Method, path: &str) -> Option<(&'static str, Vec<String>)> {
    let mut asked: Vec<&str> = path.trim_matches('/').split('/').collect();
    // Some clients leave the slash of a resource ARN as it is.
    let joined;
    if let ["tags", arn @ ..] = asked.as_slice() {
        joined = arn.join("%2F");
        asked = vec!["tags", &joined];
    }
    let route = ROUTES.iter().find(|route| {
        route.method == method.as_str()
            && route.segments.len() == asked.len()
            && route
                .segments
                .iter()
                .zip(&asked)
                .all(|(known, asked)| (*known == "*" && !asked.is_empty()) || known == asked)
    })?;
    let parameters = route.segments.iter().zip(&asked).filter(|(known, _)| **known == "*");
    Some((route.operation, parameters.map(|(_, asked)| percent_decode(asked)).collect()))
}

fn percent_decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let escape = match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                hex_digit(*high).zip(hex_digit(*low)).map(|(high, low)| (high << 4 | low, after))
            }
            _ => None,
        };
        match escape {
            Some((byte, after)) => {
                decoded.push(byte);
                rest = after;
            }
            None => decoded.push(*first),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_operations_share_a_method_and_path() {
        let paths: BTreeSet<_> =
            ROUTES.iter().map(|route| (route.method, &route.segments)).collect();
        assert_eq!(paths.len(), ROUTES.len());
        assert!(ROUTES.len() > 90);
    }

    #[test]
    fn a_path_gives_the_operation_and_its_parameters() {
        let (operation, parameters) = find(&Method::POST, "/detector/abc/findings/get").unwrap();
        assert_eq!((operation, parameters), ("GetFindings", vec!["abc".to_owned()]));
        let (operation, parameters) = find(&Method::GET, "/detector/abc/filter/a%2Db").unwrap();
        assert_eq!(
            (operation, parameters),
            ("GetFilter", vec!["abc".to_owned(), "a-b".to_owned()])
        );
    }

    #[test]
    fn an_arn_is_one_parameter_with_its_slashes_escaped_or_not() {
        let arn = "arn:aws:guardduty:us-east-1:111122223333:detector/abc";
        for path in [
            format!("/tags/{arn}"),
            format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F")),
        ] {
            let found = find(&Method::GET, &path).unwrap();
            assert_eq!(found, ("ListTagsForResource", vec![arn.to_owned()]));
        }
    }

    #[test]
    fn what_is_no_operation_is_none() {
        assert_eq!(find(&Method::PUT, "/detector"), None);
        assert_eq!(find(&Method::GET, "/"), None);
        assert_eq!(find(&Method::GET, "/detector//findings"), None);
    }

    #[test]
    fn a_broken_escape_stays_as_it_is() {
        assert_eq!(percent_decode("100%"), "100%");
        assert_eq!(percent_decode("%zz%4"), "%zz%4");
        assert_eq!(percent_decode("%C3%B6"), "ö");
    }
}
