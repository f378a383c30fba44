"""The description as an integrator follows it from answer to answer: bodies that this shop can
carry out, with the parts that links bring left to the links.

The bodies are written down here, each as small as it can be. The untamed description has a run of
its own: there schemathesis makes whole bodies, right ones and wrong ones.
"""

import copy
import random
import string
from datetime import UTC, datetime, timedelta

APART = "AdvanceClockRequest"
"""Of an operation that moves the time of the whole shop: nobody follows a link to it."""

LINKED = {"type": "string", "x-linked": True}
"""An id that only a link can bring."""


def text(characters, least, most, begins=""):
    """A string that begins so and goes on with so many of these characters."""
    kept = begins.replace(".", "[.]")
    pattern = f"^{kept}[{characters}]{{{least},{most}}}$"
    return {"type": "string", "pattern": pattern, "x-made": [begins, characters, least, most]}


def constant(value):
    return {"const": value}


def one_of(*values):
    return {"enum": list(values)}


def body(optional=(), **members):
    """An object of exactly these members, of which some may be absent."""
    return {
        "type": "object",
        "properties": members,
        "required": [name for name in members if name not in optional],
        "additionalProperties": False,
    }


def array(item):
    return {"type": "array", "items": item, "minItems": 1, "maxItems": 1}


def rub(value):
    return constant({"value": value, "currency": "RUB"})


def card(*numbers, **fields):
    return body(type=constant("bank_card"), card=body(number=one_of(*numbers), **fields))


WORDS = text(string.ascii_letters, 1, 20)
NOTES = body(order=text(string.digits, 1, 2))
PAGE = body(type=constant("redirect"), return_url=constant("https://shop.test/thanks"))
RAW_CARD = card(
    "5555555555554444",
    "5555555555554477",
    expiry_year=constant("2035"),
    expiry_month=constant("12"),
    csc=constant("123"),
)
DEAL = body(
    id=LINKED,
    settlements=array(body(type=constant("payout"), amount=rub("80.00"))),
)
CUSTOMER = constant({"email": "buyer@example.com"})
ITEM = body(
    description=WORDS,
    quantity=constant(1),
    amount=rub("100.00"),
    vat_code=one_of(1, 2, 11),
    measure=constant("piece"),
    payment_mode=constant("full_payment"),
    payment_subject=one_of("commodity", "service"),
)


def bodies(gateway_id: str) -> dict:
    """The bodies of all operations, by the names of their schemas."""
    till = constant({"gateway_id": gateway_id})
    return {
        "CreatePaymentRequest": body(
            amount=rub("100.00"),
            capture={"type": "boolean"},
            confirmation=PAGE,
            payment_method_data=RAW_CARD,
            deal=DEAL,
            description=WORDS,
            metadata=NOTES,
            optional=["deal", "description", "metadata"],
        ),
        "CapturePaymentRequest": body(amount=rub("100.00")),
        "SimulatePaymentRequest": body(outcome=one_of("approve", "decline")),
        "CreateRefundRequest": body(
            payment_id=LINKED,
            amount=rub("10.00"),
            description=WORDS,
            optional=["description"],
        ),
        "CreatePaymentMethodRequest": body(
            type=constant("bank_card"), confirmation=PAGE, metadata=NOTES, optional=["metadata"]
        ),
        "CreateDealRequest": body(
            type=constant("safe_deal"),
            fee_moment=one_of("payment_succeeded", "deal_closed"),
            description=WORDS,
            metadata=NOTES,
            optional=["description", "metadata"],
        ),
        "CreatePosLinkRequest": body(
            recipient=till,
            pos_link_data=body(link=text(string.hexdigits, 16, 16, begins="https://qr.test/")),
        ),
        "PosLinkRecipientRequest": body(recipient=till),
        "CreateReceiptRequest": body(
            type=constant("payment"),
            payment_id=LINKED,
            send=constant(True),
            customer=CUSTOMER,
            items=array(ITEM),
            settlements=array(body(type=constant("prepayment"), amount=rub("100.00"))),
        ),
        "CreateInvoiceRequest": body(
            payment_data=body(amount=rub("100.00"), capture={"type": "boolean"}),
            cart=array(body(description=WORDS, price=rub("100.00"), quantity=constant(1))),
            delivery_method_data=constant({"type": "self"}),
            expires_at=constant((datetime.now(UTC) + timedelta(days=7)).isoformat()),
            description=WORDS,
            metadata=NOTES,
            optional=["description", "metadata"],
        ),
        "CreatePayoutRequest": body(
            amount=rub("10.00"),
            payout_destination_data={
                "oneOf": [
                    card("5555555555554444", "2202474301322987"),
                    body(type=constant("yoo_money"), account_number=constant("41001614575714")),
                    body(
                        type=constant("sbp"),
                        phone=one_of("79000000000", "79000000001"),
                        bank_id=constant("100000000111"),
                    ),
                ]
            },
            description=WORDS,
            metadata=NOTES,
            optional=["description", "metadata"],
        ),
        "CreatePersonalDataRequest": body(
            type=constant("sbp_payout_recipient"),
            last_name=one_of("Иванова", "Чужой"),
            first_name=constant("Анна"),
        ),
        "CreateSelfEmployedRequest": body(
            itn=text(string.digits, 12, 12),
            confirmation=constant({"type": "redirect"}),
        ),
        "CreateWebhookRequest": body(
            event=one_of("payment.succeeded", "refund.succeeded"),
            url=constant("https://partner.test/told"),
        ),
    }


