//! `/v3/invoices`.

use contract::invoice::CreateInvoice;
use domain::InvoiceId;

use crate::answer::{Answer, Answered};
use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;

/// Makes an invoice.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> Answered {
    let command = CreateInvoice::parse(&post.body)?;
    Ok(Answer(app::invoice::create(&cx, post.once, command).await?))
}

/// Shows an invoice.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<InvoiceId>) -> Answered {
    Ok(Answer(app::invoice::show(&cx, id).await?))
}
