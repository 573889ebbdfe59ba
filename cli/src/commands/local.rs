//! `guardsift local`: the whole system on this machine.

use std::path::{Path, PathBuf};

use anyhow::Context;
use comfy_table::{Cell, CellAlignment, Table, presets};
use local::{
    demo::{self, DemoConfig, DemoReport},
    machine::{Machine, MachineConfig},
};

use crate::{
    arguments::{LocalArguments, LocalFormat},
    exit::{Exit, Unusable},
    moment::now,
    object, stdout,
    talk::say,
};

pub(crate) fn run(arguments: LocalArguments) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if arguments.demo { run_demo(&arguments).await } else { keep_running(&arguments).await }
    })
}

async fn run_demo(arguments: &LocalArguments) -> anyhow::Result<Exit> {
    let config = DemoConfig {
        state: folder(arguments),
        binaries: binaries(arguments)?,
        port: arguments.port,
        guardsift: std::env::current_exe().context("can't tell where guardsift itself is")?,
        with_kills: arguments.kill,
    };
    let report = demo::run(config.clone(), |step| say!("· {step}")).await?;
    match arguments.output {
        LocalFormat::Json => stdout::println!("{}", serde_json::to_string(&report.counts)?)?,
        LocalFormat::Yaml => object::print(&report.counts, true)?,
        LocalFormat::Table => {
            stdout::println!("{}", table(&report, &config.state))?;
            let (seconds, folder) = (report.seconds, config.state.display());
            stdout::println!("\n{seconds:.1} s. Everything is in {folder}")?;
        }
    }
    match report.verdict() {
        Ok(()) => Ok(Exit::Success),
        Err(problems) => {
            anstream::eprintln!("{problems}");
            Ok(Exit::DemoFailed)
        }
    }
}

/// What happened, how often, and where to look, relative to the run's folder.
fn table(report: &DemoReport, folder: &Path) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["What happened", "Count", "Where to look"]);
    for row in &report.rows {
        let look = row.look.strip_prefix(folder).unwrap_or(&row.look);
        table.add_row([
            Cell::new(row.what),
            Cell::new(row.count).set_alignment(CellAlignment::Right),
            Cell::new(look.display()),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 3));
    }
    table
}

async fn keep_running(arguments: &LocalArguments) -> anyhow::Result<Exit> {
    let defaults = MachineConfig::for_people(folder(arguments), binaries(arguments)?);
    let rules = match &arguments.rules {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| Unusable(format!("can't read the rules {}", path.display())))?,
        None => defaults.rules.clone(),
    };
    let mode = if arguments.apply { "apply" } else { "plan" }.to_owned();
    let machine =
        Machine::start(MachineConfig { port: arguments.port, rules, mode, ..defaults }).await?;
    let endpoint = machine.endpoint();
    stdout::println!(
        "GuardDuty, S3 and the other services answer at {endpoint}
  export AWS_ENDPOINT_URL={endpoint} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}
  aws guardduty create-detector --enable
Everything is in {}. Stop it with Ctrl-C.",
        local::ACCESS_KEY_ID,
        local::SECRET_ACCESS_KEY,
        machine.state().display(),
    )?;
    let result = machine.run_until_stopped().await;
    machine.shutdown().await;
    result.map(|()| Exit::Success)
}

/// The folder that was asked for, or a new one below the current folder.
fn folder(arguments: &LocalArguments) -> PathBuf {
    arguments.folder.clone().unwrap_or_else(|| {
        let moment = now().to_rfc3339().replace([':', '.'], "-");
        Path::new("guardsift-local").join(moment)
    })
}

/// The folder of the function binaries, each of them there.
fn binaries(arguments: &LocalArguments) -> anyhow::Result<PathBuf> {
    let folder = match &arguments.binaries {
        Some(folder) => folder.clone(),
        None => {
            let own = std::env::current_exe().context("can't tell where guardsift itself is")?;
            own.parent().map(Path::to_owned).unwrap_or_default()
        }
    };
    for function in local::machine::FunctionName::ALL {
        let binary = folder.join(function.as_str());
        if !binary.is_file() {
            let message = format!(
                "the function {function} is missing: {} is no file; build it with `make build`, or say where it is with --binaries",
                binary.display()
            );
            return Err(Unusable(message).into());
        }
    }
    Ok(folder)
}
