# Hold 1,000 roubles, take 600 of them when the goods are sent.
set -eu
auth="$ALTYN_SHOP_ID:$ALTYN_SECRET_KEY"

held=$(curl -sS --fail-with-body "$ALTYN_API_URL/payments" \
  -u "$auth" \
  -H "Idempotence-Key: $(cat /proc/sys/kernel/random/uuid)" \
  -H "Content-Type: application/json" \
  -d '{
    "amount": {"value": "1000.00", "currency": "RUB"},
    "capture": false,
    "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"}
  }')
id=$(printf '%s' "$held" | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')

# The buyer pays. In a test shop one request does it:
own="${ALTYN_API_URL%/v3}/altyn/v1"
curl -sS --fail-with-body "$own/payments/$id/simulate" \
  -u "$auth" -H "Content-Type: application/json" -d '{"outcome": "approve"}'

# The rest goes back to the buyer at once.
curl -sS --fail-with-body "$ALTYN_API_URL/payments/$id/capture" \
  -u "$auth" \
  -H "Idempotence-Key: $(cat /proc/sys/kernel/random/uuid)" \
  -H "Content-Type: application/json" \
  -d '{"amount": {"value": "600.00", "currency": "RUB"}}'
