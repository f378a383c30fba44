//! Who has started this program, by what the machine says.

use std::fs;

use domain::access::Machine;

use crate::config::Config;

/// Whoever has typed the command that reads this configuration.
pub(crate) fn of(config: &Config) -> Machine {
    let (command, rights) = match config.way {
        Some(way) => (way.words.to_owned(), way.rights.to_vec()),
        None => (String::new(), Vec::new()),
    };
    Machine {
        account: user(),
        command,
        rights,
    }
}

/// The account that the program runs under, and the machine's name: `altyn@pay-1`.
fn user() -> String {
    let id = rustix::process::getuid().as_raw();
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = name(&accounts, id).unwrap_or_else(|| id.to_string());
    match fs::read_to_string("/proc/sys/kernel/hostname") {
        Ok(host) => format!("{user}@{}", host.trim()),
        Err(_unknown) => user,
    }
}

/// The name of an account in the machine's list of them.
fn name(accounts: &str, id: u32) -> Option<String> {
    let id = id.to_string();
    accounts.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)? == id).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn an_account_has_its_name() {
        let accounts = "root:x:0:0::/root:/bin/sh\naltyn:x:998:998::/var/lib/altyn:/bin/false\n";
        assert_eq!(name(accounts, 998).as_deref(), Some("altyn"));
        assert_eq!(name(accounts, 99), None);
    }
}
