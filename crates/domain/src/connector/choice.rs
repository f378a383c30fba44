//! A shop's word on who is asked for something new. Rules are tried in order; what none fits goes
//! where the platform sends it, and what one fits goes nowhere else.

use std::fmt;
use std::str::FromStr;

use super::ConnectorName;
use crate::method::MethodKind;
use crate::money::Money;

/// One rule, written `METHOD:LEAST-MOST=CONNECTOR`: any method is `*`, and bounds that are not
/// wanted are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The method; any if none is named.
    pub method: Option<MethodKind>,
    /// The least sum, in minor units of the shop's currency.
    pub least_minor: Option<i64>,
    /// The greatest sum.
    pub most_minor: Option<i64>,
    /// Who is asked.
    pub connector: ConnectorName,
}

/// A text is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rule is METHOD=CONNECTOR or METHOD:LEAST-MOST=CONNECTOR, with `*` for any method")]
pub struct ChoiceError;

impl Choice {
    /// Returns whether it is about this method and this sum; a rule with bounds is not about what
    /// has no sum.
    #[must_use]
    pub fn fits(&self, method: MethodKind, amount: Option<Money>) -> bool {
        let own = self.method.is_none_or(|own| own == method);
        own && match (self.least_minor, self.most_minor, amount) {
            (None, None, _) => true,
            (_, _, None) => false,
            (least, most, Some(amount)) => {
                let minor = amount.minor();
                least.is_none_or(|least| least <= minor) && most.is_none_or(|most| minor <= most)
            }
        }
    }
}

impl FromStr for Choice {
    type Err = ChoiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (what, connector) = text.split_once('=').ok_or(ChoiceError)?;
        let connector = connector.parse().map_err(|_no_name| ChoiceError)?;
        let (method, bounds) = match what.split_once(':') {
            Some((method, bounds)) => (method, Some(bounds)),
            None => (what, None),
        };
        let method = match method {
            "*" => None,
            code => Some(MethodKind::from_code(code).ok_or(ChoiceError)?),
        };
        let (least_minor, most_minor) = match bounds {
            None => (None, None),
            Some(bounds) => {
                let (least, most) = bounds.split_once('-').ok_or(ChoiceError)?;
                (bound(least)?, bound(most)?)
            }
        };
        let empty = bounds.is_some() && least_minor.is_none() && most_minor.is_none();
        let turned = matches!((least_minor, most_minor), (Some(least), Some(most)) if most < least);
        if empty || turned {
            return Err(ChoiceError);
        }
        Ok(Self {
            method,
            least_minor,
            most_minor,
            connector,
        })
    }
}

fn bound(text: &str) -> Result<Option<i64>, ChoiceError> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let minor = text.parse().ok().filter(|_| digits);
    minor.map(Some).ok_or(ChoiceError)
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method.map_or("*", MethodKind::code))?;
        if self.least_minor.is_some() || self.most_minor.is_some() {
            f.write_str(":")?;
            if let Some(least) = self.least_minor {
                write!(f, "{least}")?;
            }
            f.write_str("-")?;
            if let Some(most) = self.most_minor {
                write!(f, "{most}")?;
            }
        }
        write!(f, "={}", self.connector)
    }
}
