//! Combines the defaults, the file, the environment and the flags, and reports exactly where
//! something is wrong.

use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::{Config, KEYS, Key};

/// The file that is read, if it is there, when none is named.
const FILE: &str = "altyn.toml";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The default.
    Default,
    /// In the file, at this line.
    File(PathBuf, usize),
    /// In the environment.
    Variable(String),
    /// On the command line.
    Flag(String),
}

/// Values from outside the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// The values of `ALTYN_…` variables and flags: the index of the key, the value, where it comes
    /// from; in the order in which they override each other.
    pub(crate) values: Vec<(usize, String, Origin)>,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{}: cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("{}, line {line}: {reason}", file.display())]
    Syntax {
        file: PathBuf,
        line: usize,
        reason: String,
    },
    #[error("{}, line {line}: there is no key {key:?}; did you mean {nearest:?}?", file.display())]
    UnknownKey {
        file: PathBuf,
        line: usize,
        key: String,
        nearest: &'static str,
    },
    #[error("{origin}: {reason}")]
    BadValue { origin: Origin, reason: String },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::File(path, line) => write!(f, "{}, line {line}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// Reads the configuration.
pub(crate) fn read(given: &Given) -> Result<Config, ConfigError> {
    let mut config = Config::defaults().map_err(|reason| ConfigError::BadValue {
        origin: Origin::Default,
        reason,
    })?;
    let file = given.file.as_deref().or_else(|| {
        let file = Path::new(FILE);
        file.exists().then_some(file)
    });
    config.without_file = file.is_none();
    let mut values = match file {
        Some(path) => read_file(path)?,
        None => Vec::new(),
    };
    values.extend(given.values.iter().cloned());
    for (index, value, origin) in values {
        let Some(key) = KEYS.get(index) else { continue };
        (key.set)(&mut config, &value)
            .map_err(|reason| ConfigError::BadValue { origin, reason })?;
    }
    Ok(config)
}

fn read_file(path: &Path) -> Result<Vec<(usize, String, Origin)>, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
    parse(path, &text)
}

/// The values of a file.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<(usize, String, Origin)>, ConfigError> {
    let line = |offset: usize| {
        let before = text.get(..offset).unwrap_or(text);
        before.matches('\n').count().saturating_add(1)
    };
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        file: path.to_owned(),
        line: line(error.span().map_or(0, |span| span.start)),
        reason: error.message().to_owned(),
    })?;
    let mut values = Vec::new();
    for (name, value) in table.get_ref() {
        let line = line(name.span().start);
        let name: &str = name.get_ref();
        let Some(index) = KEYS.iter().position(|key| key.name == name) else {
            return Err(ConfigError::UnknownKey {
                file: path.to_owned(),
                line,
                key: name.to_owned(),
                nearest: nearest(name),
            });
        };
        let plain = plain(value.get_ref()).ok_or_else(|| ConfigError::Syntax {
            file: path.to_owned(),
            line,
            reason: format!("{name} takes no {}", value.get_ref().type_str()),
        })?;
        values.push((index, plain, Origin::File(path.to_owned(), line)));
    }
    Ok(values)
}

/// A value in the form of flags and variables.
fn plain(value: &DeValue<'_>) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    if let Some(number) = value.as_integer() {
        return Some(number.to_string());
    }
    if let Some(yes) = value.as_bool() {
        return Some(yes.to_string());
    }
    let items = value.as_array()?.iter();
    let items: Option<Vec<&str>> = items.map(|item| item.get_ref().as_str()).collect();
    Some(items?.join(","))
}

/// The known key that is most like `name`.
pub(super) fn nearest(name: &str) -> &'static str {
    let name = name.to_lowercase().replace('-', "_");
    let distance = |key: &&Key| strsim::levenshtein(&name, key.name);
    KEYS.iter().min_by_key(distance).map_or("", |key| key.name)
}
