// What shops put into their own pages, in a real browser: the shop's page is of another host name
// and another port than the platform.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings, openBrowser, Server, ShopPages, Window } from './altyn.mjs';

const WITH_3DS = '5555555555554477';
const WITHOUT_3DS = '5555555555554444';
const NO_MONEY = '5555555555554600';
const FORBIDDEN_COUNTRY = '5555555555554584';
const UNKNOWN_COUNTRY = '9900000000000002';
/** What a shop's page loads before anybody pays, uncompressed. */
const SCRIPT_WEIGHT_MAX = 10 * 1024;

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

const embedded = { confirmation: { type: 'embedded', locale: 'ru_RU' } };

/** The page of a shop that uses the widget as the documentation shows it. */
function widgetPage(options, { more = '', events = ['success', 'fail', 'modal_close'] } = {}) {
  return `<!doctype html><html lang="ru"><meta charset="utf-8"><title>Лавка</title>
<meta name="viewport" content="width=device-width"><h1>Заказ № 72</h1><div id="payment-form"></div>
<script src="${server.base}/checkout-widget/v1/checkout-widget.js"></script>
<script>
  window.said = [];
  window.begin = (options) => {
    const widget = new window.YooMoneyCheckoutWidget({
      error_callback: (error) => said.push(['error', error]), ...options,
    });
    for (const event of ${JSON.stringify(events)}) {
      widget.on(event, (about) => said.push([event, about.status]));
    }
    const modal = options.customization && options.customization.modal;
    widget.render(modal ? undefined : 'payment-form').then(
      () => said.push(['rendered']),
      (error) => said.push(['refused', error.error]),
    );
    window.widget = widget;
  };
  begin(${JSON.stringify(options)});
</script>${more}</html>`;
}

/** Opens a page of the shop in a fresh window and closes it whatever happens. */
async function inShop(html, act, { headers = {}, site = shop, ...look } = {}) {
  const address = site.serve(html, headers);
  const window = await Window.open(browser, look);
  window.page.setDefaultTimeout(10_000);
  try {
    await window.page.goto(address);
    await act(window.page, window);
  } finally {
    await window.close();
  }
}

async function inWidget(options, act, { fields = {}, page = {}, ...look } = {}) {
  const payment = await server.payment('', { ...embedded, ...fields });
  const token = payment.confirmation.confirmation_token;
  const html = widgetPage({ confirmation_token: token, ...options }, page);
  await inShop(html, (opened, window) => act(opened, payment, window), look);
}

/** The frame with the form; the layer of 3-D Secure is another one. */
const form = (page) => page.frameLocator('iframe[src*="/checkout-widget/v1/frame"]');
const bank = (page) => page.frameLocator('dialog iframe[title="3-D Secure"]');

async function typeCard(frame, number) {
  await frame.locator('[autocomplete="cc-number"]').fill('');
  await frame.locator('[autocomplete="cc-number"]').pressSequentially(number);
  await frame.locator('[autocomplete="cc-exp"]').fill('');
  await frame.locator('[autocomplete="cc-exp"]').pressSequentially('1235');
  await frame.locator('[autocomplete="cc-csc"]').fill('123');
}

async function submitCard(page, number) {
  const frame = form(page);
  await typeCard(frame, number);
  await frame.locator('details[data-method="bank_card"] button[type=submit]').click();
}

/** Waits until the shop's page has heard something. */
async function heard(page, ...wanted) {
  const text = JSON.stringify(wanted);
  try {
    await page.waitForFunction(
      (text) => window.said.some((one) => JSON.stringify(one) === text),
      text,
      { timeout: 10_000 },
    );
  } catch {
    const inside = page.frames().map(async (frame) => {
      const shown = await frame.evaluate(() => document.body.innerText).catch(() => 'gone');
      return `${frame.url()}: ${shown}`;
    });
    const all = [JSON.stringify(await said(page)), ...(await Promise.all(inside))];
    assert.fail(`${text} was not heard:\n${all.join('\n')}`);
  }
}

const said = (page) => page.evaluate(() => window.said);

