//! The sandbox's own ids of payments. A reference names the operation that made the payment and
//! the method it was made with, so it still means something when the payment is forgotten.

use std::fmt;

use domain::{MethodKind, OperationId};

/// The acquirer's id of a payment: `sb-bank_card-` and the digits of its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) operation: OperationId,
    pub(super) method: MethodKind,
}

const PREFIX: &str = "sb-";
const OPERATION_PREFIX: &str = "op-";

impl Reference {
    pub(super) fn new(operation: OperationId, method: MethodKind) -> Self {
        Self { operation, method }
    }

    /// `None` if it is not one of the sandbox's.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (method, digits) = text.strip_prefix(PREFIX)?.split_once('-')?;
        Some(Self {
            operation: format!("{OPERATION_PREFIX}{digits}").parse().ok()?,
            method: MethodKind::from_code(method)?,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation.to_string();
        let digits = operation
            .strip_prefix(OPERATION_PREFIX)
            .unwrap_or(&operation);
        write!(f, "{PREFIX}{}-{digits}", self.method.code())
    }
}
