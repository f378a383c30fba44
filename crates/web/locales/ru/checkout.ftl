# Страницы оплаты.

lang-switch = Язык страницы
foot-safe = Данные карты передаются по защищённому соединению и не попадают в магазин.
test-badge = Тест

contract-title = Оплата { $amount }
contract-heading = Оплата заказа: { $shop }
methods = Способы оплаты
pay-button = Оплатить { $amount }
code-button = Получить код для оплаты
back-without-paying = Вернуться в магазин без оплаты
back-without-binding = Вернуться, не привязывая карту

method-bank_card = Банковская карта
method-sbp = СБП
method-sbp-help = Покажем QR-код и ссылку. Подтвердите оплату в приложении своего банка — карта не нужна.
method-yoo_money = Кошелёк ЮMoney
method-yoo_money-help = Перейдёте в кошелёк, подтвердите платёж и вернётесь сюда.
method-sberbank = SberPay
method-sberbank-help = Перейдёте в приложение или на сайт СберБанка и подтвердите платёж.
method-tinkoff_bank = T-Pay
method-tinkoff_bank-help = Перейдёте в приложение или на сайт Т-Банка и подтвердите платёж.
method-mobile_balance = Счёт мобильного телефона
method-mobile_balance-help = Пришлём СМС: ответьте на него, и сумма спишется со счёта телефона.
method-cash = Наличные
method-cash-help = Получите код и назовите его в терминале или кассе. Деньги придут в течение нескольких минут.

card-number = Номер карты
card-number-empty = Введите номер карты.
card-number-short = Номер введён не полностью: на карте цифр больше.
card-number-wrong = В номере опечатка. Сверьте его с картой.
card-expiry = Срок действия
card-expiry-sample = ММ/ГГ
card-expiry-empty = Введите срок: месяц и год.
card-expiry-wrong = Введите срок как на карте, например 08/29.
card-expiry-past = Срок карты истёк. Возьмите другую карту.
card-csc = Код с карты
card-csc-empty = Введите код с карты.
card-csc-wrong = В коде три цифры, у American Express — четыре.
card-csc-help = Код — три цифры на обороте карты.
card-save = Запомнить карту для следующих покупок в «{ $shop }»
card-will-save = После оплаты карта сохранится: «{ $shop }» сможет списывать с неё следующие платежи.

phone = Номер телефона
phone-empty = Введите номер телефона.
phone-wrong = В номере должно быть 11 цифр, например +7 900 123-45-67.

form-wrong-title = Проверьте данные
form-wrong-text = Мы отметили, что нужно поправить. Деньги не списаны.
form-stale-title = Страница устарела
form-stale-text = Она была открыта слишком долго. Введите данные ещё раз. Деньги не списаны.

test-cards = Это тест. Показать тестовые карты
test-cards-help = Деньги не спишутся. Возьмите карту с нужным исходом; срок — любой в будущем, код — любой.
test-result = Это тестовый платёж: настоящие деньги не двигались.
test-success-3ds = Успех с 3-D Secure
test-success = Успех без 3-D Secure
test-3d_secure_failed = Не пройден 3-D Secure
test-call_issuer = Отказ, причину скажет банк
test-card_expired = Срок карты истёк
test-fraud_suspected = Банк подозревает мошенничество
test-general_decline = Отказ без причины
test-insufficient_funds = Не хватает денег
test-invalid_card_number = Неверный номер
test-invalid_csc = Неверный код
test-issuer_unavailable = Банк недоступен
test-payment_method_limit_exceeded = Превышен лимит
test-payment_method_restricted = Операции по карте запрещены
test-country_forbidden = Карта чужой страны
test-fraud_suspected_by_us = Отказ нашей проверки
test-permission_revoked = Успех, автоплатежи потом откажут

wait-title = Ждём подтверждения
wait-title-sbp = Оплатите через СБП
wait-title-cash = Оплатите наличными
wait-title-mobile = Подтвердите по СМС
wait-title-unknown = Проверяем платёж
wait-qr-scan = Наведите камеру телефона или откройте сканер в приложении банка.
qr-label = QR-код для оплаты
wait-bank-link = Открыть приложение банка
wait-cash-help = Назовите код кассиру или введите его в терминале. Как только деньги придут, заказ будет оплачен.
wait-cash-code = Код для оплаты
wait-mobile-help = Отправили СМС на номер { $phone }. Ответьте на него, чтобы подтвердить платёж.
wait-go = Перейти к подтверждению
wait-go-help = Подтвердите платёж на странице банка. После этого вернётесь сюда.
wait-bank-help = Банк отвечает дольше обычного. Не платите второй раз: покажем ответ, как только он придёт.
wait-state = Ждём ответа. Страница обновится сама.
wait-until = Оплатите до { $time }.
wait-sandbox = Это тестовый платёж.
wait-sandbox-link = Решить за покупателя
other-method = Выбрать другой способ

bind-title = Привязка карты
bind-sum = 0 ₽, привязка карты
bind-help = Проверим карту, ничего не списывая. После этого «{ $shop }» сможет принимать с неё платежи по договорённости с вами.
bind-button = Привязать карту
bind-done-title = Карта привязана
bind-done-text = Ничего не списано. Можно возвращаться в магазин.
bind-failed-title = Карта не привязана

result-paid = Оплачено
result-paid-text = Деньги получены. Магазин уже знает об оплате.
result-already = Уже оплачено
result-already-text = Этот заказ оплачен раньше. Второй раз платить не нужно.
result-held = Сумма заблокирована
result-held-text = Деньги пока остаются на вашем счёте. Магазин спишет их, когда подтвердит заказ, или вернёт.
result-expired = Время на оплату вышло
result-expired-text = Деньги не списаны. Вернитесь в магазин и оформите оплату снова.
result-hold-expired = Платёж отменён
result-hold-expired-text = Магазин не подтвердил заказ вовремя. Заблокированная сумма снова доступна: банк покажет это сразу или через несколько дней.
result-canceled = Платёж отменён
result-canceled-text = Магазин отменил платёж. Заблокированная сумма снова доступна: банк покажет это сразу или через несколько дней.
result-failed = Платёж не прошёл
result-not-found = Такого платежа нет
result-not-found-text = Ссылка неполная или устарела. Деньги не списаны. Откройте оплату из магазина ещё раз.
result-busy = Сервис перегружен
result-busy-text = Обновите страницу через минуту: покажем, что с платежом. Не платите второй раз, пока не увидите ответ.
result-error = Не получилось показать страницу
result-error-text = Ошибка у нас, мы о ней уже знаем. Обновите страницу через минуту, чтобы увидеть, что с платежом. Номер обращения: { $request }.
result-not-possible = Так заплатить нельзя
result-not-possible-text = Деньги не списаны. Откройте оплату из магазина ещё раз или выберите другой способ.
result-refused = Запрос не принят
result-refused-text = Форма пришла не с нашей страницы. Деньги не списаны. Откройте оплату из магазина ещё раз.

fact-shop = Магазин
fact-shop-number = Номер магазина
fact-what = Заказ
fact-sum = Сумма
fact-means = Способ оплаты
fact-when = Когда
fact-number = Номер платежа
means-card = Карта •• { $last4 }

back-to-shop = Вернуться в магазин
back-soon = Вернём в магазин через { "{n}" } с.
back-stay = Остаться здесь

leave-title = Переходим на страницу банка
leave-help = Если страница не открылась сама, нажмите кнопку.
leave-button = Перейти в банк
