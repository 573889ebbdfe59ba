//! The Lambda function `finding-exports`.

use finding_exports::{FindingExports, SERVICE, Settings};
use lambda_runtime::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let settings = platform::lambda::init(SERVICE, Settings::from_process())?;
    let function = &FindingExports::new(settings);
    lambda_runtime::run(service_fn(|event| {
        platform::lambda::invocation(SERVICE, event, |invocation, scope| {
            function.handle(invocation, scope)
        })
    }))
    .await
}
