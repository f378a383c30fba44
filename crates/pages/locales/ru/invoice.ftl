# Страница счёта.

invoice-title = Счёт на { $amount }
invoice-heading = Счёт от магазина { $shop }
invoice-cart = Состав счёта
invoice-full = Без скидки
invoice-saved = Ваша скидка
invoice-total = Итого
invoice-begun = Вы уже начали оплату: вернём вас к ней, второй раз платить не придётся.
invoice-go-on = Продолжить оплату
invoice-test = Это тестовый счёт: настоящие деньги не участвуют.
invoice-paid = Счёт оплачен
invoice-expired = Срок счёта истёк
invoice-expired-text = Деньги не списаны. Попросите магазин выставить новый счёт.
invoice-withdrawn = Счёт отменён
invoice-withdrawn-text = Платить по нему не нужно. Если вы всё ещё ждёте заказ, спросите магазин о новом счёте.
invoice-not-found = Такого счёта нет
invoice-not-found-text = Ссылка неполная или устарела. Деньги не списаны. Попросите магазин прислать её ещё раз.

invoice-mail-open = Открыть счёт
invoice-mail-why = Письмо пришло по просьбе магазина «{ $shop }». Если вы ничего у него не заказывали, платить не нужно.

back-to-invoice = Вернуться к счёту
