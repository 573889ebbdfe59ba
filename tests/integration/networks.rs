//! `cidr` agrees with Python's `ipaddress` on thousands of networks and addresses of both families.

use std::{
    io::Write,
    net::{Ipv4Addr, Ipv6Addr},
    process::Stdio,
};

use findings::{Filter, Finding, Truth};
use serde_json::json;

use crate::{
    binary::{root, stderr, stdout},
    python::python,
};

/// The same pairs at every run, half of them near misses: a network and an address one bit away from it.
fn pairs() -> Vec<[String; 2]> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 16
    };
    let mut pairs = Vec::new();
    for _ in 0..1500 {
        let [base, length, bit] = [next() as u32, (next() % 33) as u32, (next() % 32) as u32];
        let address = base ^ (1 << bit);
        let network = format!("{}/{length}", Ipv4Addr::from(base));
        pairs.push([network.clone(), Ipv4Addr::from(address).to_string()]);
        pairs.push([network, Ipv4Addr::from(address).to_ipv6_mapped().to_string()]);
        let base = (u128::from(next()) << 80) | u128::from(next());
        let [length, bit] = [next() % 129, next() % 128];
        let network = format!("{}/{length}", Ipv6Addr::from(base));
        pairs.push([network, Ipv6Addr::from(base ^ (1 << bit)).to_string()]);
    }
    pairs
}

#[test]
fn networks_hold_what_python_says_they_hold() {
    let Some(python) = python("networks against Python's ipaddress") else { return };
    let pairs = pairs();
    let mut child = python
        .command(&root().join("tests/python/networks.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input: String = pairs.iter().map(|pair| format!("{}\n", json!(pair))).collect();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let answers = stdout(&output);
    assert_eq!(answers.lines().count(), pairs.len());
    for ([network, address], answer) in pairs.iter().zip(answers.lines()) {
        let filter = Filter::from_criteria_json(&json!({"region": {"cidr": [network]}})).unwrap();
        let finding = Finding::parse(&json!({"id": "f", "region": address}).to_string()).unwrap();
        let expected = Truth::from(answer == "true");
        assert_eq!(filter.matches(&finding), expected, "{address} in {network}");
    }
    assert!(answers.contains("true") && answers.contains("false"));
}
