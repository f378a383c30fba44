# The page of an invoice.

invoice-title = Invoice for { $amount }
invoice-heading = Invoice from { $shop }
invoice-cart = What you pay for
invoice-full = Without the discount
invoice-saved = Your discount
invoice-total = Total
invoice-begun = You have already begun to pay. We take you back to it; you do not pay twice.
invoice-go-on = Go on paying
invoice-test = This is a test invoice: no real money is involved.
invoice-paid = The invoice is paid
invoice-expired = The invoice has expired
invoice-expired-text = No money was taken. Ask the shop for a new invoice.
invoice-withdrawn = The invoice is canceled
invoice-withdrawn-text = You do not have to pay it. If you still want the order, ask the shop for a new invoice.
invoice-not-found = There is no such invoice
invoice-not-found-text = The link is incomplete or too old. No money was taken. Ask the shop to send it again.

invoice-mail-open = Open the invoice
invoice-mail-why = { $shop } asked us to send you this message. If you ordered nothing there, you do not have to pay.

back-to-invoice = Back to the invoice
