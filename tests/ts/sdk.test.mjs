// A merchant's code on an SDK from npm, against a running server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { Server } from '../support/server.mjs';

const { YooKassa, YooKassaErr } = createRequire(import.meta.url)('@webzaytsev/yookassa-ts-sdk');

const RUB = (value) => ({ value, currency: 'RUB' });
const REDIRECT = { type: 'redirect', return_url: 'https://shop.test/thanks' };
const CARD = {
  type: 'bank_card',
  card: { number: '5555555555554444', expiry_year: '2035', expiry_month: '12', csc: '123' },
};

let server;
let sdk;

before(async () => {
  server = await Server.start();
  sdk = YooKassa({
    shop_id: server.demo.shop_id,
    secret_key: server.demo.secret_key,
    endpoint: `${server.base}/v3`,
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

test('the filter in brackets is understood', async () => {
  const payment = await create({});
  const since = await sdk.payments.list({ created_at: { gte: payment.created_at } });
  assert.ok(since.some((one) => one.id === payment.id));
  for (const one of since) assert.ok(one.created_at >= payment.created_at);
});

test('an error arrives as the SDK knows it', async () => {
  const missing = sdk.payments.load('31f00000-000f-5000-8000-1a2b3c4d5e6f');
  await assert.rejects(missing, (error) => {
    assert.ok(error instanceof YooKassaErr);
    assert.equal(error.name, 'not_found');
    assert.ok(error.id);
    return true;
  });
  await assert.rejects(create({ amount: RUB('-1.00') }), (error) => {
    assert.ok(error instanceof YooKassaErr);
    assert.equal(error.name, 'invalid_request');
    return true;
  });
});
