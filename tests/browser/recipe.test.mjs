// The pages inside the recipes, as they stand there, in a shop of another origin. That the programs
// around them run is told by tests/sdk/test_recipes.py.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from '../support/server.mjs';
import { findings, openBrowser, Server, ShopPages, Window } from './altyn.mjs';

const CARD = '5555555555554444';
const THANKS = 'https://shop.example/thanks';

let server;
let shop;
let browser;

before(async () => {
  [server, shop, browser] = await Promise.all([Server.start(), ShopPages.open(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await shop?.close();
  await server?.stop();
});

/** The page of a recipe with its blanks filled in, opened. */
async function open(recipe, blanks, act) {
  const program = readFileSync(join(ROOT, 'docs/recipes', recipe), 'utf8');
  const [, page] = /Template\("""([\s\S]*?)"""\)/.exec(program);
  const filled = Object.entries({ ...blanks, server: server.base }).reduce(
    (text, [name, value]) => text.replaceAll(`$${name}`, value),
    page,
  );
  const window = await Window.open(browser, { width: 1280, locale: 'en-US' });
  window.page.setDefaultTimeout(10_000);
  const thanks = '<!doctype html><html lang="en"><title>Thanks</title><h1>Thanks</h1></html>';
  await window.page.route(`${THANKS}*`, (route) =>
    route.fulfill({ body: thanks, contentType: 'text/html' }),
  );
  try {
    await window.page.goto(shop.serve(filled));
    await act(window.page, window);
  } finally {
    await window.close();
  }
}

test('the page of widget.py takes a payment', async () => {
  const payment = await server.payment('', { confirmation: { type: 'embedded' } });
  const token = payment.confirmation.confirmation_token;
  await open('widget.py', { token }, async (page) => {
    const form = page.frameLocator('iframe[src*="/checkout-widget/v1/frame"]');
    await form.locator('[autocomplete="cc-number"]').pressSequentially(CARD);
    await form.locator('[autocomplete="cc-exp"]').pressSequentially('1235');
    await form.locator('[autocomplete="cc-csc"]').fill('123');
    await form.locator('details[data-method="bank_card"] button[type=submit]').click();
    await page.waitForURL(`${THANKS}*`);
  });
  assert.equal((await server.find(payment.id)).status, 'succeeded');
});

test('the page of card_form.py sends a token that pays, or says what is wrong', async () => {
  const blanks = { shop_id: server.demo.shop_id };
  await open('card_form.py', blanks, async (page, window) => {
    assert.deepEqual(await findings(browser, window), [], 'axe');
    const type = async (card) => {
      for (const [id, text] of Object.entries(card)) await page.locator(`#${id}`).fill(text);
      await page.getByRole('button').click();
    };
    await type({ number: '5555555555554445', month: '12', year: '30', cvc: '123' });
    await page.getByText('invalid_number').waitFor();
    const sent = page.waitForRequest((request) => request.url().endsWith('/pay'));
    await type({ number: CARD });
    const form = new URLSearchParams((await sent).postData());
    assert.deepEqual([...form.keys()], ['payment_token'], 'nothing of the card leaves the page');
    const paid = await server.payment(shop.url, { payment_token: form.get('payment_token') });
    assert.equal(paid.status, 'succeeded');
  });
});

test('the page of payout_widget.py tells the token of a card', async () => {
  const blanks = { gateway_id: server.demo.payout_gateway_id };
  await open('payout_widget.py', blanks, async (page) => {
    const form = page.frameLocator('iframe[src*="/payouts-data/"]');
    const sent = page.waitForRequest((request) => request.url().endsWith('/my-card'));
    await form.locator('#card-number').pressSequentially(CARD);
    await form.locator('button[type=submit]').click();
    const { token, last4 } = JSON.parse((await sent).postData());
    assert.equal(last4, '4444');
    assert.match(token, /^[\w-]{43}$/);
  });
});
