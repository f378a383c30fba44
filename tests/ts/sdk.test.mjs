// A merchant's code on an SDK from npm, against a running server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '../support/server.mjs';

const sdkPackage = createRequire(import.meta.url)('@webzaytsev/yookassa-ts-sdk');
const { YooKassa, YooKassaErr, WebhookValidationError } = sdkPackage;
const { parseNotification, parsePaymentNotification, parseRefundNotification } = sdkPackage;

const RUB = (value) => ({ value, currency: 'RUB' });
const REDIRECT = { type: 'redirect', return_url: 'https://shop.test/thanks' };
const CARD = {
  type: 'bank_card',
  card: { number: '5555555555554444', expiry_year: '2035', expiry_month: '12', csc: '123' },
};
const NOBODY = '31f00000-000f-5000-8000-1a2b3c4d5e6f';
const BOOKS = [
  {
    description: 'Книга',
    quantity: 2,
    amount: RUB('50.00'),
    vat_code: 1,
    measure: 'piece',
    payment_mode: 'full_payment',
    payment_subject: 'commodity',
  },
];
const RECEIPT = { customer: { email: 'buyer@example.com' }, items: BOOKS };

let server;
let sdk;

before(async () => {
  server = await Server.start();
  sdk = YooKassa({
    shop_id: server.demo.shop_id,
    secret_key: server.demo.secret_key,
    token: server.demo.oauth_token,
    endpoint: `${await server.front()}/v3`,
    maxRPS: 100,
  });
});

after(() => server?.stop());

const create = (fields) =>
  sdk.payments.create({ amount: RUB('1000.00'), capture: true, confirmation: REDIRECT, ...fields });

test('a payment is created, loaded and listed', async () => {
  const payment = await create({ description: 'Заказ № 72', metadata: { order: '72' } });
  assert.equal(payment.status, 'pending');
  const page = /\/checkout\/payments\/v2\/contract\?orderId=/;
  assert.match(payment.confirmation.confirmation_url, page);
  const loaded = await sdk.payments.load(payment.id);
  assert.deepEqual(loaded, payment);
  const list = await sdk.payments.list({ limit: 5, status: 'pending' });
  assert.ok(list.some((one) => one.id === payment.id));
});

test('the same key makes one payment', async () => {
  const body = { amount: RUB('77.00'), capture: true, confirmation: REDIRECT };
  const key = `ts-${Date.now()}`;
  const [one, two] = [await sdk.payments.create(body, key), await sdk.payments.create(body, key)];
  assert.equal(one.id, two.id);
});

test('money is taken at once and given back in parts', async () => {
  const payment = await create({ payment_method_data: CARD });
  assert.equal(payment.status, 'succeeded');
  assert.equal(payment.income_amount.value, '955.00');
  const refund = await sdk.refunds.create({ payment_id: payment.id, amount: RUB('400.00') });
  assert.equal(refund.status, 'succeeded');
  assert.deepEqual(await sdk.refunds.load(refund.id), refund);
  const refunds = await sdk.refunds.list({ payment_id: payment.id });
  assert.deepEqual(refunds.map((one) => one.id), [refund.id]);
  const after = await sdk.payments.load(payment.id);
  assert.equal(after.refunded_amount.value, '400.00');
});

test('money is held, then taken in part or let go', async () => {
  const held = await create({ capture: false, payment_method_data: CARD });
  assert.equal(held.status, 'waiting_for_capture');
  const captured = await sdk.payments.capture(held.id, { amount: RUB('600.00') });
  assert.equal(captured.status, 'succeeded');
  assert.equal(captured.amount.value, '600.00');
  const other = await create({ capture: false, payment_method_data: CARD });
  const canceled = await sdk.payments.cancel(other.id);
  assert.equal(canceled.status, 'canceled');
  assert.equal(canceled.cancellation_details.reason, 'canceled_by_merchant');
});

/** Looks again until the register has answered. */
async function registered(show) {
  for (;;) {
    const shown = await show();
    if ((shown.receipt_registration ?? shown.status) !== 'pending') return shown;
    await pause(50);
  }
}

async function rejected(call, name, words) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof YooKassaErr, error.stack);
    assert.equal(error.name, name);
    assert.match(error.message, words);
    assert.ok(error.id);
    return true;
  });
}

test('every page of a list is fetched', async () => {
  const key = `pages-${Date.now()}`;
  const made = [];
  for (let n = 0; n < 5; n += 1) made.push((await create({ metadata: { key } })).id);
  const first = await sdk.payments.load(made[0]);
  const all = await sdk.payments.list({ created_at: { gte: first.created_at }, limit: 2 });
  const ids = all.filter((one) => one.metadata.key === key).map((one) => one.id);
  assert.deepEqual(ids, made.reverse());
});

test('a saved card pays without the buyer', async () => {
  const first = await create({ payment_method_data: CARD, save_payment_method: true });
  assert.equal(first.payment_method.saved, true);
  const again = await sdk.payments.create({
    amount: RUB('10.00'),
    capture: true,
    payment_method_id: first.payment_method.id,
  });
  assert.equal(again.status, 'succeeded');
});

