//! Which application made a payment, a refund or a payment method. It is written beside the object
//! and read only for applications: what a shop does with its own key pays nothing for it.

use domain::{ApplicationId, OperationObject, ShopId};
use sql::StoreError;

use crate::columns::Cells;
use crate::database::{Conn, Tx};

const NOTE_PAYMENT: &str = "\
update payment
   set application_id = $3
 where id = $1 and shop_id = $2 and application_id is null";

const NOTE_REFUND: &str = "\
update refund
   set application_id = $3
 where id = $1 and shop_id = $2 and application_id is null";

const NOTE_PAYMENT_METHOD: &str = "\
update payment_method
   set application_id = $3
 where id = $1 and shop_id = $2 and application_id is null";

/// A method that was saved by a payment has the payment's id, and its author.
const FIND: &str = "\
select coalesce((select p.application_id
                   from payment p
                  where p.id = $1 and p.shop_id = $2),
                (select r.application_id
                   from refund r
                  where r.id = $1 and r.shop_id = $2),
                (select m.application_id
                   from payment_method m
                  where m.id = $1 and m.shop_id = $2))";

/// Notes who made an object that is there; an author does not change any more.
pub fn note(
    tx: &mut Tx<'_>,
    shop: ShopId,
    object: OperationObject,
    application: ApplicationId,
) -> Result<(), StoreError> {
    match object {
        OperationObject::Payment(id) => tx.write(NOTE_PAYMENT, &[&id, &shop, &application]),
        OperationObject::Refund(id) => tx.write(NOTE_REFUND, &[&id, &shop, &application]),
        OperationObject::PaymentMethod(id) => {
            tx.write(NOTE_PAYMENT_METHOD, &[&id, &shop, &application])
        }
        // Tokens make no receipts.
        OperationObject::Receipt(_) => Ok(()),
        // Applications pay nothing out: there is no right for it.
        OperationObject::Payout(_) => Ok(()),
    }
}

/// Which application made the shop's object with this id; `None` if the shop did, or if there is no
/// such object.
pub fn find(
    conn: &mut Conn<'_>,
    shop: ShopId,
    object_id: &str,
) -> Result<Option<ApplicationId>, StoreError> {
    conn.query_one(FIND, &[&object_id, &shop], |row| {
        Cells::new(row).parse_or_null()
    })
}