describe('the payment widget', () => {
  for (const look of [
    { width: 360, dark: false },
    { width: 1280, dark: true },
  ]) {
    const name = `widget-${look.width}-${look.dark ? 'dark' : 'light'}`;
    test(`pays with 3-D Secure inside a page of another origin (${name})`, async () => {
      await inWidget(
        {},
        async (page, payment, window) => {
          await heard(page, 'rendered');
          await window.shoot(`${name}-1-form`);
          assert.deepEqual(await findings(browser, window), [], 'axe');
          await submitCard(page, WITH_3DS);
          await bank(page).locator('button[value="accept"]').waitFor();
          await window.shoot(`${name}-2-bank`);
          assert.equal((await server.find(payment.id)).status, 'pending');
          await bank(page).locator('button[value="accept"]').click();
          await heard(page, 'success', 'success');
          await page.locator('dialog').waitFor({ state: 'detached' });
          await window.shoot(`${name}-3-paid`);
          const paid = await server.find(payment.id);
          assert.equal(paid.status, 'succeeded');
          assert.equal(paid.authorization_details.three_d_secure.applied, true);
          assert.deepEqual(await said(page), [['rendered'], ['success', 'success']]);
          const { scrollWidth, clientWidth } = await page
            .locator('html')
            .evaluate(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }));
          assert.ok(scrollWidth <= clientWidth, 'the page is not wider than its window');
          const numbers = window.requests.filter((one) => one.url().includes(WITH_3DS));
          assert.deepEqual(numbers, [], 'no card number in an address');
        },
        look,
      );
    });
  }

  test('lets a declined buyer try again, and says nothing of it', async () => {
    await inWidget({}, async (page, payment) => {
      await submitCard(page, NO_MONEY);
      await form(page)
        .getByText(/не хватает денег/i)
        .first()
        .waitFor();
      await submitCard(page, WITHOUT_3DS);
      await heard(page, 'success', 'success');
      assert.equal((await server.find(payment.id)).status, 'succeeded');
      assert.deepEqual(await said(page), [['rendered'], ['success', 'success']]);
    });
  });

  test('ends after a decline where the shop wants that', async () => {
    const other = await server.altyn(
      'shop', 'create', '--name', 'Once', '--test', '--no-widget-retries',
    );
    const payment = await server.payment('', embedded, other);
    const token = payment.confirmation.confirmation_token;
    await inShop(widgetPage({ confirmation_token: token }), async (page) => {
      await submitCard(page, NO_MONEY);
      await heard(page, 'fail', 'fail');
      assert.deepEqual(await said(page), [['rendered'], ['fail', 'fail']]);
      assert.equal(await form(page).locator('[autocomplete="cc-number"]').count(), 0);
    });
  });

  test('is shown on the sites that the shop names and on no other', async () => {
    const other = await server.altyn('shop', 'create', '--name', 'Sites', '--test');
    const sites = `https://shop.example,${shop.base}`;
    await server.altyn('shop', 'widget', '--shop', other.shop_id, '--sites', sites);
    const payment = await server.payment('', embedded, other);
    const html = widgetPage({ confirmation_token: payment.confirmation.confirmation_token });
    const third = await ShopPages.open();
    try {
      await inShop(
        html,
        async (page) => {
          await heard(page, 'refused', 'internal_service_error');
          assert.equal(await page.locator('iframe').count(), 0);
        },
        { site: third },
      );
    } finally {
      await third.close();
    }
    await inShop(html, async (page) => {
      await submitCard(page, WITH_3DS);
      await bank(page).locator('button[value="accept"]').click();
      await heard(page, 'success', 'success');
      assert.equal((await server.find(payment.id, other)).status, 'succeeded');
    });
  });

  test('is declined at the bank and pays with another card', async () => {
    await inWidget({}, async (page, payment) => {
      await submitCard(page, WITH_3DS);
      await bank(page).locator('button[value="decline"]').click();
      await form(page).locator('.notice').waitFor();
      await page.locator('dialog').waitFor({ state: 'detached' });
      await submitCard(page, WITHOUT_3DS);
      await heard(page, 'success', 'success');
      assert.equal((await server.find(payment.id)).status, 'succeeded');
    });
  });

  test('opens the bank again for who closed its layer', async () => {
    await inWidget({}, async (page, payment) => {
      await submitCard(page, WITH_3DS);
      await bank(page).locator('button[value="accept"]').waitFor();
      await page.locator('dialog button').first().click();
      await page.locator('dialog').waitFor({ state: 'detached' });
      await form(page).locator('a.button').click();
      await bank(page).locator('button[value="accept"]').click();
      await heard(page, 'success', 'success');
      assert.equal((await server.find(payment.id)).status, 'succeeded');
    });
  });

  test('tells who listens to it that the payment is complete, and nobody else', async () => {
    const page = { events: ['complete', 'success'] };
    await inWidget(
      {},
      async (page) => {
        await submitCard(page, WITHOUT_3DS);
        await heard(page, 'complete', 'success');
        assert.deepEqual(await said(page), [['rendered'], ['complete', 'success']]);
      },
      { page },
    );
  });

  test('goes on to the return address', async () => {
    const back = shop.serve('<!doctype html><title>Лавка</title><h1>Спасибо за заказ</h1>');
    await inWidget({ return_url: back }, async (page) => {
      await submitCard(page, WITHOUT_3DS);
      await page.getByText('Спасибо за заказ').waitFor();
      assert.equal(page.url(), back);
    });
  });

  test('opens above the page and says when it is closed', async () => {
    await inWidget({ customization: { modal: true } }, async (page, payment, window) => {
      await heard(page, 'rendered');
      await window.shoot('widget-360-modal');
      await page.keyboard.press('Escape');
      await heard(page, 'modal_close', 'closed');
      await page.locator('dialog').waitFor({ state: 'detached' });
      await page.evaluate((token) => window.begin({
        confirmation_token: token, customization: { modal: true },
      }), payment.confirmation.confirmation_token);
      await submitCard(page, WITHOUT_3DS);
      await heard(page, 'success', 'success');
    });
  });

  test('is destroyed, and rendered again with another token', async () => {
    const second = await server.payment('', embedded);
    await inWidget({}, async (page, first) => {
      await heard(page, 'rendered');
      await page.evaluate(() => window.widget.destroy());
      assert.equal(await page.locator('iframe').count(), 0);
      const token = second.confirmation.confirmation_token;
      await page.evaluate((token) => window.begin({ confirmation_token: token }), token);
      await submitCard(page, WITHOUT_3DS);
      await heard(page, 'success', 'success');
      assert.equal((await server.find(first.id)).status, 'pending');
      assert.equal((await server.find(second.id)).status, 'succeeded');
    });
  });

  test('says which option is wrong', async () => {
    const payment = await server.payment('', embedded);
    const card = { payment_method_data: { type: 'bank_card' } };
    const named = await server.payment('', { ...embedded, ...card });
    const held = await server.payment('', { ...embedded, capture: false });
    const token = payment.confirmation.confirmation_token;
    const other = (one) => one.confirmation.confirmation_token;
    const methods = (...list) => ({ customization: { payment_methods: list } });
    const redirect = await server.payment(shop.url);
    const cases = [
      ['token_required', {}],
      ['invalid_token', { confirmation_token: 'ct-1' }],
      ['invalid_token', { confirmation_token: 'ct-31f00000-000f-5000-8000-1a2b3c4d5e6f' }],
      ['invalid_token', { confirmation_token: `ct-${redirect.id}` }],
      ['return_url_required', { confirmation_token: token, return_url: '' }],
      ['invalid_return_url', { confirmation_token: token, return_url: '/thanks' }],
      ['invalid_return_url', { confirmation_token: token, return_url: 'javascript:alert(1)' }],
      ['invalid_payment_methods', { confirmation_token: token, ...methods() }],
      ['invalid_payment_methods', { confirmation_token: token, ...methods('qiwi') }],
      [
        'invalid_combination_of_payment_methods',
        { confirmation_token: token, ...methods('sbp', 'sbp') },
      ],
      [
        'customization_of_payment_methods_not_allowed',
        { confirmation_token: other(named), ...methods('sbp') },
      ],
      ['no_payment_methods_to_display', { confirmation_token: other(held), ...methods('sbp') }],
      ['no_payment_methods_to_display', { confirmation_token: token, ...methods('mir_pay') }],
    ];
    for (const [code, options] of cases) {
      await inShop(widgetPage(options), async (page) => {
        await heard(page, 'refused', code);
        const all = await said(page);
        const expected = [['error', { error: code }], ['refused', code]];
        assert.deepEqual(all.sort(), expected, JSON.stringify(options));
        assert.equal(await page.locator('iframe').count(), 0);
      });
    }
  });

  test('says so when its container is not there', async () => {
    await inWidget({}, async (page) => {
      await page.evaluate(() => document.getElementById('payment-form').remove());
      await page.evaluate(() => {
        window.said = [];
        window.widget.render('payment-form').catch((error) => window.said.push([error.error]));
      });
      await heard(page, 'internal_service_error');
    });
  });

  test('shows the methods that the page asks for, in its order', async () => {
    const customization = { payment_methods: ['sbp', 'bank_card'] };
    await inWidget({ customization }, async (page) => {
      await heard(page, 'rendered');
      const shown = form(page).locator('details.method');
      const codes = await shown.evaluateAll((all) => all.map((one) => one.dataset.method));
      assert.deepEqual(codes, ['sbp', 'bank_card']);
    });
  });

  test('wears the colors of the page, and none that are no colors', async () => {
    const colors = { control_primary: '#AA1144', background: 'url(//evil.example)' };
    await inWidget({ customization: { colors } }, async (page, _, window) => {
      await heard(page, 'rendered');
      const button = form(page).locator('details[open] button[type=submit]');
      const style = await button.evaluate((one) => getComputedStyle(one).backgroundColor);
      assert.equal(style, 'rgb(170, 17, 68)');
      assert.ok(![...window.hosts()].includes('evil.example'));
      await window.shoot('widget-360-colors');
    });
  });

  test('is as high as what it shows', async () => {
    await inWidget({}, async (page) => {
      await heard(page, 'rendered');
      await page.waitForTimeout(300);
      const frame = page.locator('iframe');
      const before = (await frame.boundingBox()).height;
      const body = form(page).locator('body');
      const content = await body.evaluate((one) => one.getBoundingClientRect().height);
      assert.ok(Math.abs(before - content) <= 1, `${before} and ${content}`);
      await form(page).locator('details[data-method="sbp"] summary').click();
      await page.waitForFunction(
        (height) => document.querySelector('iframe').getBoundingClientRect().height !== height,
        before,
      );
    });
  });

  test('does not hang where the page forbids its frame', async () => {
    const payment = await server.payment('', embedded);
    const script = `script-src 'unsafe-inline' ${server.base}`;
    const policy = `default-src 'none'; ${script}; frame-src 'none'`;
    const token = payment.confirmation.confirmation_token;
    await inShop(
      widgetPage({ confirmation_token: token }),
      async (page) => {
        await heard(page, 'error', { error: 'internal_service_error' });
        await heard(page, 'refused', 'internal_service_error');
        assert.equal(await page.locator('iframe').count(), 0);
      },
      { headers: { 'Content-Security-Policy': policy } },
    );
  });

  test('works in a page that permits its script, its frame and nothing else', async () => {
    const payment = await server.payment('', embedded);
    const own = `script-src 'unsafe-inline' ${server.base}; frame-src ${server.base}`;
    const policy = `default-src 'none'; ${own}`;
    const token = payment.confirmation.confirmation_token;
    await inShop(
      widgetPage({ confirmation_token: token }),
      async (page) => {
        await submitCard(page, WITH_3DS);
        await bank(page).locator('button[value="accept"]').click();
        await heard(page, 'success', 'success');
      },
      { headers: { 'Content-Security-Policy': policy } },
    );
  });

  test('hears nobody but its own frame, and its frame nobody but the page', async () => {
    const stranger = shop.serve(`<!doctype html><title>x</title><script>
      const forge = () => {
        parent.postMessage({ altyn: 'state', state: 'paid' }, '*');
        parent.postMessage({ altyn: 'error', code: 'token_expired' }, '*');
        for (let i = 0; i < parent.frames.length; i += 1) {
          const init = { altyn: 'init', colors: { control_primary: '#ff0000' } };
          parent.frames[i].postMessage(init, '*');
        }
      };
      setInterval(forge, 5);
    </script>`);
    const more = `<iframe id="stranger" src="${stranger}"></iframe>
      <script>window.postMessage({ altyn: 'state', state: 'paid' }, '*');</script>`;
    await inWidget(
      {},
      async (page) => {
        await heard(page, 'rendered');
        await page.waitForTimeout(300);
        assert.deepEqual(await said(page), [['rendered']]);
        const button = form(page).locator('details[open] button[type=submit]');
        const style = await button.evaluate((one) => getComputedStyle(one).backgroundColor);
        assert.notEqual(style, 'rgb(255, 0, 0)');
      },
      { page: { more } },
    );
  });

  test('refuses a token whose time is over, and says when it ends before the eyes', async () => {
    const other = await server.altyn('shop', 'create', '--name', 'Late', '--test');
    const early = await server.payment('', embedded, other);
    const token = early.confirmation.confirmation_token;
    await inShop(widgetPage({ confirmation_token: token }), async (page) => {
      await heard(page, 'rendered');
      await typeCard(form(page), WITHOUT_3DS);
      await server.altyn('clock', 'advance', '--shop', other.shop_id, '2h');
      await form(page).locator('details[open] button[type=submit]').click();
      await heard(page, 'fail', 'fail');
      assert.deepEqual(await said(page), [['rendered'], ['fail', 'fail']]);
    });
    await inShop(widgetPage({ confirmation_token: token }), async (page) => {
      await heard(page, 'error', { error: 'token_expired' });
      await heard(page, 'refused', 'token_expired');
    });
  });

  test('is a light script', async () => {
    const answer = await fetch(`${server.base}/checkout-widget/v1/checkout-widget.js`);
    const bytes = (await answer.arrayBuffer()).byteLength;
    assert.ok(1024 < bytes && bytes < SCRIPT_WEIGHT_MAX, `${bytes} bytes`);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  });

  test('is the only thing that may be framed, with the bank', async () => {
    const payment = await server.payment(shop.url);
    const page = await fetch(payment.confirmation.confirmation_url);
    assert.match(page.headers.get('content-security-policy'), /frame-ancestors 'none'/);
    const inside = await server.payment('', embedded);
    const token = inside.confirmation.confirmation_token;
    const frame = await fetch(`${server.base}/checkout-widget/v1/frame?token=${token}`);
    assert.match(frame.headers.get('content-security-policy'), /frame-ancestors \*/);
    assert.doesNotMatch(frame.headers.get('content-security-policy'), /unsafe/);
    assert.equal(frame.headers.get('x-frame-options'), null);
  });
});