test('a capture may be made without a body', async () => {
  const held = await create({ capture: false, payment_method_data: CARD });
  assert.equal((await sdk.payments.capture(held.id)).amount.value, '1000.00');
});

test('the same key makes one capture, one cancellation and one refund', async () => {
  const held = await create({ capture: false, payment_method_data: CARD });
  const [one, two] = [
    await sdk.payments.capture(held.id, { amount: RUB('600.00') }, `capture-${held.id}`),
    await sdk.payments.capture(held.id, { amount: RUB('600.00') }, `capture-${held.id}`),
  ];
  assert.deepEqual(one, two);
  const other = await create({ capture: false, payment_method_data: CARD });
  await sdk.payments.cancel(other.id, `cancel-${other.id}`);
  assert.equal((await sdk.payments.cancel(other.id, `cancel-${other.id}`)).status, 'canceled');
  const body = { payment_id: held.id, amount: RUB('100.00') };
  const refund = await sdk.refunds.create(body, `refund-${held.id}`);
  assert.equal((await sdk.refunds.create(body, `refund-${held.id}`)).id, refund.id);
});

test('receipts come with payments and refunds', async () => {
  const fields = { amount: RUB('100.00'), payment_method_data: CARD, receipt: RECEIPT };
  const made = await create(fields);
  const payment = await registered(() => sdk.payments.load(made.id));
  assert.equal(payment.receipt_registration, 'succeeded');
  const one = { ...RECEIPT, items: [{ ...BOOKS[0], quantity: 1 }] };
  const back = await sdk.refunds.create({
    payment_id: made.id, amount: RUB('50.00'), receipt: one,
  });
  const refund = await registered(() => sdk.refunds.load(back.id));
  assert.equal(refund.receipt_registration, 'succeeded');
  const [found] = await sdk.receipts.list({ refund_id: back.id });
  assert.equal(found.type, 'refund');
});

test('a receipt is made by itself, loaded and listed', async () => {
  const payment = await create({ amount: RUB('100.00'), payment_method_data: CARD });
  const body = {
    type: 'payment',
    payment_id: payment.id,
    send: true,
    ...RECEIPT,
    settlements: [{ type: 'prepayment', amount: RUB('100.00') }],
  };
  const made = await sdk.receipts.create(body, `receipt-${payment.id}`);
  assert.equal((await sdk.receipts.create(body, `receipt-${payment.id}`)).id, made.id);
  const receipt = await registered(() => sdk.receipts.load(made.id));
  assert.equal(receipt.status, 'succeeded');
  assert.ok(receipt.fiscal_document_number);
  const listed = await sdk.receipts.list({ payment_id: payment.id });
  assert.deepEqual(listed.map((one) => one.id), [made.id]);
  const wrong = { ...body, settlements: [{ type: 'prepayment', amount: RUB('99.00') }] };
  await rejected(sdk.receipts.create(wrong), 'invalid_request', /settlements add up to/);
});

test('webhooks of a token are made, listed and removed', async () => {
  const body = { event: 'payment.succeeded', url: 'https://partner.example/told' };
  const made = await sdk.webhooks.create(body);
  assert.equal(made.url, body.url);
  assert.ok((await sdk.webhooks.list()).some((one) => one.id === made.id));
  await sdk.webhooks.delete(made.id);
  assert.ok(!(await sdk.webhooks.list()).some((one) => one.id === made.id));
  await rejected(sdk.webhooks.delete(made.id), 'not_found', /Webhook not found/);
});

test('a token tells whose shop it is', async () => {
  const shop = await sdk.shop.info();
  assert.equal(shop.account_id, server.demo.shop_id);
  assert.equal(shop.test, true);
});

test('notifications are parsed', async () => {
  const paid = await create({ payment_method_data: CARD });
  const told = parsePaymentNotification(await server.told('payment.succeeded', paid.id));
  assert.deepEqual(told.object, await sdk.payments.load(paid.id));
  assert.throws(() => parseRefundNotification(told), WebhookValidationError);
  const refund = await sdk.refunds.create({ payment_id: paid.id, amount: RUB('1000.00') });
  const returned = parseNotification(await server.told('refund.succeeded', refund.id));
  assert.equal(parseRefundNotification(returned).object.payment_id, paid.id);
});

test('what is wrong is named', async () => {
  await rejected(sdk.payments.load(NOBODY), 'not_found', /Payment not found/);
  await rejected(sdk.refunds.load(NOBODY), 'not_found', /Refund not found/);
  await rejected(sdk.receipts.load(`rt-${NOBODY}`), 'not_found', /Receipt not found/);
  await rejected(create({ amount: RUB('-1.00') }), 'invalid_request', /\w/);
  const paid = await create({ payment_method_data: CARD });
  const tooMuch = { payment_id: paid.id, amount: RUB('1000.01') };
  await rejected(sdk.refunds.create(tooMuch), 'invalid_request', /Refund sum exceeded/);
  await rejected(sdk.payments.cancel(paid.id), 'invalid_request', /autocapture/);
});

test('the filter in brackets is understood', async () => {
  const payment = await create({});
  const since = await sdk.payments.list({ created_at: { gte: payment.created_at } });
  assert.ok(since.some((one) => one.id === payment.id));
  for (const one of since) assert.ok(one.created_at >= payment.created_at);
});
