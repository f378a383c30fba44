# Страницы тестового банка.

bank-name = Тестовый банк
bank-note = Это песочница. Здесь нет настоящих денег: решите за покупателя, что ответит банк.
bank-3ds-title = Подтвердите платёж
bank-code = Код из СМС
bank-code-help = Подойдёт любой код.
bank-confirm = Подтвердить
bank-decline = Отклонить
bank-close = Закрыть
bank-accept = Заплатить { $amount }
bank-title-yoo_money = Тестовый кошелёк
bank-title-sbp = Тестовое приложение банка
bank-title-sberbank = Тестовый SberPay
bank-title-tinkoff_bank = Тестовый T-Pay
bank-title-mobile_balance = Тестовый оператор связи
bank-title-cash = Тестовый терминал
bank-title-other = Тестовая оплата
bank-done-accepted = Платёж подтверждён
bank-done-declined = Платёж отклонён
bank-done-help = Эту страницу можно закрыть: страница оплаты уже знает ответ.
bank-done-back = Вернуться к оплате
npd-title = Чеки самозанятого
npd-help = Эта страница стоит вместо сервиса «Мой налог»: решите за самозанятого, разрешит ли он оформлять чеки от его имени.
npd-agree = Разрешить
npd-refuse = Отказать
npd-done-confirmed = Самозанятый разрешил оформлять чеки
npd-done-refused = Самозанятый отказал