/** The page of a shop with a form of its own. */
function checkoutPage() {
  return `<!doctype html><html lang="ru"><meta charset="utf-8"><title>Лавка</title>
<script src="${server.base}/checkout-js/v1/checkout.js"></script></html>`;
}

describe('Checkout.js', () => {
  const right = { number: WITHOUT_3DS, cvc: '123', month: '12', year: '30' };
  const tokenize = (page, card, shopId = server.demo.shop_id) =>
    page.evaluate(
      ([card, shopId]) => window.YooMoneyCheckout(shopId, { language: 'en' }).tokenize(card),
      [card, shopId],
    );

  test('exchanges a card for a token that pays, once', async () => {
    await inShop(checkoutPage(), async (page) => {
      const result = await tokenize(page, right);
      assert.equal(result.status, 'success');
      const token = result.data.response.paymentToken;
      const fields = { payment_token: token };
      const paid = await server.payment(shop.url, fields);
      assert.equal(paid.status, 'succeeded');
      assert.equal(paid.payment_method.card.last4, '4444');
      await assert.rejects(server.payment(shop.url, fields), /payment_token/);
    });
  });

  test('works with new, and leads through 3-D Secure', async () => {
    await inShop(checkoutPage(), async (page) => {
      const result = await page.evaluate(
        ([card, shopId]) => new window.YooMoneyCheckout(shopId).tokenize(card),
        [{ ...right, number: WITH_3DS }, server.demo.shop_id],
      );
      const token = result.data.response.paymentToken;
      const created = await server.payment(shop.url, { payment_token: token });
      assert.equal(created.status, 'pending');
      await page.goto(created.confirmation.confirmation_url);
      await page.locator('button[value="accept"]').click();
      await page.waitForURL(shop.url);
      assert.equal((await server.find(created.id)).status, 'succeeded');
    });
  });

  test('names each wrong field', async () => {
    await inShop(checkoutPage(), async (page) => {
      for (const [change, code] of [
        [{ number: '5555555555554445' }, 'invalid_number'],
        [{ cvc: '12' }, 'invalid_cvc'],
        [{ month: '13' }, 'invalid_expiry_month'],
        [{ year: '3' }, 'invalid_expiry_year'],
      ]) {
        const result = await tokenize(page, { ...right, ...change });
        assert.equal(result.status, 'error');
        assert.equal(result.error.type, 'validation_error');
        assert.equal(result.error.status_code, 400);
        assert.deepEqual(result.error.params.map((one) => one.code), [code]);
        assert.ok(result.error.params[0].message.length > 0);
        assert.ok(!JSON.stringify(result).includes('55555555'), 'no number in an error');
      }
      const empty = await tokenize(page, {});
      assert.equal(empty.error.params.length, 4);
      const nobody = await tokenize(page, right, '1');
      assert.deepEqual([nobody.status, nobody.error.status_code], ['error', 404]);
    });
  });

  test('is refused where the shop has no right to it', async () => {
    const other = await server.altyn('shop', 'create', '--name', 'No tokens', '--test');
    await inShop(checkoutPage(), async (page) => {
      const result = await tokenize(page, right, other.shop_id);
      assert.deepEqual([result.status, result.error.status_code], ['error', 403]);
    });
  });

  test('is limited for each address', async () => {
    const card = { number: '5555555555554444', cvc: '123', month: '12', year: '30' };
    const body = JSON.stringify({ shop_id: server.demo.shop_id, ...card });
    const ask = (address) => {
      const headers = { 'Content-Type': 'application/json', 'X-Real-IP': address };
      return fetch(`${server.base}/checkout-js/v1/tokens`, { method: 'POST', headers, body });
    };
    const answers = await Promise.all(Array.from({ length: 245 }, () => ask('203.0.113.7')));
    const statuses = new Set(answers.map((answer) => answer.status));
    assert.deepEqual([...statuses].sort(), [200, 429]);
    assert.equal((await ask('203.0.113.8')).status, 200);
  });
});

