//! Serves every page in each of its looks on 127.0.0.1:8090, with no platform behind it.
#![expect(
    clippy::print_stdout,
    reason = "the address is all that this program has to say"
)]

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use http::StatusCode;
use pages::lang::Lang;

const ADDRESS: &str = "127.0.0.1:8090";

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new()
        .route("/", get(index))
        .route("/{lang}/{page}/{look}", get(show))
        .merge(pages::assets::router());
    let listener = tokio::net::TcpListener::bind(ADDRESS).await?;
    println!("pages at http://{ADDRESS}/");
    axum::serve(listener, app).await
}

async fn index() -> Html<String> {
    let mut list = String::from("<!doctype html><meta charset=utf-8><title>Gallery</title>");
    for lang in Lang::ALL {
        for sample in testkit::samples(lang) {
            let (tag, name) = (lang.tag(), sample.name);
            list.push_str(&format!("<a href=\"/{tag}/{name}\">{tag} {name}</a><br>"));
        }
    }
    Html(list)
}

async fn show(
    Path((tag, page, look)): Path<(String, String, String)>,
) -> Result<Html<String>, StatusCode> {
    let lang = Lang::from_tag(&tag).ok_or(StatusCode::NOT_FOUND)?;
    let wanted = format!("{page}/{look}");
    let samples = testkit::samples(lang);
    let found = samples.into_iter().find(|sample| sample.name == wanted);
    found
        .map(|sample| Html(sample.html))
        .ok_or(StatusCode::NOT_FOUND)
}
