//! A shop's settings for receipts, as JSON in its row. Of the password of a register's account it
//! has the name of the file alone.

use domain::fiscal::{AtolAccount, AtolVersion, Fiscalization, Provider, Register, Scenario};
use domain::receipt::TaxSystem;
use serde::{Deserialize, Serialize};
use sql::StoreError;

#[derive(Serialize, Deserialize)]
struct FiscalizationJson {
    provider: String,
    scenario: String,
    register: RegisterJson,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "it lives as long as it is read or written"
)]
enum RegisterJson {
    Sandbox,
    Atol {
        version: String,
        base_url: String,
        login: String,
        password_file: String,
        group_code: String,
        inn: String,
        payment_address: String,
        email: String,
        tax_system: Option<i64>,
    },
}

pub(crate) fn write(settings: Option<&Fiscalization>) -> Result<Option<String>, StoreError> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    let register = match &settings.register {
        Register::Sandbox => RegisterJson::Sandbox,
        Register::Atol(account) => RegisterJson::Atol {
            version: account.version.code().to_owned(),
            base_url: account.base_url.clone(),
            login: account.login.clone(),
            password_file: account.password_file.clone(),
            group_code: account.group_code.clone(),
            inn: account.inn.clone(),
            payment_address: account.payment_address.clone(),
            email: account.email.clone(),
            tax_system: account.tax_system.map(TaxSystem::code),
        },
    };
    let json = FiscalizationJson {
        provider: settings.provider.code().to_owned(),
        scenario: settings.scenario.code().to_owned(),
        register,
    };
    let json = serde_json::to_string(&json);
    json.map(Some)
        .map_err(|error| StoreError::engine("write JSON", error))
}

pub(crate) fn read(json: &str) -> Option<Fiscalization> {
    let json: FiscalizationJson = serde_json::from_str(json).ok()?;
    let register = match json.register {
        RegisterJson::Sandbox => Register::Sandbox,
        RegisterJson::Atol {
            version,
            base_url,
            login,
            password_file,
            group_code,
            inn,
            payment_address,
            email,
            tax_system,
        } => Register::Atol(AtolAccount {
            version: AtolVersion::from_code(&version)?,
            base_url,
            login,
            password_file,
            group_code,
            inn,
            payment_address,
            email,
            tax_system: match tax_system {
                None => None,
                Some(code) => Some(TaxSystem::from_code(code)?),
            },
        }),
    };
    Some(Fiscalization {
        provider: Provider::from_code(&json.provider)?,
        scenario: Scenario::from_code(&json.scenario)?,
        register,
    })
}
