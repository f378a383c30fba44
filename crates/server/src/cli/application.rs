//! The commands on applications of partners.

use clap::{Args, Subcommand};
use domain::{ApplicationId, Scope};

/// `altyn app`.
#[derive(Debug, Subcommand)]
pub(crate) enum Application {
    /// Adds an application; its secret is shown only now
    Create(Box<CreateApplication>),
    /// Lists all applications
    List,
    /// Shows an application
    Show {
        /// Its id: the client_id of OAuth
        id: ApplicationId,
    },
    /// Gives an application another secret, which is shown only now; the old one is refused
    Secret {
        /// Its id: the client_id of OAuth
        id: ApplicationId,
    },
    /// Takes an application away: all of its tokens are refused
    Delete {
        /// Its id: the client_id of OAuth
        id: ApplicationId,
    },
}

/// `altyn app create`.
#[derive(Debug, Args)]
pub(crate) struct CreateApplication {
    /// The name that merchants see
    #[arg(long)]
    pub(crate) name: String,
    /// What it does, for merchants
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// The address of its site, with https
    #[arg(long)]
    pub(crate) site: Option<String>,
    /// The address that codes are sent to; without it they are shown to the merchant, who types
    /// them in
    #[arg(long)]
    pub(crate) callback: Option<String>,
    /// The rights that it asks for, such as checkout:payments_create; without this option, all
    #[arg(long = "scope", alias = "scopes", value_delimiter = ',', value_parser = scope)]
    pub(crate) scopes: Vec<Scope>,
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::from_code(text).ok_or_else(|| {
        let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.code()).collect();
        format!("there is no right {text:?}; there are {}", known.join(", "))
    })
}
