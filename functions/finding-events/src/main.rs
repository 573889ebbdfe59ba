//! The Lambda function `finding-events`.

use finding_events::{FindingEvents, SERVICE, Settings};
use lambda_runtime::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let settings = platform::lambda::init(SERVICE, Settings::from_process())?;
    let function = &FindingEvents::new(settings);
    lambda_runtime::run(service_fn(|event| {
        platform::lambda::invocation(SERVICE, event, |invocation, scope| {
            function.handle(invocation, scope)
        })
    }))
    .await
}
