//! The details of an access key, and of what it was used on.

use serde_json::{Value, json};

use super::{Scene, merge, storage};

pub(super) fn access_key(name: &str, scene: &Scene<'_>) -> Value {
    let root = name.contains("Root");
    let key = json!({ "accessKeyDetails": key_details(root) });
    // Policy and stealth findings about a bucket are findings of the key that changed it.
    let used_on = if name.contains(":S3/") {
        storage::bucket("S3Bucket", scene)
    } else if name.contains("PromptInjection")
        || name.contains("CostHarvesting")
        || name.contains("ModelInvocation")
    {
        model(scene)
    } else {
        json!({})
    };
    merge([key, used_on])
}

pub(super) fn key_details(root: bool) -> Value {
    json!({
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "principalId": if root { "111122223333" } else { "AIDAEXAMPLEUSER000000" },
        "userType": if root { "Root" } else { "IAMUser" },
        "userName": if root { "Root" } else { "example-user" },
    })
}

fn model(scene: &Scene<'_>) -> Value {
    let guardrail = scene.arn("bedrock", "guardrail/example0guard");
    json!({
        "bedrockGuardrailDetails": {
            "guardrailArn": guardrail,
            "guardrailVersion": "1",
            "guardrails": [{ "arn": guardrail, "version": "1" }],
            "guardrailAction": "GUARDRAIL_INTERVENED",
            "guardrailSource": "INPUT",
            "contentPolicyFilters": [{ "type": "PROMPT_ATTACK", "confidence": "HIGH", "action": "BLOCKED" }],
        },
        "modelDetails": [{ "modelId": "example.model-v1:0" }],
    })
}
