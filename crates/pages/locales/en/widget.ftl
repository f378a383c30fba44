# Widgets in pages of shops.

widget-problem = The payment form could not be shown
widget-problem-text = Reload the shop’s page. If that does not help, place the order again: no money was taken.
widget-returned = Checking the bank’s answer
widget-returned-text = If this is a tab of its own, close it and go back to the shop’s page: the answer is there.

payout-title = Card for the payout
payout-button = Save the card
payout-done = The card is accepted.
payout-country-forbidden = Cards of this country cannot be paid to. Use another card.
payout-country-unknown = The card’s country is unknown. Use another card.
payout-failed = The card could not be saved. Try again in a minute.

token-invalid_number = The card number is wrong.
token-invalid_cvc = The card’s code is wrong.
token-invalid_expiry_month = The month is wrong, or the card has expired.
token-invalid_expiry_year = The year is wrong, or the card has expired.
