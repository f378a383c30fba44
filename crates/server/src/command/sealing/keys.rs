//! `altyn sealing list` and `altyn sealing prune`: which keys there are, and what uses them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use app::sealing::{self, Keyring};
use serde_json::{Value, json};
use store::sealing::SealingKey;

use super::super::{counted, shown};
use super::changing;
use crate::config::Config;
use crate::output::{Output, table};
use crate::platform::Platform;
use crate::sealing::KeyFile;

/// All that is known of keys.
struct Keys {
    /// Those in the file.
    there: Keyring,
    /// Those that the database has noted, the oldest first.
    noted: Vec<SealingKey>,
    /// How many secrets are sealed with each.
    used: BTreeMap<u32, u64>,
}

impl Keys {
    async fn of(file: &KeyFile, platform: &Platform) -> Result<Self> {
        let noted = sealing::registered(&platform.store).await;
        let used = sealing::used(&platform.cx).await;
        Ok(Self {
            there: file.read()?.unwrap_or_default(),
            noted: noted.context("read which keys the database is sealed with")?,
            used: used.context("read what is sealed with which key")?,
        })
    }

    /// The number of the key that seals.
    fn newest(&self) -> Option<u32> {
        self.noted.last().map(|key| key.number)
    }

    fn noted(&self, number: u32) -> Option<&SealingKey> {
        self.noted.iter().find(|key| key.number == number)
    }

    /// All numbers, the oldest first.
    fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.there.numbers().collect();
        numbers.extend(self.noted.iter().map(|key| key.number));
        numbers.extend(self.used.keys());
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The state of a key, in a few words.
    fn state(&self, number: u32) -> &'static str {
        let there = self.there.check(number);
        let newest = self.newest().unwrap_or(0);
        match (there, self.noted(number)) {
            (None, _) => "missing in the file",
            (Some(check), Some(noted)) if check != noted.check => "another one in the file",
            (Some(_), Some(_)) if number == newest => "seals",
            (Some(_), _) if newest < number => "prepared",
            (Some(_), _) => "opens",
        }
    }

    /// The older keys that nothing is sealed with.
    fn unused(&self) -> Vec<u32> {
        let newest = self.newest().unwrap_or(0);
        let older = self.numbers().into_iter().filter(|it| *it < newest);
        older.filter(|it| !self.used.contains_key(it)).collect()
    }
}

/// Lists the keys.
pub(super) async fn list(config: &Config, platform: &Platform) -> Result<Output> {
    let file = KeyFile::of(config);
    let keys = Keys::of(&file, platform).await?;
    let mut rows = Vec::new();
    let mut items: Vec<Value> = Vec::new();
    for number in keys.numbers() {
        let made = keys.noted(number).map(|key| shown(key.created_at));
        let secrets = keys.used.get(&number).copied().unwrap_or(0);
        let state = keys.state(number);
        rows.push(vec![
            number.to_string(),
            made.clone().unwrap_or_default(),
            state.to_owned(),
            secrets.to_string(),
        ]);
        items.push(json!({
            "key": number,
            "created_at": made,
            "state": state,
            "secrets": secrets,
        }));
    }
    let text = match rows.as_slice() {
        [] => format!("There is no sealing key in {} yet.", file.shown()),
        rows => table(&["key", "in use since", "state", "secrets"], rows),
    };
    Ok(Output::good(
        text,
        json!({ "file": file.shown(), "items": items }),
    ))
}

/// Drops keys that nothing uses, or lists them.
pub(super) async fn prune(config: &Config, platform: &Platform, drop: bool) -> Result<Output> {
    let file = KeyFile::of(config);
    // While this is held nobody adds a key, and no server seals with an older one than the newest.
    let changing = changing(&file).await?;
    let keys = Keys::of(&file, platform).await?;
    file.compare(&keys.noted, Some(&keys.there))?;
    let unused = keys.unused();
    let since = keys.noted.last().map(|newest| shown(newest.created_at));
    if drop && !unused.is_empty() {
        // The database first: a server can start with more keys than the database knows, but not
        // with fewer.
        let forgotten = sealing::forget(&platform.store, unused.clone()).await;
        forgotten.context("forget the keys in the database")?;
        file.write(&keys.there.without(&unused), &changing)?;
    }
    let json = json!({
        "file": file.shown(),
        "unused": unused,
        "dropped": if drop { unused.as_slice() } else { &[] },
        "backups_before": since,
    });
    Ok(Output::good(pruned(&file, &unused, (since, drop)), json))
}

fn pruned(file: &KeyFile, unused: &[u32], (since, drop): (Option<String>, bool)) -> String {
    if unused.is_empty() {
        return "Every older key still opens something; nothing can be dropped.".to_owned();
    }
    let numbers: Vec<String> = unused.iter().map(u32::to_string).collect();
    let (numbers, place) = (numbers.join(", "), file.shown());
    let count = u64::try_from(unused.len()).unwrap_or(u64::MAX);
    let keys = counted(count, "key", "keys");
    let since = since.unwrap_or_default();
    let backups = format!(
        "Backups from before {since} are sealed with what was used then: keep a copy of the file \
         from before for as long as you keep them."
    );
    if drop {
        format!(
            "Dropped {keys} ({numbers}) from {place}: copy the file to every other node.\n{backups}"
        )
    } else {
        format!(
            "Nothing is sealed with {keys} in {place} ({numbers}).\n{backups}\n`altyn sealing \
             prune --drop` drops what nothing is sealed with."
        )
    }
}
