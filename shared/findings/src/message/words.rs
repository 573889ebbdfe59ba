//! The type of a finding in words, made from the parts of its name.

use super::text::{capitalised, line};
use crate::FindingType;

/// Longest name that is taken apart; longer ones are shown as they are, cut.
const NAME: usize = 160;

/// Parts of names that are not written as they are spoken; the longer of two comes first.
const SPOKEN: [(&str, &str); 17] = [
    ("C&CActivity", "command and control activity"),
    ("DefenseEvasion", "defense evasion"),
    ("CryptoCurrency", "cryptocurrency"),
    ("CryptoMiner", "crypto miner"),
    ("CloudTrail", "CloudTrail"),
    ("PenTest", "penetration test"),
    ("Portscan", "port scan"),
    ("XORDDOS", "XOR DDoS"),
    ("Userfaultfd", "userfaultfd"),
    ("CGroups", "cgroups"),
    ("WinRM", "WinRM"),
    ("RoleBinding", "role binding"),
    ("Recon", "reconnaissance"),
    ("DoH", "DNS-over-HTTPS"),
    ("DoT", "DNS-over-TLS"),
    ("IAMUser", "IAM user"),
    ("S3", "S3"),
];

/// Words that keep their capital.
const PROPER: [&str; 11] = [
    "Bedrock",
    "Bitcoin",
    "Docker",
    "Kali",
    "Kubeflow",
    "Kubernetes",
    "Linux",
    "Parrot",
    "Pentoo",
    "Tor",
    "Lambda",
];

/// `Cryptocurrency, EC2: Bitcoin tool, seen in DNS`
pub(super) fn of(kind: Option<&FindingType>) -> String {
    let Some(kind) = kind else { return "Finding without a type".to_owned() };
    let whole = || line(kind.as_str(), NAME).unwrap_or_else(|| "Finding without a type".to_owned());
    let is_plain = |text: &str| {
        text.len() <= NAME
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.!&-_".contains(&byte))
    };
    if !is_plain(kind.as_str()) {
        return whole();
    }
    let (Some(purpose), Some(place), Some(family)) =
        (kind.purpose(), kind.resource(), kind.family())
    else {
        return whole();
    };
    let mut told = format!(
        "{}, {}: {}",
        capitalised(&spoken(purpose)),
        self::place(place),
        capitalised(&spoken(family))
    );
    for part in [kind.mechanism(), kind.artifact()].into_iter().flatten() {
        if let Some(how) = how(part) {
            told.push_str(&format!(", {how}"));
        }
    }
    told
}

/// The resource of a type's name, as AWS calls it.
fn place(name: &str) -> String {
    match name {
        "IAMUser" | "IAM" => "IAM".to_owned(),
        "Runtime" => "running workload".to_owned(),
        "Route53Resolver" => "Route 53 Resolver".to_owned(),
        "RolesAnywhere" => "IAM Roles Anywhere".to_owned(),
        "SageMaker" => "SageMaker".to_owned(),
        "Kubernetes" | "Lambda" => name.to_owned(),
        _ => spoken(name),
    }
}

/// A mechanism or artifact. A single letter tells variants apart and says nothing else.
fn how(part: &str) -> Option<String> {
    Some(match part {
        "DNS" | "Dns" => "seen in DNS".to_owned(),
        "Tcp" => "over TCP".to_owned(),
        "Udp" => "over UDP".to_owned(),
        "UdpOnTcpPorts" => "UDP on TCP ports".to_owned(),
        "Custom" => "from a threat list of your own".to_owned(),
        "Reputation" => "by reputation".to_owned(),
        letter if letter.len() == 1 => return None,
        other => spoken(other),
    })
}

/// `PortProbeEMRUnprotectedPort` as `port probe EMR unprotected port`.
fn spoken(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let known = SPOKEN.iter().find_map(|(own, words)| Some((rest.strip_prefix(own)?, *words)));
        if let Some((after, spoken)) = known.filter(|(after, _)| starts_word(after)) {
            words.push(spoken.to_owned());
            rest = after;
            continue;
        }
        let (word, after) = rest.split_at(word_end(rest));
        let word = word.trim_matches(['.', '!', '&', '-', '_', ':', '/']);
        let keeps =
            PROPER.contains(&word) || word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
        match word {
            "" => {}
            word if keeps => words.push(word.to_owned()),
            word => words.push(word.to_ascii_lowercase()),
        }
        rest = after;
    }
    words.join(" ")
}

