//! The description as the pages read it: the parts of OpenAPI that they show, with members in the
//! order of the wire.

use std::fmt;
use std::marker::PhantomData;

use pages::lang::Lang;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The whole document.
#[derive(Debug, Default, Deserialize)]
pub struct Description {
    pub(super) tags: Vec<Tag>,
    pub(super) paths: Ordered<Ordered<Operation>>,
    pub(super) webhooks: Ordered<Webhook>,
    pub(super) components: Components,
    #[serde(rename = "x-errors")]
    pub(super) errors: Vec<Problem>,
}

/// A topic.
#[derive(Debug, Deserialize)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) description: String,
    #[serde(rename = "x-name-ru")]
    pub(super) name_ru: String,
    #[serde(rename = "x-description-ru")]
    pub(super) description_ru: String,
}

/// An operation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    pub(super) operation_id: String,
    pub(super) tags: Vec<String>,
    pub(super) summary: String,
    pub(super) description: String,
    #[serde(rename = "x-summary-ru")]
    pub(super) summary_ru: String,
    #[serde(rename = "x-description-ru")]
    pub(super) description_ru: String,
    #[serde(rename = "x-python", default)]
    pub(super) python: Option<String>,
    /// The kinds of credentials; any of them will do.
    #[serde(default)]
    pub(super) security: Vec<Ordered<Vec<String>>>,
    #[serde(default)]
    pub(super) parameters: Vec<Parameter>,
    pub(super) request_body: Option<Body>,
    pub(super) responses: Ordered<Body>,
    #[serde(rename = "x-errors")]
    pub(super) errors: Vec<String>,
}

/// A parameter; one without a name is a reference, always to the idempotency key.
#[derive(Debug, Deserialize)]
pub(super) struct Parameter {
    #[serde(default)]
    pub(super) name: String,
    #[serde(rename = "in", default)]
    pub(super) place: String,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) description: String,
    #[serde(rename = "x-description-ru", default)]
    pub(super) description_ru: Option<String>,
    #[serde(default)]
    pub(super) schema: Schema,
}

/// A body, of a request or an answer.
#[derive(Debug, Deserialize)]
pub(super) struct Body {
    #[serde(default)]
    pub(super) content: Ordered<Media>,
}

/// A body's schema and example.
#[derive(Debug, Deserialize)]
pub(super) struct Media {
    pub(super) schema: Schema,
    #[serde(default)]
    pub(super) example: Option<Box<RawValue>>,
}

/// A notification.
#[derive(Debug, Deserialize)]
pub(super) struct Webhook {
    pub(super) post: WebhookPost,
}

/// The body that is sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookPost {
    pub(super) summary: String,
    #[serde(rename = "x-summary-ru")]
    pub(super) summary_ru: String,
    pub(super) request_body: Body,
}

/// What is referred to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Components {
    pub(super) schemas: Ordered<Schema>,
}

/// An error.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    pub(super) name: String,
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) description: String,
    #[serde(default)]
    pub(super) parameter: Option<String>,
    pub(super) advice: String,
    #[serde(rename = "x-advice-ru", default)]
    pub(super) advice_ru: Option<String>,
}

/// A schema.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Schema {
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    description: Option<String>,
    #[serde(rename = "x-description-ru")]
    description_ru: Option<String>,
    pub(super) properties: Ordered<Schema>,
    pub(super) required: Vec<String>,
    pub(super) items: Option<Box<Schema>>,
    pub(super) one_of: Vec<Schema>,
    #[serde(rename = "enum")]
    values: Vec<Value>,
    #[serde(rename = "const")]
    constant: Option<Value>,
    pub(super) pattern: Option<String>,
    pub(super) format: Option<String>,
    pub(super) min_length: Option<u64>,
    pub(super) max_length: Option<u64>,
    pub(super) minimum: Option<Value>,
    pub(super) maximum: Option<Value>,
    pub(super) min_items: Option<u64>,
    pub(super) max_items: Option<u64>,
    pub(super) default: Option<Value>,
}

/// One of two texts; the English one if there is no Russian one.
pub(super) fn in_lang<'t>(lang: Lang, en: &'t str, ru: Option<&'t str>) -> &'t str {
    match lang {
        Lang::Ru => ru.unwrap_or(en),
        Lang::En => en,
    }
}