def draw(schema: dict, chance: random.Random):
    """A value of one of these schemas. What only a link can bring is left out."""
    if "const" in schema:
        return copy.deepcopy(schema["const"])
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "oneOf" in schema:
        return draw(chance.choice(schema["oneOf"]), chance)
    if schema["type"] == "boolean":
        return chance.random() < 0.5
    if schema["type"] == "array":
        return [draw(schema["items"], chance)]
    if schema["type"] == "object":
        members = schema["properties"].items()
        optional = set(schema["properties"]) - set(schema["required"])
        return {
            name: draw(member, chance)
            for name, member in members
            if not is_linked(member) and (name not in optional or chance.random() < 0.5)
        }
    begins, characters, least, most = schema["x-made"]
    return begins + "".join(chance.choices(characters, k=chance.randint(least, most)))


def is_linked(schema: dict) -> bool:
    """Is it an id that only a link can bring, or an object around one?"""
    return schema == LINKED or LINKED in schema.get("properties", {}).values()


def drawn(schema: dict, chance: random.Random, brought: dict) -> dict:
    """An object of one of these schemas with what a link brings, which is filled up in its turn."""
    value = draw(schema, chance)
    for name, part in brought.items():
        own = schema["properties"].get(name, {})
        is_object = own.get("type") == "object" and isinstance(part, dict)
        value[name] = drawn(own, chance, part) if is_object else part
    return value


def tamed(description: dict, gateway_id: str) -> dict:
    """The description with these bodies, and only the filters that fit what is made."""
    tame = copy.deepcopy(description)
    schemas = tame["components"]["schemas"]
    for name, schema in bodies(gateway_id).items():
        assert name in schemas, name
        schemas[name] = schema
    for operations in tame["paths"].values():
        for operation in operations.values():
            assert name_of(operation) in {None, APART, *bodies(gateway_id)}, operation
            parameters = operation.get("parameters", [])
            kept = [one for one in parameters if one.get("in") != "query" or is_tame(one)]
            operation["parameters"] = kept
            for one in kept:
                if one.get("name", "").startswith("metadata["):
                    one["required"] = True
    return tame


def name_of(operation: dict) -> str | None:
    """The name of its body's schema, if it takes one."""
    content = operation.get("requestBody", {}).get("content", {})
    return content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1] if content else None


def is_tame(parameter: dict) -> bool:
    return parameter["name"] in ("limit", "cursor", "status") or "[" in parameter["name"]
