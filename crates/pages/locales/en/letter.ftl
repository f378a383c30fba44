# Letters to buyers.

overview-subject = Your payment to { $shop } went through
overview-title = Payment completed
overview-text = Keep this message: you may need the payment number if you have questions for the shop.
overview-not-receipt = This message does not replace a fiscal receipt.
overview-why = { $shop } asked us to send you this message. There is no need to reply.
