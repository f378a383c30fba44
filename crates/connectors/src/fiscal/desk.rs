//! Hands each document to the register that its shop uses.

use std::sync::Arc;

use async_trait::async_trait;
use domain::fiscal::{Register, Said};

use super::{Asked, Document, Fiscal, SandboxRegister};
use crate::acquirer::CallError;

/// All registers that the platform can ask.
pub struct Desk {
    sandbox: Arc<SandboxRegister>,
    atol: Arc<dyn Fiscal>,
}

impl Desk {
    /// A desk in front of these.
    #[must_use]
    pub fn new(sandbox: Arc<SandboxRegister>, atol: Arc<dyn Fiscal>) -> Self {
        Self { sandbox, atol }
    }

    fn of(&self, register: &Register) -> &dyn Fiscal {
        match register {
            Register::Sandbox => self.sandbox.as_ref(),
            Register::Atol(_) => self.atol.as_ref(),
        }
    }
}

#[async_trait]
impl Fiscal for Desk {
    async fn register(&self, document: Document) -> Result<Said, CallError> {
        self.of(&document.register).register(document).await
    }

    async fn report(&self, asked: Asked) -> Result<Said, CallError> {
        self.of(&asked.register).report(asked).await
    }
}
