//! `altyn app`: applications of partners.

use anyhow::{Context as _, Result};
use app::Cx;
use app::application;
use domain::application::{Callback, NewApplication};
use domain::{Application, ApplicationId, Scope};
use serde_json::{Value, json};

use super::{shown, until_seen_by_servers};
use crate::cli;
use crate::config::Config;
use crate::output::{Output, table};
use crate::platform::{Platform, listening_url};

/// Runs one of the commands.
pub(super) async fn run(config: &Config, command: cli::Application) -> Result<Output> {
    let platform = Platform::of_command(config).await?;
    let cx = &platform.cx;
    let output = match command {
        cli::Application::Create(new) => create(cx, *new, &listening_url(config)).await,
        cli::Application::List => list(cx).await,
        cli::Application::Show { id } => show(cx, id).await,
        cli::Application::Secret { id } => renew(cx, id).await,
        cli::Application::Delete { id } => delete(cx, id).await,
    };
    platform.close().await;
    output
}

async fn create(cx: &Cx, new: cli::CreateApplication, url: &str) -> Result<Output> {
    let scopes = if new.scopes.is_empty() {
        Scope::ALL.to_vec()
    } else {
        new.scopes
    };
    let new = NewApplication {
        name: new.name,
        description: new.description,
        site: new.site,
        callback: new.callback.map_or(Callback::Shown, Callback::Address),
        scopes,
    };
    let created = application::create(cx, new).await;
    let created = created.context("add the application")?;
    let id = created.application.id;
    let mut json = json(&created.application);
    if let Some(fields) = json.as_object_mut() {
        let secret = Value::String(created.secret.clone());
        fields.insert("client_secret".to_owned(), secret);
    }
    let text = format!(
        "client id      {id}\nclient secret  {}\n\nThe secret is shown only now. Merchants grant \
         access at\n{url}/oauth/v2/authorize?client_id={id}&response_type=code&state=…",
        created.secret
    );
    Ok(Output::good(text, json))
}

async fn list(cx: &Cx) -> Result<Output> {
    let all = application::list(cx).await;
    let all = all.context("list the applications")?;
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|it| vec![it.id.to_string(), shown(it.created_at), it.name.clone()])
        .collect();
    let text = if rows.is_empty() {
        "There are no applications; `altyn app create` adds one.".to_owned()
    } else {
        table(&["client id", "created", "name"], &rows)
    };
    let items: Vec<Value> = all.iter().map(json).collect();
    Ok(Output::good(text, json!({ "items": items })))
}

async fn show(cx: &Cx, id: ApplicationId) -> Result<Output> {
    let found = application::show(cx, id).await;
    let found = found.context("show the application")?;
    let text = format!(
        "client id    {id}\nname         {}\ndescription  {}\nsite         {}\ncallback     {}\n\
         rights       {}\ncreated      {}",
        found.name,
        found.description.as_deref().unwrap_or("-"),
        found.site.as_deref().unwrap_or("-"),
        callback(&found).unwrap_or("the code is shown"),
        codes(&found).join(" "),
        shown(found.created_at),
    );
    Ok(Output::good(text, json(&found)))
}

async fn renew(cx: &Cx, id: ApplicationId) -> Result<Output> {
    let secret = application::renew_secret(cx, id).await;
    let secret = secret.context("renew the application's secret")?;
    let text = format!("client secret  {secret}\n\nThe secret is shown only now.");
    let json = json!({ "client_id": id.to_string(), "client_secret": secret });
    Ok(Output::good(text, json))
}

async fn delete(cx: &Cx, id: ApplicationId) -> Result<Output> {
    let ended = application::delete(cx, id).await;
    let ended = ended.context("take the application away")?;
    until_seen_by_servers().await;
    let text = format!("{id} is taken away; {ended} grants ended with it.");
    let json = json!({ "client_id": id.to_string(), "deleted": true, "grants_ended": ended });
    Ok(Output::good(text, json))
}

fn callback(application: &Application) -> Option<&str> {
    match &application.callback {
        Callback::Address(url) => Some(url),
        Callback::Shown => None,
    }
}

fn codes(application: &Application) -> Vec<&'static str> {
    application
        .scopes
        .iter()
        .map(|scope| scope.code())
        .collect()
}

fn json(application: &Application) -> Value {
    json!({
        "client_id": application.id.to_string(),
        "name": application.name,
        "description": application.description,
        "site": application.site,
        "callback_url": callback(application),
        "scopes": codes(application),
        "created_at": shown(application.created_at),
    })
}
