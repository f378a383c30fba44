//! Licences: everything in the build has one that `deny.toml` allows, and every one that it allows
//! is needed.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use super::{Finding, Tree};
use crate::process;
use crate::project::Project;

const ALLOWED: &str = "deny.toml";
const MANIFEST: &str = "Cargo.toml";
/// The platform of the binary: crates of other systems are not even fetched.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

#[derive(Deserialize)]
struct Allowed {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Deserialize)]
struct NpmLock {
    packages: std::collections::BTreeMap<String, NpmPackage>,
}

#[derive(Deserialize)]
struct NpmPackage {
    license: Option<String>,
}

/// What Cargo knows of the crates that are built.
pub(super) fn metadata(project: &Project) -> Result<Metadata> {
    let arguments = [
        "metadata",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        PLATFORM,
    ];
    let text = process::output(&mut project.cargo(&arguments))?;
    serde_json::from_str(&text).context("cargo metadata")
}

/// Every crate and every package of npm may be used, and every allowed licence is used.
pub(super) fn check(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let Some(file) = tree.find(ALLOWED) else {
        return vec![Finding::of(ALLOWED, "is missing")];
    };
    let allowed = match toml::from_str::<Allowed>(&file.text) {
        Ok(allowed) => allowed.licenses.allow,
        Err(error) => return vec![Finding::of(ALLOWED, error.to_string())],
    };
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    let mut look = |path: &str, name: String, licence: Option<&str>| {
        if let Err(says) = one(&name, licence, &allowed, &mut used) {
            findings.push(Finding::of(path, says));
        }
    };
    for package in &metadata.packages {
        let name = format!("{} {}", package.name, package.version);
        look(MANIFEST, name, package.license.as_deref());
    }
    let locks = tree.files.iter();
    for file in locks.filter(|file| file.path.ends_with("package-lock.json")) {
        let lock = serde_json::from_str::<NpmLock>(&file.text);
        let packages = lock.map(|lock| lock.packages).unwrap_or_default();
        // The project itself is listed without a name.
        for (name, package) in packages.into_iter().filter(|(name, _)| !name.is_empty()) {
            look(&file.path, name, package.license.as_deref());
        }
    }
    for licence in allowed.difference(&used) {
        let says = format!("nothing is under {licence}: it need not be allowed");
        findings.push(Finding::of(ALLOWED, says));
    }
    findings
}

/// Says why a licence is not allowed; notes those by which it is.
fn one(
    name: &str,
    licence: Option<&str>,
    allowed: &BTreeSet<String>,
    used: &mut BTreeSet<String>,
) -> Result<(), String> {
    let licence = licence.ok_or_else(|| format!("{name} names no licence"))?;
    let expression = Expression::parse_mode(licence, ParseMode::LAX).map_err(|error| {
        format!(
            "{name}: the licence {licence} cannot be read: {}",
            error.reason
        )
    })?;
    let permits = |requirement: &spdx::LicenseReq| allowed.contains(&requirement.to_string());
    if !expression.evaluate(permits) {
        return Err(format!(
            "{name} is under {licence}, which {ALLOWED} does not allow"
        ));
    }
    used.extend(
        expression
            .requirements()
            .map(|wanted| wanted.req.to_string()),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_needs_one_and_a_sum_needs_all() {
        let allowed = BTreeSet::from(["MIT".to_owned(), "ISC".to_owned()]);
        let mut used = BTreeSet::new();
        let mut is_fine = |licence| one("a 1.0.0", licence, &allowed, &mut used).is_ok();
        assert!(is_fine(Some("MIT")));
        assert!(is_fine(Some("GPL-3.0-only OR MIT")));
        assert!(is_fine(Some("Apache-2.0/MIT")), "as old manifests write it");
        assert!(is_fine(Some("MIT AND ISC")));
        assert!(!is_fine(Some("MIT AND GPL-3.0-only")));
        assert!(!is_fine(Some("Proprietary")));
        assert!(!is_fine(None));
        assert!(used.is_superset(&allowed));
    }
}
