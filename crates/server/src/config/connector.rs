//! The operator's connectors: their names, in the order in which they are asked, and which of them
//! take nothing new.

use domain::ConnectorName;
use domain::fiscal::Secret;

/// The connectors of a server.
#[derive(Clone, Debug)]
pub(crate) struct ConnectorsConfig {
    names: Vec<ConnectorName>,
    off: Vec<ConnectorName>,
    pub(super) sandbox_secret: Option<Secret>,
}

impl Default for ConnectorsConfig {
    fn default() -> Self {
        Self {
            names: vec![ConnectorName::SANDBOX],
            off: Vec::new(),
            sandbox_secret: None,
        }
    }
}

impl ConnectorsConfig {
    /// Their names; the first one that is on and able to is asked.
    pub(crate) fn names(&self) -> &[ConnectorName] {
        &self.names
    }

    /// Returns whether it takes nothing new.
    pub(crate) fn is_off(&self, name: ConnectorName) -> bool {
        self.off.contains(&name)
    }

    /// The secret with which a sandbox signs its calls, if it makes any.
    pub(crate) fn sandbox_secret(&self) -> Option<&str> {
        self.sandbox_secret.as_ref().map(Secret::expose)
    }

    /// The first name that takes nothing new and is no connector's.
    pub(crate) fn unknown_off(&self) -> Option<ConnectorName> {
        let off = self.off.iter();
        off.copied().find(|name| !self.names.contains(name))
    }

    pub(super) fn set_names(&mut self, text: &str) -> Result<(), String> {
        if text == "none" {
            return Err("name at least one; a platform without a bank takes no money".to_owned());
        }
        self.names = names(text)?;
        let twice = |name: &&ConnectorName| self.names.iter().filter(|one| one == name).count() > 1;
        match self.names.iter().find(twice) {
            Some(name) => Err(format!("{name} is named twice")),
            None => Ok(()),
        }
    }

    pub(super) fn set_off(&mut self, text: &str) -> Result<(), String> {
        self.off = match text {
            "none" => Vec::new(),
            _ => names(text)?,
        };
        Ok(())
    }
}

fn names(text: &str) -> Result<Vec<ConnectorName>, String> {
    let parse = |name: &str| {
        let name = name.trim();
        name.parse().map_err(|error| format!("{name:?}: {error}"))
    };
    text.split(',').map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::ConnectorsConfig;

    #[test]
    fn names_are_taken_in_order_and_once() {
        let mut config = ConnectorsConfig::default();
        assert_eq!(config.names().len(), 1);
        config.set_names("second, sandbox").unwrap();
        config.set_off("second").unwrap();
        let shown: Vec<_> = config
            .names()
            .iter()
            .map(|name| (name.as_str(), config.is_off(*name)))
            .collect();
        assert_eq!(shown, [("second", true), ("sandbox", false)]);
        assert_eq!(config.unknown_off(), None);
        config.set_off("sandbox,secnd").unwrap();
        assert_eq!(config.unknown_off(), "secnd".parse().ok());
        config.set_off("none").unwrap();
        assert!(!config.is_off(config.names()[0]));
        for bad in ["", "none", "a,,b", "A", "a,b,a"] {
            assert!(config.set_names(bad).is_err(), "{bad}");
        }
    }
}
