// A buyer in a real browser: pays with 3-D Secure, is declined and tries again, pays by SBP; on a
// phone and on a desk, in light and dark, with and without script.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findings, openBrowser, Server, Shop, Window } from './altyn.mjs';

const WITH_3DS = '5555555555554477';
const WITHOUT_3DS = '5555555555554444';
const NO_MONEY = '5555555555554600';
const MISTYPED = '5555555555554445';
const WEIGHT_MAX = 60 * 1024;

const LOOKS = [
  { width: 360, dark: false, script: true },
  { width: 360, dark: true, script: true },
  { width: 1280, dark: false, script: true },
  { width: 1280, dark: true, script: true },
  { width: 360, dark: false, script: false },
  { width: 1280, dark: true, script: false },
];

const nameOf = ({ width, dark, script }) =>
  `${width}-${dark ? 'dark' : 'light'}${script ? '' : '-noscript'}`;

let server;
let shop;
let browser;

before(async () => {
  [server, shop, browser] = await Promise.all([Server.start(), Shop.open(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await shop?.close();
  await server?.stop();
});

/** Opens a payment's page in a fresh window and closes it whatever happens. */
async function inWindow(look, fields, act) {
  const payment = await server.payment(shop.url, fields);
  const window = await Window.open(browser, look);
  try {
    await window.page.goto(payment.confirmation.confirmation_url);
    await act(window, payment);
  } finally {
    await window.close();
  }
}

async function fillCard(page, number, { expiry = '1235', code = '123' } = {}) {
  const form = page.locator('form', { has: page.locator('[autocomplete="cc-number"]') });
  await form.locator('[autocomplete="cc-number"]').pressSequentially(number);
  await form.locator('[autocomplete="cc-exp"]').fill('');
  await form.locator('[autocomplete="cc-exp"]').pressSequentially(expiry);
  await form.locator('[autocomplete="cc-csc"]').fill(code);
  return form;
}

async function submitCard(page, number, typed) {
  const form = await fillCard(page, number, typed);
  await form.locator('button[type=submit]').click();
}

/** Presses a button of the test bank. */
async function decide(page, decision) {
  await page.locator(`button[name="decision"][value="${decision}"]`).click();
}

/** What must be true of each page a buyer sees. */
async function isSound(window, name) {
  const { page } = window;
  assert.deepEqual(await findings(browser, window), [], `axe on ${name}`);
  const { scrollWidth, clientWidth } = await page
    .locator('html')
    .evaluate(({ scrollWidth, clientWidth }) => ({
      scrollWidth,
      clientWidth,
    }));
  assert.ok(
    scrollWidth <= clientWidth,
    `${name} is wider than its window: ${scrollWidth} > ${clientWidth}`,
  );
  await window.shoot(name);
}

function keptToItself(window) {
  const own = new Set([new URL(server.base).host, new URL(shop.url).host]);
  const foreign = [...window.hosts()].filter((host) => !own.has(host));
  assert.deepEqual(foreign, [], 'no request to another host');
  // A form that came back with its mistakes is no error of the page, though Chromium notes it.
  const complaints = window.complaints.filter((text) => !/a status of 422/.test(text));
  assert.deepEqual(complaints, [], 'the console is silent');
  for (const request of window.requests) {
    const digits = request.url().replace(/\D/g, '');
    for (const number of [WITH_3DS, WITHOUT_3DS, NO_MONEY, MISTYPED]) {
      assert.ok(!digits.includes(number), `a card number in ${request.url()}`);
    }
  }
}

for (const look of LOOKS) {
  const name = nameOf(look);
  // Without script a code typed as 1235 keeps its form, so it is typed as people write it.
  const typed = look.script ? {} : { expiry: '12/35' };

  describe(`at ${name}`, () => {
    test('a buyer pays with 3-D Secure and comes back to the shop', async () => {
      await inWindow(look, {}, async (window, payment) => {
        const { page } = window;
        await isSound(window, `${name}-1-form`);
        assert.match(await page.locator('main').innerText(), /Заказ № 72/);
        await submitCard(page, WITH_3DS, typed);
        await page.locator('button[name="decision"]').first().waitFor();
        await isSound(window, `${name}-2-bank`);
        assert.equal((await server.find(payment.id)).status, 'pending');
        await decide(page, 'accept');
        await page.locator(`a[href="${shop.url}"]`).waitFor();
        await isSound(window, `${name}-3-paid`);
        const paid = await server.find(payment.id);
        assert.equal(paid.status, 'succeeded');
        assert.equal(paid.authorization_details.three_d_secure.applied, true);
        await page.locator(`a[href="${shop.url}"]`).click();
        await page.getByText('Спасибо за заказ').waitFor();
        assert.equal(page.url(), shop.url);
        keptToItself(window);
      });
    });

    test('a declined buyer is told why and pays with another card', async () => {
      await inWindow(look, {}, async (window, payment) => {
        const { page } = window;
        await submitCard(page, NO_MONEY, typed);
        await page
          .getByText(/не хватает денег/i)
          .first()
          .waitFor();
        await isSound(window, `${name}-4-declined`);
        assert.equal((await server.find(payment.id)).status, 'pending');
        await submitCard(page, WITHOUT_3DS, typed);
        await page.locator(`a[href="${shop.url}"]`).waitFor();
        assert.equal((await server.find(payment.id)).status, 'succeeded');
        keptToItself(window);
      });
    });

    test('a buyer who declines at the bank may try again', async () => {
      await inWindow(look, {}, async (window, payment) => {
        const { page } = window;
        await submitCard(page, WITH_3DS, typed);
        await decide(page, 'decline');
        await page.locator('[autocomplete="cc-number"]').waitFor();
        await isSound(window, `${name}-5-not-confirmed`);
        await submitCard(page, WITH_3DS, typed);
        await decide(page, 'accept');
        await page.locator(`a[href="${shop.url}"]`).waitFor();
        assert.equal((await server.find(payment.id)).status, 'succeeded');
        keptToItself(window);
      });
    });

    test('a mistyped card is named beside its field', async () => {
      await inWindow(look, {}, async (window, payment) => {
        const { page } = window;
        await submitCard(page, MISTYPED, typed);
        const number = page.locator('[autocomplete="cc-number"]');
        await page.locator('[autocomplete="cc-number"][aria-invalid="true"]').waitFor();
        const described = (await number.getAttribute('aria-describedby')).split(' ')[0];
        assert.notEqual((await page.locator(`#${described}`).innerText()).trim(), '');
        assert.match(await page.locator('[autocomplete="cc-exp"]').inputValue(), /35$/);
        await isSound(window, `${name}-6-mistyped`);
        assert.equal((await server.find(payment.id)).status, 'pending');
        keptToItself(window);
      });
    });

    test('a buyer pays by SBP', async () => {
      await inWindow(look, { payment_method_data: { type: 'sbp' } }, async (window, payment) => {
        const { page } = window;
        const choose = page.locator('form', {
          has: page.locator('input[name="method"][value="sbp"]'),
        });
        if (await choose.count()) await choose.locator('button[type=submit]').click();
        await page.locator('svg[viewBox]').first().waitFor();
        const bank = page.locator('a[href*="/sandbox/"]').first();
        await bank.waitFor();
        assert.ok(
          await page.locator('.qr svg, svg.qr, [class*="qr"] svg').first().isVisible(),
          'a QR code',
        );
        await isSound(window, `${name}-7-sbp`);
        await bank.click();
        await page.locator('button[name="decision"]').first().waitFor();
        await isSound(window, `${name}-8-sbp-bank`);
        await decide(page, 'accept');
        await page.locator('button[name="decision"]').first().waitFor({ state: 'detached' });
        await page.goto(payment.confirmation.confirmation_url);
        await page.locator(`a[href="${shop.url}"]`).waitFor();
        assert.equal((await server.find(payment.id)).status, 'succeeded');
        keptToItself(window);
      });
    });
  });
}

describe('the page', () => {
  test('is light: everything together stays under 60 KiB', async () => {
    await inWindow({ width: 360 }, {}, async (window) => {
      await window.page.waitForLoadState('networkidle');
      const weight = await window.weight();
      assert.ok(weight < WEIGHT_MAX, `${weight} bytes`);
      assert.ok(weight > 1024, 'the measurement itself works');
    });
  });

  test('forbids inline script and style, foreign content and being framed', async () => {
    await inWindow({ width: 360 }, {}, async (window, payment) => {
      const answer = await window.page.goto(payment.confirmation.confirmation_url);
      const policy = answer.headers()['content-security-policy'];
      assert.match(policy, /default-src 'none'|default-src 'self'/);
      assert.match(policy, /frame-ancestors/);
      assert.match(policy, /form-action/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.equal(
        await window.page.locator('script:not([src]), style, [style], [onclick]').count(),
        0,
      );
    });
  });

  test('works with the keyboard alone', async () => {
    await inWindow({ width: 1280 }, {}, async (window, payment) => {
      const { page } = window;
      await page.locator('[autocomplete="cc-number"]').focus();
      await page.keyboard.type(WITHOUT_3DS);
      await page.keyboard.press('Tab');
      await page.keyboard.type('1235');
      await page.keyboard.press('Tab');
      await page.keyboard.type('123');
      await page.keyboard.press('Enter');
      await page.locator(`a[href="${shop.url}"]`).waitFor();
      assert.equal((await server.find(payment.id)).status, 'succeeded');
    });
  });

  test('groups the number and names its brand while one types', async () => {
    await inWindow({ width: 360 }, {}, async (window) => {
      const { page } = window;
      await fillCard(page, '2200000000000004');
      assert.equal(
        await page.locator('[autocomplete="cc-number"]').inputValue(),
        '2200 0000 0000 0004',
      );
      assert.match(await page.locator('[autocomplete="cc-exp"]').inputValue(), /^12\s?\/\s?35$/);
      assert.equal(await page.locator('[aria-invalid="true"]').count(), 0);
    });
  });

  test('reads a date as it is typed, pasted and filled in', async () => {
    await inWindow({ width: 360 }, {}, async (window) => {
      const { page, context } = window;
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const expiry = page.locator('[autocomplete="cc-exp"]');
      const ways = {
        typed: (text) => expiry.pressSequentially(text),
        pasted: async (text) => {
          await expiry.evaluate((_, written) => navigator.clipboard.writeText(written), text);
          await expiry.press('Control+V');
        },
        'filled in': (text) => expiry.fill(text),
      };
      const dates = [
        ['1230', '12/30'],
        ['12/30', '12/30'],
        ['12/2030', '12/30'],
        ['12 / 2030', '12/30'],
        ['2030-12', '12/30'],
        ['1/30', '01/30'],
        ['2/30', '02/30'],
        ['430', '04/30'],
        ['2030-1', '01/30'],
      ];
      for (const [way, enter] of Object.entries(ways)) {
        for (const [text, shown] of dates) {
          await expiry.fill('');
          await enter(text);
          await expiry.blur();
          assert.equal(await expiry.inputValue(), shown, `${text} ${way}`);
          assert.equal(await expiry.getAttribute('aria-invalid'), null, `${text} ${way}`);
        }
      }
    });
  });

  test('reads the same dates without script', async () => {
    for (const expiry of ['2035-12', '1/35', '12 / 2035']) {
      await inWindow({ width: 360, script: false }, {}, async (window, payment) => {
        await submitCard(window.page, WITHOUT_3DS, { expiry });
        await window.page.locator(`a[href="${shop.url}"]`).waitFor();
        assert.equal((await server.find(payment.id)).status, 'succeeded', expiry);
      });
    }
  });

  test('forgets the card of who comes back to the form', async () => {
    await inWindow({ width: 360 }, {}, async (window) => {
      const { page } = window;
      await submitCard(page, NO_MONEY);
      await page
        .getByText(/не хватает денег/i)
        .first()
        .waitFor();
      await page.goBack();
      await page.locator('[autocomplete="cc-number"]').waitFor();
      await page.waitForLoadState('load');
      for (const field of ['cc-number', 'cc-exp', 'cc-csc']) {
        const input = page.locator(`[autocomplete="${field}"]`);
        assert.equal(await input.inputValue(), '', field);
        assert.equal(await input.getAttribute('aria-invalid'), null, field);
      }
      await window.shoot('360-back-to-the-form');
    });
  });

  test('sends nobody to the shop twice who comes back from it', async () => {
    await inWindow({ width: 360 }, {}, async (window) => {
      const { page } = window;
      await submitCard(page, WITHOUT_3DS);
      const countdown = page.locator('[data-return-text]');
      await countdown.waitFor({ state: 'visible' });
      await page.locator(`a[href="${shop.url}"]`).click();
      await page.getByText('Спасибо за заказ').waitFor();
      await page.goBack();
      await page.locator(`a[href="${shop.url}"]`).waitFor();
      await page.waitForLoadState('load');
      assert.equal(await countdown.isVisible(), false, 'no countdown');
      await window.shoot('360-back-to-paid');
    });
  });

  test('speaks English to who asks for it', async () => {
    await inWindow({ width: 360, locale: 'en-US' }, {}, async (window) => {
      assert.equal(await window.page.locator('html').getAttribute('lang'), 'en');
      assert.match(await window.page.locator('main').innerText(), /₽1,000\.00/);
      await isSound(window, 'en-360-form');
    });
  });

  test('fits 320 pixels and twice the size of letters', async () => {
    await inWindow({ width: 320 }, {}, async (window) => isSound(window, '320-form'));
    await inWindow({ width: 640 }, {}, async (window) => {
      await window.page
        .locator('html')
        .evaluate((html) => html.style.setProperty('font-size', '200%'));
      await isSound(window, '640-double-form');
    });
  });

  test('keeps absurdly long names inside', async () => {
    const description = 'Достопримечательностеописательный'.repeat(4).slice(0, 128);
    await inWindow({ width: 360 }, { description }, async (window) =>
      isSound(window, '360-long-form'),
    );
  });

  test('says so when the payment is paid, and when nothing is there', async () => {
    await inWindow({ width: 360 }, {}, async (window, payment) => {
      const { page } = window;
      await submitCard(page, WITHOUT_3DS);
      await page.locator(`a[href="${shop.url}"]`).waitFor();
      await page.goto(payment.confirmation.confirmation_url);
      await isSound(window, '360-already-paid');
      assert.equal(await page.locator('[autocomplete="cc-number"]').count(), 0);
      const missing = payment.confirmation.confirmation_url.replace(
        payment.id,
        '31f00000-000f-5000-8000-1a2b3c4d5e6f',
      );
      const answer = await page.goto(missing);
      assert.equal(answer.status(), 404);
      await isSound(window, '360-not-found');
    });
  });
});
