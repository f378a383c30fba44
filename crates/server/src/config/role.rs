//! The parts of the platform that a process can be limited to.

/// A part of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The merchant API.
    Api,
    /// The pages that buyers pay on.
    Checkout,
    /// Notifications, expiry, reconciliation.
    Worker,
}

impl Role {
    pub(crate) const ALL: [Self; 3] = [Self::Api, Self::Checkout, Self::Worker];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Checkout => "checkout",
            Self::Worker => "worker",
        }
    }

    /// Reads `api,worker`.
    pub(super) fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        let mut roles = Vec::new();
        for name in text.split(',').map(str::trim) {
            let role = Self::ALL.into_iter().find(|role| role.name() == name);
            let role = role.ok_or_else(|| Self::refuse(name))?;
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        Ok(roles)
    }

    fn refuse(name: &str) -> String {
        match name {
            "cabinet" | "office" => format!(
                "this version has no role {name}: the merchant's and the staff's pages are not \
                 built yet; the roles are api, checkout, worker"
            ),
            _ => format!("there is no role {name:?}; the roles are api, checkout, worker"),
        }
    }
}