/** The page of a platform that pays sellers out. */
function payoutPage(account, type = 'payout') {
  return `<!doctype html><html lang="ru"><meta charset="utf-8"><title>Площадка</title>
<meta name="viewport" content="width=device-width"><h1>Выплаты</h1><div id="payout-form"></div>
<script src="${server.base}/payouts-data/3.1.0/widget.js"></script>
<script>
  window.said = [];
  window.payouts = new window.PayoutsData({
    type: '${type}', account_id: '${account}', lang: 'ru',
    success_callback: (data) => said.push(['token', data]),
    error_callback: (error) => said.push(['error', error]),
  });
  window.payouts.render('payout-form').then(
    () => said.push(['rendered']), () => said.push(['refused']));
</script></html>`;
}

describe('the payout widget', () => {
  const inside = (page) => page.frameLocator('iframe[src*="/payouts-data/"]');
  const give = async (page, number) => {
    await inside(page).locator('#card-number').fill('');
    await inside(page).locator('#card-number').pressSequentially(number);
    await inside(page).locator('button[type=submit]').click();
  };

  test('exchanges a card for a synonym', async () => {
    await inShop(payoutPage(server.demo.shop_id), async (page, window) => {
      await heard(page, 'rendered');
      assert.deepEqual(await findings(browser, window), [], 'axe');
      await give(page, '5555555555554478');
      await inside(page).locator('[aria-invalid="true"]').waitFor();
      await give(page, WITH_3DS);
      await page.waitForFunction(() => window.said.some(([what]) => what === 'token'));
      await window.shoot('payout-360');
      const [, data] = (await said(page)).find(([what]) => what === 'token');
      assert.ok(data.payout_token.length >= 43);
      const { first6, last4, card_type: type } = data;
      assert.deepEqual([first6, last4, type], ['555555', '4477', 'MasterCard']);
      assert.ok(data.issuer_country && data.issuer_name);
      assert.equal(await inside(page).locator('#card-number').inputValue(), '');
      await page.evaluate(() => window.payouts.clearListeners());
      assert.equal(await page.locator('iframe').count(), 0);
    });
  });

  test('names the countries that are not paid to', async () => {
    await inShop(payoutPage(server.demo.shop_id, 'safedeal'), async (page) => {
      await give(page, FORBIDDEN_COUNTRY);
      await heard(page, 'error', 'card_country_code_error');
      await give(page, UNKNOWN_COUNTRY);
      await heard(page, 'error', 'card_unknown_country_code_error');
    });
  });

  test('says so when it cannot be used', async () => {
    for (const account of ['x', '1']) {
      await inShop(payoutPage(account), async (page) => {
        await heard(page, 'error', 'internal_service_error');
      });
    }
  });

  test('gives synonyms to its own form alone', async () => {
    const body = JSON.stringify({ account_id: server.demo.shop_id, number: WITH_3DS });
    const answer = await fetch(`${server.base}/payouts-data/tokens`, { method: 'POST', body });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });
});

