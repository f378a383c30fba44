//! Files that only their owner may read, and names that survive a power failure.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// A new file that only its owner may read.
pub(crate) fn private_file(path: &Path) -> Result<File> {
    let mut options = File::options();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let opened = options.open(path);
    opened.with_context(|| format!("make {}", path.display()))
}

/// A path with something added to its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The directory that a path is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|path| *path != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// Makes names in a directory survive a power failure.
pub(crate) fn sync_dir(path: Option<&Path>) -> Result<()> {
    let here = Path::new(".");
    let path = path.filter(|path| *path != Path::new("")).unwrap_or(here);
    File::open(path)
        .and_then(|directory| directory.sync_all())
        .with_context(|| format!("write {} to disk", path.display()))
}
