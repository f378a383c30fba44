# The pages of the demo's shop.

demo-title = How to take payments
demo-text = The demo’s shop shows each way to pay and to be paid out. No real money moves.
demo-back = ← All ways
demo-order = Order from the demo’s shop
demo-redirect = Payment page
demo-redirect-text = The buyer goes to Altyn’s page, pays and comes back to the shop.
demo-buy = Buy for ₽1,000
demo-widget = Widget in the page
demo-widget-text = The payment form stands in the shop’s own page; 3-D Secure opens above it.
demo-in-page = In the page
demo-modal = Widget above the page
demo-modal-text = The payment form opens above the shop’s page and can be closed.
demo-above-page = Above the page
demo-checkout = Own form with Checkout.js
demo-checkout-text = The shop draws the form itself. The script exchanges the card for a one-time token, so the number never reaches the shop’s server.
demo-month = Month
demo-year = Year
demo-pay = Pay ₽1,000
demo-payout = Payout widget
demo-payout-text = A seller types the card once; the platform gets its synonym and pays to it any number of times.
demo-open = Open
demo-thanks = Thank you for the order
demo-thanks-text = Buyers come back here after paying. What became of the payment, the shop learns from the notification or asks itself.
demo-again = Try another way
