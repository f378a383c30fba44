//! The filters of `GET /payments`.

use domain::MethodKind;
use domain::method::RETIRED;
use domain::payment::Status;

use super::ListPayments;
use crate::schema::{Parameter, Schema, limit_and_cursor, of_time, parameter};

impl ListPayments {
    /// Its filters.
    #[must_use]
    pub fn parameters() -> Vec<Parameter> {
        let mut filters = of_time("created_at");
        filters.extend(of_time("captured_at"));
        let methods = MethodKind::ALL
            .map(MethodKind::code)
            .into_iter()
            .chain(RETIRED);
        let methods = Schema::codes(methods);
        filters.push(parameter("payment_method", methods, "Paid by this method."));
        let statuses = Schema::codes(Status::ALL.map(Status::code));
        filters.push(parameter("status", statuses, "How far they are."));
        filters.extend(limit_and_cursor());
        filters
    }
}