fn starts_word(rest: &str) -> bool {
    !rest.starts_with(|own: char| own.is_ascii_lowercase())
}

/// The length of the first word: capitals are one word (`EMR`), unless the last begins the next
/// (`IPCaller`). At least 1.
fn word_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    let mut end = 1;
    if at(0).is_ascii_uppercase() && (at(1).is_ascii_uppercase() || at(1).is_ascii_digit()) {
        while at(end).is_ascii_uppercase() || at(end).is_ascii_digit() {
            end += 1;
        }
        if end > 1 && at(end).is_ascii_lowercase() && at(end - 1).is_ascii_uppercase() {
            end -= 1;
        }
        return end;
    }
    while at(end).is_ascii_lowercase() || at(end).is_ascii_digit() {
        end += 1;
    }
    end.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KnownType;

    fn told(text: &str) -> String {
        of(Some(&FindingType::new(text)))
    }

    #[test]
    fn types_are_told_from_their_parts() {
        for (kind, words) in [
            (
                "CryptoCurrency:EC2/BitcoinTool.B!DNS",
                "Cryptocurrency, EC2: Bitcoin tool, seen in DNS",
            ),
            ("Backdoor:EC2/C&CActivity.B", "Backdoor, EC2: Command and control activity"),
            (
                "Recon:EC2/PortProbeEMRUnprotectedPort",
                "Reconnaissance, EC2: Port probe EMR unprotected port",
            ),
            ("UnauthorizedAccess:EC2/TorIPCaller", "Unauthorized access, EC2: Tor IP caller"),
            (
                "Recon:IAMUser/MaliciousIPCaller.Custom",
                "Reconnaissance, IAM: Malicious IP caller, from a threat list of your own",
            ),
            (
                "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
                "Unauthorized access, IAM: Instance credential exfiltration, outside AWS",
            ),
            (
                "PrivilegeEscalation:Kubernetes/AnomalousBehavior.WorkloadDeployed!PrivilegedContainer",
                "Privilege escalation, Kubernetes: Anomalous behavior, workload deployed, privileged container",
            ),
            (
                "DefenseEvasion:EC2/UnusualDoHActivity",
                "Defense evasion, EC2: Unusual DNS-over-HTTPS activity",
            ),
            (
                "Policy:IAMUser/S3BlockPublicAccessDisabled",
                "Policy, IAM: S3 block public access disabled",
            ),
            ("UnauthorizedAccess:EC2/SSHBruteForce", "Unauthorized access, EC2: SSH brute force"),
            (
                "Backdoor:EC2/DenialOfService.UdpOnTcpPorts",
                "Backdoor, EC2: Denial of service, UDP on TCP ports",
            ),
            (
                "AttackSequence:IAM/CompromisedCredentials",
                "Attack sequence, IAM: Compromised credentials",
            ),
            ("PenTest:S3/KaliLinux", "Penetration test, S3: Kali Linux"),
            (
                "Impact:Runtime/CryptoMinerExecuted",
                "Impact, running workload: Crypto miner executed",
            ),
            ("S3Object:S3/MaliciousFile", "S3 object, S3: Malicious file"),
        ] {
            assert_eq!(told(kind), words);
        }
    }

    #[test]
    fn every_known_type_becomes_words_without_camel_case() {
        for known in KnownType::all() {
            let words = told(known.name);
            let odd = words.split([' ', ',', ':']).find(|word| {
                !["DDoS", "CloudTrail", "WinRM", "SageMaker"].contains(word)
                    && word
                        .as_bytes()
                        .windows(2)
                        .any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
            });
            assert_eq!(odd, None, "{} became {words}", known.name);
            assert!(words.len() > known.name.len() / 2 && !words.contains("  "), "{words}");
        }
    }

    #[test]
    fn a_name_outside_the_grammar_is_shown_as_it_is() {
        assert_eq!(told("What is this?"), "What is this?");
        assert_eq!(told("A:B/<b>\u{202e}x\r\n"), "A:B/<b>x");
        assert_eq!(told("\u{7}"), "Finding without a type");
        assert_eq!(told(&format!("A:B/{}", "c".repeat(500))).chars().count(), NAME);
        assert_eq!(of(None), "Finding without a type");
    }
}