describe('the demo', () => {
  const looks = ['start', 'checkout-js', 'payout', 'thanks'];
  for (const [width, dark, locale] of [
    [360, false, 'ru-RU'],
    [360, true, 'en-US'],
    [1280, false, 'en-US'],
    [1280, true, 'ru-RU'],
  ]) {
    test(`shows each way at ${width}, ${dark ? 'dark' : 'light'}, ${locale}`, async () => {
      const window = await Window.open(browser, { width, dark, locale });
      try {
        const { page } = window;
        for (const look of looks) {
          await page.goto(`${server.base}/demo?look=${look}`);
          if (look === 'payout') await page.getByText('render: ok').waitFor();
          const name = `demo-${width}-${dark ? 'dark' : 'light'}-${look}`;
          await window.shoot(name);
          assert.deepEqual(await findings(browser, window), [], `axe on ${name}`);
          const { scrollWidth, clientWidth } = await page
            .locator('html')
            .evaluate(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }));
          assert.ok(scrollWidth <= clientWidth, `${name} is wider than its window`);
        }
        await page.goto(`${server.base}/demo`);
        await page.locator('button[value="widget"]').click();
        await page.getByText('render: ok').waitFor();
        await window.shoot(`demo-${width}-${dark ? 'dark' : 'light'}-widget`);
        assert.deepEqual(window.complaints, [], 'the console is silent');
      } finally {
        await window.close();
      }
    });
  }

  test('pays each way', async () => {
    const window = await Window.open(browser, { width: 1280 });
    try {
      const { page } = window;
      await page.goto(`${server.base}/demo`);
      await page.locator('button[value="modal"]').click();
      await submitCard(page, WITH_3DS);
      await bank(page).locator('button[value="accept"]').click();
      await page.waitForURL(/look=thanks/);
      await page.goto(`${server.base}/demo?look=checkout-js`);
      for (const [id, text] of [
        ['number', WITH_3DS], ['month', '12'], ['year', '30'], ['cvc', '123'],
      ]) {
        await page.locator(`#${id}`).fill(text);
      }
      await page.locator('form button[type=submit]').click();
      await page.locator('button[value="accept"]').click();
      await page.waitForURL(/look=thanks/);
      await page.goto(`${server.base}/demo`);
      await page.locator('button[value="start"]').click();
      await page.locator('[autocomplete="cc-number"]').waitFor();
      const source = await page.content();
      assert.ok(!source.includes(server.demo.secret_key), 'no key on a page');
    } finally {
      await window.close();
    }
  });
});
