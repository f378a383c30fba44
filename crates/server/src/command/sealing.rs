//! `altyn sealing`: the keys that secrets are sealed with.

mod keys;

use anyhow::{Context as _, Result, ensure};
use app::sealing::{self, Keyring, Resealed};
use app::{Clock as _, Cx};
use domain::Right;
use serde_json::{Value, json};
use store::Store;
use store::sealing::SealingKey;

use super::counted;
use crate::cli;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::output::Output;
use crate::platform::Platform;
use crate::sealing::{Changing, KeyFile, fresh_key, prepare};

/// What kind of rotation is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rotation {
    Whole,
    Prepared,
    WithoutLost,
}

/// Runs the command.
pub(super) async fn run(config: &Config, command: cli::Sealing) -> Result<Output> {
    let platform = Platform::of_command(config).await?;
    let changes = !matches!(command, cli::Sealing::List);
    let output = match command {
        cli::Sealing::List => keys::list(config, &platform).await,
        cli::Sealing::Rotate { prepare, lost } => {
            let rotation = match (prepare, lost) {
                (false, false) => Rotation::Whole,
                (true, _) => Rotation::Prepared,
                (false, true) => Rotation::WithoutLost,
            };
            rotate(config, &platform, rotation).await
        }
        cli::Sealing::Prune { drop } => keys::prune(config, &platform, drop).await,
    };
    if changes && output.is_ok() {
        let number = platform.app.sealing().seals_with();
        let object = number.map(|number| format!("key {number}"));
        let noted = app::journal::note(&platform.cx, Right::SealingRotate, object).await;
        noted.context("note it in the journal of actions")?;
    }
    platform.close().await;
    output
}

/// Takes the lock for changing the file.
async fn changing(file: &KeyFile) -> Result<Changing> {
    let file = file.clone();
    let changing = tokio::task::spawn_blocking(move || file.change()).await;
    changing.context("wait for the sealing keys")?
}

async fn rotate(config: &Config, platform: &Platform, rotation: Rotation) -> Result<Output> {
    let (app, store) = (&platform.app, &platform.store);
    let file = KeyFile::of(config);
    if rotation != Rotation::WithoutLost {
        prepare(config, store, app.sealing()).await?;
        // A rotation that was interrupted is finished before another one begins.
        let left = reseal(&platform.cx).await?;
        if left.rows != 0 && rotation == Rotation::Whole {
            let number = app.sealing().seals_with().context("the key that seals")?;
            return Ok(finished(&file, number, &left));
        }
    }
    let changing = changing(&file).await?;
    let (keys, number) = add_key(&file, store, rotation, &changing).await?;
    if rotation == Rotation::Prepared {
        return Ok(prepared(&file, number));
    }
    let noted = sealing::register(store, &keys, number, SystemClock.now()).await;
    let noted = noted.context("note the sealing key in the database")?;
    file.compare(&noted, Some(&keys))?;
    app.sealing().replace(keys, Ok(number));
    let resealed = reseal(&platform.cx).await?;
    Ok(rotated(&file, number, &resealed))
}

async fn reseal(cx: &Cx) -> Result<Resealed> {
    let resealed = sealing::reseal(cx).await;
    resealed.context("seal the secrets anew; run it again to go on")
}

/// The keys with one more that seals nothing yet: that of a prepared rotation, or a new one.
async fn add_key(
    file: &KeyFile,
    store: &Store,
    rotation: Rotation,
    changing: &Changing,
) -> Result<(Keyring, u32)> {
    let registered = sealing::registered(store).await;
    let registered = registered.context("read which keys the database is sealed with")?;
    let mut keys = file.read()?.unwrap_or_default();
    if rotation == Rotation::WithoutLost {
        let is_lost = |key: &&SealingKey| keys.check(key.number) != Some(key.check);
        let lost = registered.iter().filter(is_lost);
        let lost: Vec<u32> = lost.map(|key| key.number).collect();
        ensure!(
            !lost.is_empty(),
            "no key is lost: {} has all that the database is sealed with",
            file.shown()
        );
        let number = next(&registered, &keys)?;
        keys.add(number, fresh_key());
        file.write(&keys, changing)?;
        let forgotten = sealing::forget(store, lost).await;
        forgotten.context("forget the keys that are lost")?;
        return Ok((keys, number));
    }
    file.compare(&registered, Some(&keys))?;
    let newest = registered.last().map_or(0, |key| key.number);
    if let Some(prepared) = keys.newest().filter(|number| newest < *number) {
        return Ok((keys, prepared));
    }
    let number = next(&registered, &keys)?;
    keys.add(number, fresh_key());
    file.write(&keys, changing)?;
    Ok((keys, number))
}

/// A number that no key has or had.
fn next(registered: &[SealingKey], keys: &Keyring) -> Result<u32> {
    let noted = registered.last().map_or(0, |key| key.number);
    let newest = keys.newest().unwrap_or(0).max(noted);
    newest.checked_add(1).context("the last number is used up")
}

fn prepared(file: &KeyFile, number: u32) -> Output {
    let shown = file.shown();
    let text = format!(
        "Key {number} is in {shown} and seals nothing yet.\nCopy the file to every other node, \
         then run `altyn sealing rotate`."
    );
    Output::good(
        text,
        json!({ "key": number, "file": shown, "prepared": true }),
    )
}

fn finished(file: &KeyFile, number: u32, left: &Resealed) -> Output {
    let rows = counted(left.rows, "secret was", "secrets were");
    let begin = format!(
        "{rows} left by a rotation that was cut off, or by an older program; key {number} seals \
         all of them now.\nRun it again for another key."
    );
    output(begin, file, number, left)
}

fn rotated(file: &KeyFile, number: u32, resealed: &Resealed) -> Output {
    let rows = counted(resealed.rows, "secret was", "secrets were");
    let shown = file.shown();
    let begin = format!(
        "Key {number} seals from now on; {rows} sealed anew with it.\nIt is in {shown}: \
         copy the file to every other node, and to where a copy is kept. Older keys stay \
         in it, for older backups; `altyn sealing prune` shows which nothing else needs."
    );
    output(begin, file, number, resealed)
}

fn output(begin: String, file: &KeyFile, number: u32, resealed: &Resealed) -> Output {
    let mut text = begin;
    let mut unreadable: Vec<Value> = Vec::new();
    for row in &resealed.unreadable {
        let (shop, id, why) = (row.shop_id, row.id, &row.why);
        text.push_str(&format!(
            "\nThe secret of {id} cannot be read ({why}): \
             altyn shop webhook renew --shop {shop} {id}"
        ));
        unreadable.push(json!({
            "shop_id": shop.to_string(),
            "webhook_id": id.to_string(),
            "reason": why.to_string(),
        }));
    }
    let json = json!({
        "key": number,
        "file": file.shown(),
        "sealed": resealed.rows,
        "unreadable": unreadable,
    });
    let good = resealed.unreadable.is_empty();
    Output { text, json, good }
}