impl Description {
    /// Every operation with its path and method.
    pub(super) fn operations(&self) -> impl Iterator<Item = (&str, &str, &Operation)> {
        self.paths.0.iter().flat_map(|(path, methods)| {
            let methods = methods.0.iter();
            methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
    }

    /// The schema itself, if `schema` only refers to one.
    pub(super) fn resolve<'d>(&'d self, schema: &'d Schema) -> &'d Schema {
        let name = schema.reference.as_deref();
        let name = name.and_then(|name| name.strip_prefix("#/components/schemas/"));
        let found = name.and_then(|name| self.components.schemas.get(name));
        found.unwrap_or(schema)
    }
}

impl Schema {
    /// Its description.
    pub(super) fn says(&self, lang: Lang) -> Option<&str> {
        let english = self.description.as_deref()?;
        Some(in_lang(lang, english, self.description_ru.as_deref()))
    }

    /// The values that it may have, if they are listed.
    pub(super) fn values(&self) -> Vec<String> {
        let all = self.values.iter().chain(&self.constant);
        all.map(shown).collect()
    }

    /// The one value that it may have.
    pub(super) fn constant(&self) -> Option<String> {
        self.constant.as_ref().map(shown)
    }
}

/// A value as people read it: strings without their quotes.
fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

impl Body {
    /// Its JSON.
    pub(super) fn json(&self) -> Option<&Media> {
        self.content.get("application/json")
    }
}

/// An object's members in their order.
#[derive(Debug)]
pub(super) struct Ordered<T>(pub(super) Vec<(String, T)>);

impl<T> Ordered<T> {
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Ordered(members))
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// A description with a part of everything, for samples. The real one comes from another crate,
/// which this one does not know.
pub(super) fn sample() -> Description {
    serde_json::from_str(SAMPLE).unwrap_or_default()
}

const SAMPLE: &str = r##"{
  "tags": [
    {
      "name": "Payments",
      "description": "Money from a buyer.",
      "x-name-ru": "Платежи",
      "x-description-ru": "Деньги от покупателя."
    }
  ],
  "paths": {
    "/v3/payments": {
      "post": {
        "operationId": "createPayment",
        "tags": ["Payments"],
        "summary": "Create a payment",
        "description": "Asks a buyer for money.",
        "x-summary-ru": "Создать платёж",
        "x-description-ru": "Просит у покупателя деньги.",
        "x-python": "Payment.create",
        "security": [{"shop": []}, {"application": ["checkout:payments_create"]}],
        "parameters": [{"$ref": "#/components/parameters/IdempotenceKey"}],
        "requestBody": {
          "content": {
            "application/json": {
              "schema": {"$ref": "#/components/schemas/CreatePaymentRequest"},
              "example": {
                "amount": {"value": "1000.00"}
              }
            }
          }
        },
        "responses": {
          "200": {
            "content": {
              "application/json": {
                "schema": {"$ref": "#/components/schemas/CreatePaymentRequest"},
                "example": {"amount": {"value": "1000.00"}}
              }
            }
          }
        },
        "x-errors": ["payment.create.amount_not_positive"]
      },
      "get": {
        "operationId": "listPayments",
        "tags": ["Payments"],
        "summary": "List payments",
        "description": "The newest first.",
        "x-summary-ru": "Список платежей",
        "x-description-ru": "Сначала новые.",
        "parameters": [
          {
            "name": "limit",
            "in": "query",
            "description": "Most objects on the page.",
            "x-description-ru": "Сколько объектов на странице, не больше.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}
          }
        ],
        "responses": {"200": {}},
        "x-errors": []
      }
    }
  },
  "webhooks": {
    "payment": {
      "post": {
        "summary": "Money is taken.",
        "x-summary-ru": "Деньги списаны.",
        "requestBody": {
          "content": {
            "application/json": {
              "schema": {
                "properties": {"event": {"type": "string", "enum": ["payment.succeeded"]}}
              }
            }
          }
        }
      }
    }
  },
  "components": {
    "schemas": {
      "CreatePaymentRequest": {
        "type": "object",
        "properties": {
          "amount": {
            "type": "object",
            "properties": {
              "value": {
                "type": "string",
                "pattern": "^[0-9]+$",
                "description": "How much <b>",
                "x-description-ru": "Сколько <b>"
              }
            },
            "required": ["value"]
          },
          "confirmation": {
            "oneOf": [
              {
                "type": "object",
                "properties": {
                  "type": {"type": "string", "const": "redirect"},
                  "return_url": {"type": "string", "format": "uri", "maxLength": 2048}
                },
                "required": ["type"]
              }
            ]
          },
          "items": {
            "type": "array",
            "items": {"type": "string", "enum": ["a", "b"]},
            "minItems": 1,
            "maxItems": 6
          }
        },
        "required": ["amount"]
      }
    }
  },
  "x-errors": [
    {
      "name": "payment.create.amount_not_positive",
      "status": 400,
      "code": "invalid_request",
      "description": "Payment amount is illegal",
      "parameter": "amount.value",
      "advice": "Ask for more than zero.",
      "x-advice-ru": "Сумма должна быть больше нуля."
    }
  ]
}"##;

#[cfg(test)]
mod tests {
    use super::{Description, SAMPLE};

    #[test]
    fn the_sample_is_read() {
        let read: Description = serde_json::from_str(SAMPLE).unwrap();
        assert_eq!(read.operations().count(), 2);
    }
}
