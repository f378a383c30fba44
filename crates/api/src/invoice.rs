//! `/v3/invoices`.

use contract::invoice::CreateInvoice;
use domain::InvoiceId;

use crate::cx::ApiCx;
use crate::id::Id;
use crate::once::Post;
use crate::response::{ApiResponse, ApiResult};

/// Makes an invoice.
pub(crate) async fn create(ApiCx(cx): ApiCx, post: Post) -> ApiResult {
    let command = CreateInvoice::parse(&post.body)?;
    Ok(ApiResponse(
        app::invoice::create(&cx, post.once, command).await?,
    ))
}

/// Shows an invoice.
pub(crate) async fn show(ApiCx(cx): ApiCx, Id(id): Id<InvoiceId>) -> ApiResult {
    Ok(ApiResponse(app::invoice::show(&cx, id).await?))
}
