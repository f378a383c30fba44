# The checkout's pages.

lang-switch = Language
foot-safe = Card details travel over a secure connection and never reach the shop.
test-badge = Test

contract-title = Pay { $amount }
contract-heading = Payment to { $shop }
methods = Ways to pay
pay-button = Pay { $amount }
code-button = Get a payment code
back-without-paying = Back to the shop without paying
back-without-binding = Back without adding a card

method-bank_card = Bank card
method-sbp = SBP, faster payments
method-sbp-help = We show a QR code and a link. Confirm the payment in your bank’s app, no card needed.
method-yoo_money = YooMoney wallet
method-yoo_money-help = You confirm the payment in your wallet and come back here.
method-sberbank = SberPay
method-sberbank-help = You confirm the payment in the SberBank app or on its site.
method-tinkoff_bank = T-Pay
method-tinkoff_bank-help = You confirm the payment in the T-Bank app or on its site.
method-mobile_balance = Mobile phone balance
method-mobile_balance-help = We send a text message: reply to it, and the sum is taken from your phone’s balance.
method-cash = Cash
method-cash-help = You get a code for a payment terminal or a counter. The money arrives within a few minutes.

card-number = Card number
card-number-empty = Enter the card number.
card-number-short = The number is incomplete: the card has more digits.
card-number-wrong = There is a typo in the number. Compare it with the card.
card-expiry = Expiry date
card-expiry-sample = MM/YY
card-expiry-empty = Enter the month and the year.
card-expiry-wrong = Enter the date as on the card, for example 08/29.
card-expiry-past = The card has expired. Use another card.
card-csc = Security code
card-csc-empty = Enter the security code.
card-csc-wrong = The code has three digits, or four on American Express.
card-csc-help = The security code is the three digits on the back of the card.
card-save = Remember the card for my next purchases at { $shop }
card-will-save = The card is saved after this payment: { $shop } will be able to charge it for later payments.

phone = Phone number
phone-empty = Enter the phone number.
phone-wrong = The number has 11 digits, for example +7 900 123-45-67.

form-wrong-title = Please check the form
form-wrong-text = We marked what needs a correction. No money was taken.
form-stale-title = This page is out of date
form-stale-text = It was open for too long. Please enter the details again. No money was taken.

test-cards = This is a test. Show test cards
test-cards-help = No money will be taken. Choose a card by its outcome; any future date, any code.
test-result = This is a test payment: no real money moved.
test-success-3ds = Success with 3-D Secure
test-success = Success without 3-D Secure
test-3d_secure_failed = 3-D Secure fails
test-call_issuer = Declined, ask the bank
test-card_expired = Card expired
test-fraud_suspected = Bank suspects fraud
test-general_decline = Declined without a reason
test-insufficient_funds = Not enough money
test-invalid_card_number = Wrong number
test-invalid_csc = Wrong code
test-issuer_unavailable = Bank unavailable
test-payment_method_limit_exceeded = Limit exceeded
test-payment_method_restricted = Card is restricted
test-country_forbidden = Card of another country
test-fraud_suspected_by_us = Declined by our own check
test-permission_revoked = Success, later automatic payments fail

wait-title = Waiting for confirmation
wait-title-sbp = Pay with SBP
wait-title-cash = Pay in cash
wait-title-mobile = Confirm by text message
wait-title-unknown = Checking the payment
wait-qr-scan = Point your phone’s camera at the code, or scan it in your bank’s app.
qr-label = QR code to pay
wait-bank-link = Open the bank’s app
wait-cash-help = Tell the code to the cashier or type it at the terminal. The order is paid as soon as the money arrives.
wait-cash-code = Payment code
wait-mobile-help = We sent a text message to { $phone }. Reply to it to confirm the payment.
wait-go = Go and confirm
wait-go-help = Confirm the payment on the bank’s page. Then you come back here.
wait-bank-help = The bank is taking longer than usual. Please do not pay twice: we show the answer as soon as it comes.
wait-state = Waiting for the answer. This page refreshes itself.
wait-until = Please pay before { $time }.
wait-sandbox = This is a test payment.
wait-sandbox-link = Decide for the buyer
other-method = Choose another way to pay

bind-title = Add a card
bind-sum = ₽0, adding a card
bind-help = We check the card without charging it. Then { $shop } can take payments from it as you agreed with the shop.
bind-button = Add the card
bind-done-title = The card is added
bind-done-text = Nothing was charged. You can go back to the shop.
bind-failed-title = The card was not added

result-paid = Paid
result-paid-text = The money has arrived. The shop already knows.
result-already = Already paid
result-already-text = This order was paid before. There is no need to pay again.
result-held = The sum is on hold
result-held-text = The money stays in your account for now. The shop charges it when it confirms the order, or releases it.
result-expired = The time to pay is over
result-expired-text = No money was taken. Go back to the shop and start the payment again.
result-hold-expired = The payment is canceled
result-hold-expired-text = The shop did not confirm the order in time. The sum on hold is yours again: your bank shows it at once or within a few days.
result-canceled = The payment is canceled
result-canceled-text = The shop canceled the payment. The sum on hold is yours again: your bank shows it at once or within a few days.
result-failed = The payment did not go through
result-not-found = There is no such payment
result-not-found-text = The link is incomplete or too old. No money was taken. Open the payment from the shop again.
result-busy = Too busy right now
result-busy-text = Refresh the page in a minute to see what happened to the payment. Please do not pay twice before you see it.
result-error = The page could not be shown
result-error-text = The mistake is ours and we know about it. Refresh the page in a minute to see what happened to the payment. Reference: { $request }.
result-not-possible = This cannot be paid this way
result-not-possible-text = No money was taken. Open the payment from the shop again, or choose another way.
result-refused = Request refused
result-refused-text = The form did not come from our page. No money was taken. Open the payment from the shop again.

fact-shop = Shop
fact-shop-number = Shop number
fact-what = Order
fact-sum = Amount
fact-means = Payment method
fact-when = When
fact-number = Payment number
means-card = Card •• { $last4 }

back-to-shop = Back to the shop
back-soon = Taking you back to the shop in { "{n}" } s.
back-stay = Stay here

leave-title = Going to the bank’s page
leave-help = If the page does not open by itself, press the button.
leave-button = Go to the bank
