# The test bank's pages.

bank-name = Test bank
bank-note = This is a sandbox. There is no real money here: decide for the buyer what the bank answers.
bank-3ds-title = Confirm the payment
bank-code = Code from the message
bank-code-help = Any code will do.
bank-confirm = Confirm
bank-decline = Decline
bank-close = Close
bank-accept = Pay { $amount }
bank-title-yoo_money = Test wallet
bank-title-sbp = Test bank app
bank-title-sberbank = Test SberPay
bank-title-tinkoff_bank = Test T-Pay
bank-title-mobile_balance = Test mobile operator
bank-title-cash = Test terminal
bank-title-other = Test payment
bank-done-accepted = The payment is confirmed
bank-done-declined = The payment is declined
bank-done-help = You can close this page: the payment page already knows.
bank-done-back = Back to the payment
npd-title = Receipts of a self-employed person
npd-help = This page stands for the tax service: decide for the person whether receipts may be made out in their name.
npd-agree = Agree
npd-refuse = Refuse
npd-done-confirmed = The person has agreed
npd-done-refused = The person has refused
