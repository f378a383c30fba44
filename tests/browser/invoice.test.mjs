// A buyer opens the page of an invoice in a real browser, reads the cart, presses the button, goes
// back, and pays; on a phone and on a desk, in light and dark, with and without script.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings, openBrowser, Server, Window } from './altyn.mjs';

const WITHOUT_3DS = '5555555555554444';
const NO_MONEY = '5555555555554600';
const WEIGHT_MAX = 60 * 1024;

const LOOKS = [
  { width: 360, dark: false, script: true },
  { width: 1280, dark: true, script: true },
  { width: 360, dark: true, script: false },
  { width: 1280, dark: false, script: false },
];

const nameOf = ({ width, dark, script }) =>
  `invoice-${width}-${dark ? 'dark' : 'light'}${script ? '' : '-noscript'}`;

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens an invoice's page in a fresh window and closes it whatever happens. */
async function inWindow(look, fields, act) {
  const invoice = await server.invoice(fields);
  const window = await Window.open(browser, look);
  try {
    const answer = await window.page.goto(invoice.delivery_method.url);
    await act(window, invoice, answer);
  } finally {
    await window.close();
  }
}

async function payByCard(page, number, expiry) {
  const form = page.locator('form', { has: page.locator('[autocomplete="cc-number"]') });
  await form.locator('[autocomplete="cc-number"]').pressSequentially(number);
  await form.locator('[autocomplete="cc-exp"]').fill('');
  await form.locator('[autocomplete="cc-exp"]').pressSequentially(expiry);
  await form.locator('[autocomplete="cc-csc"]').fill('123');
  await form.locator('button[type=submit]').click();
}

/** What must be true of each page a buyer sees. */
async function isSound(window, name) {
  assert.deepEqual(await findings(browser, window), [], `axe on ${name}`);
  const { scrollWidth, clientWidth } = await window.page
    .locator('html')
    .evaluate(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }));
  assert.ok(scrollWidth <= clientWidth, `${name} is wider than its window`);
  await window.shoot(name);
}

function keptToItself(window) {
  const foreign = [...window.hosts()].filter((host) => host !== new URL(server.base).host);
  assert.deepEqual(foreign, [], 'no request to another host');
  assert.deepEqual(window.complaints, [], 'the console is silent');
}

for (const look of LOOKS) {
  const name = nameOf(look);
  // Without script a code typed as 1235 keeps its form, so it is typed as people write it.
  const expiry = look.script ? '1235' : '12/35';

  test(`at ${name} a buyer goes back, is declined, pays and sees it paid`, async () => {
    await inWindow(look, {}, async (window, invoice) => {
      const { page } = window;
      await isSound(window, `${name}-1-open`);
      const text = await page.locator('main').innerText();
      for (const part of ['Счёт по договору 37', '1,5', 'Фильтры', 'Ваша скидка']) {
        assert.ok(text.includes(part), `${part} in ${text}`);
      }
      await page.locator('button[type=submit]').click();
      await page.locator('[autocomplete="cc-number"]').waitFor();
      const contract = page.url();
      await page.goBack();
      await page.locator('.cart').waitFor();
      await page.reload();
      assert.match(await page.locator('button[type=submit]').innerText(), /Продолжить/);
      await isSound(window, `${name}-2-begun`);
      await page.locator('button[type=submit]').click();
      await page.locator('[autocomplete="cc-number"]').waitFor();
      assert.equal(page.url(), contract, 'the same payment');
      await payByCard(page, NO_MONEY, expiry);
      await page
        .getByText(/не хватает денег/i)
        .first()
        .waitFor();
      assert.equal((await server.findInvoice(invoice.id)).status, 'pending');
      await payByCard(page, WITHOUT_3DS, expiry);
      const back = page.locator(`a[href="${invoice.delivery_method.url}"]`);
      await back.waitFor();
      await isSound(window, `${name}-3-result`);
      await back.click();
      await page.getByRole('heading', { name: 'Счёт оплачен' }).waitFor();
      await isSound(window, `${name}-4-paid`);
      const paid = await server.findInvoice(invoice.id);
      assert.equal(paid.status, 'succeeded');
      const payment = await server.find(paid.payment_details.id);
      assert.deepEqual(payment.invoice_details, { id: invoice.id });
      keptToItself(window);
    });
  });
}

describe('the page of an invoice', () => {
  test('is light, strict and speaks English to who asks for it', async () => {
    await inWindow({ width: 360, locale: 'en-US' }, {}, async (window, _, answer) => {
      await window.page.waitForLoadState('networkidle');
      assert.ok((await window.weight()) < WEIGHT_MAX);
      const policy = answer.headers()['content-security-policy'];
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.equal(await window.page.locator('html').getAttribute('lang'), 'en');
      assert.match(await window.page.locator('main').innerText(), /₽1,890\.00/);
      await isSound(window, 'invoice-en-360-open');
    });
  });

  test('two presses at once begin one payment', async () => {
    await inWindow({ width: 360, script: false }, {}, async (window, invoice) => {
      const other = await window.context.newPage();
      await other.goto(invoice.delivery_method.url);
      const pages = [window.page, other];
      await Promise.all(pages.map((page) => page.locator('button[type=submit]').click()));
      await Promise.all(pages.map((page) => page.locator('[autocomplete="cc-number"]').waitFor()));
      assert.equal(window.page.url(), other.url());
    });
  });

  test('keeps absurdly long names inside, at 320 pixels and with large letters', async () => {
    const rub = (value) => ({ value, currency: 'RUB' });
    const long = 'Достопримечательностеописательный'.repeat(4).slice(0, 128);
    const fields = {
      payment_data: { amount: rub('199999.00'), capture: true },
      cart: [{ description: long, price: rub('199999.00'), quantity: 1 }],
      description: long,
    };
    await inWindow({ width: 320 }, fields, async (window) => isSound(window, 'invoice-320-long'));
    await inWindow({ width: 640 }, fields, async (window) => {
      await window.page
        .locator('html')
        .evaluate((html) => html.style.setProperty('font-size', '200%'));
      await isSound(window, 'invoice-640-double');
    });
  });

  test('says so when there is none', async () => {
    await inWindow({ width: 360 }, {}, async (window, invoice) => {
      const missing = invoice.delivery_method.url.replace(/[0-9a-f]{12}$/, '000000000000');
      const answer = await window.page.goto(missing);
      assert.equal(answer.status(), 404);
      await isSound(window, 'invoice-not-found');
    });
  });
});
