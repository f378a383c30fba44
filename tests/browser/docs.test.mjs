// The documentation reads well on a phone and on a desk, by day and by night, without script; with
// it examples can be copied and have the reader's own test keys.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, openBrowser, Server, Window } from './altyn.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), openBrowser()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const PAGES = {
  index: '/docs',
  operation: '/docs/operations/createPayment',
  list: '/docs/operations/listPayments',
  recipe: '/docs/recipes/receipt.py',
  errors: '/docs/errors',
  notifications: '/docs/notifications',
  testing: '/docs/testing',
  search: '/docs/search?q=vat_code',
  nothing: '/docs/search?q=%3Cb%3E',
};

for (const [width, dark] of [[360, false], [360, true], [1280, false], [1280, true]]) {
  test(`every page fits ${width} px${dark ? ' in the dark' : ''}`, async () => {
    const window = await Window.open(browser, { width, dark, script: false });
    for (const [name, path] of Object.entries(PAGES)) {
      const answer = await window.page.goto(server.base + path);
      assert.equal(answer.status(), 200, path);
      const shown = await window.page.locator('main h1').innerText();
      assert.ok(shown.length > 3, path);
      const body = await window.page.locator('body').boundingBox();
      assert.ok(body.width <= width, `${path} is ${body.width} px wide`);
      assert.deepEqual(await findings(browser, window), [], path);
      await window.shoot(`docs-${name}-${width}${dark ? '-dark' : ''}`);
    }
    assert.deepEqual([...window.hosts()], [new URL(server.base).host]);
    assert.deepEqual(window.complaints, []);
    await window.close();
  });
}

/** What a page says, without its markup. */
async function textOf(path) {
  const html = await (await fetch(server.base + path)).text();
  const said = html.replaceAll(/<[^>]+>/g, '');
  const signs = { '&#39;': "'", '&#38;': '&', '&#60;': '<', '&#62;': '>', '&#34;': '"' };
  return said.replaceAll(/&#\d+;/g, (sign) => signs[sign] ?? sign);
}

test('errors and fields speak the language of the page', async () => {
  const description = await (await fetch(`${server.base}/openapi.json`)).json();
  const [ru, en] = [await textOf('/docs/errors?lang=ru'), await textOf('/docs/errors?lang=en')];
  for (const error of description['x-errors']) {
    const russian = error['x-advice-ru'].replaceAll('`', '');
    const english = error.advice.replaceAll('`', '');
    assert.ok(ru.includes(russian) && !en.includes(russian), error.name);
    assert.ok(en.includes(english), error.name);
  }
  const page = await textOf('/docs/operations/createPayment?lang=ru');
  const { schemas } = description.components;
  const itself = ({ $ref, ...member }) => ({ ...schemas[$ref?.split('/').pop()], ...member });
  const members = Object.values(schemas.CreatePaymentRequest.properties).map(itself);
  assert.ok(members.length > 15);
  for (const member of members) {
    assert.ok(page.includes(member['x-description-ru'].replaceAll('`', '')), member.description);
    assert.ok(!page.includes(member.description), member.description);
  }
});

test('the example of a notification holds the example of a payment', async () => {
  const description = await (await fetch(`${server.base}/openapi.json`)).json();
  const { get } = description.paths['/v3/payments/{payment_id}'];
  const { example } = get.responses['200'].content['application/json'];
  const text = (await textOf('/docs/notifications?lang=en')).replaceAll('&quot;', '"');
  const [, body] = /(\{\s*"type": "notification"[\s\S]*?\n\})/.exec(text);
  const notification = JSON.parse(body);
  assert.deepEqual(notification.object, example);
  assert.equal(notification.event, `payment.${example.status}`);
});

test('every operation has its page in both languages', async () => {
  const description = await (await fetch(`${server.base}/openapi.json`)).json();
  for (const operations of Object.values(description.paths)) {
    for (const operation of Object.values(operations)) {
      for (const lang of ['ru', 'en']) {
        const address = `${server.base}/docs/operations/${operation.operationId}?lang=${lang}`;
        const answer = await fetch(address);
        assert.equal(answer.status, 200, address);
        const text = await answer.text();
        const title = lang === 'ru' ? operation['x-summary-ru'] : operation.summary;
        assert.ok(text.includes(title.replaceAll("'", '&#39;')), address);
        assert.ok(!/docs-[a-z]+-?[a-z]*</.test(text), `${address} lacks a text`);
      }
    }
  }
  const missing = await fetch(`${server.base}/docs/operations/nothing`);
  assert.equal(missing.status, 404);
});

test('every page of the documentation leads to every other', async () => {
  const pages = new Set(['/docs?lang=en']);
  for (const path of pages) {
    const answer = await fetch(server.base + path);
    assert.equal(answer.status, 200, path);
    const html = await answer.text();
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, link] of html.matchAll(/<a [^>]*href="([^"]+)"/g)) {
      const [to, place] = link.replaceAll('&#38;', '&').split('#');
      if (!to) assert.ok(ids.has(place), `${path}#${place}`);
      else if (to.startsWith('/docs') && to.includes('lang=en')) pages.add(to);
    }
  }
  const description = await (await fetch(`${server.base}/openapi.json`)).json();
  const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
  for (const { operationId } of operations) {
    assert.ok(pages.has(`/docs/operations/${operationId}?lang=en`), operationId);
  }
});

test('words lead to operations, recipes, fields and errors, without script', async () => {
  const window = await Window.open(browser, { width: 1280, script: false });
  const { page } = window;
  const find = async (words) => {
    await page.locator('#q').fill(words);
    await page.locator('#q').press('Enter');
    return page.locator('.hits a').first();
  };
  await page.goto(`${server.base}/docs?lang=ru`);
  for (const [words, place] of [
    ['создать возврат', /\/docs\/operations\/createRefund\?lang=ru$/],
    ['Refund.create', /\/docs\/operations\/createRefund\?lang=ru$/],
    ['виджет', /\/docs\/recipes\/widget\.py\?lang=ru$/],
    ['vat_code', /\/docs\/operations\/createPayment\?lang=ru#request\.receipt\.items\.vat_code$/],
    ['key.reused', /\/docs\/errors\?lang=ru#key\.reused$/],
  ]) {
    await (await find(words)).click();
    assert.match(page.url(), place, words);
    const at = new URL(page.url()).hash.slice(1);
    if (at) assert.equal(await page.locator(`[id="${at}"]`).count(), 1, words);
  }
  await find('ничего такого нет');
  await page.getByText('ничего не нашлось').waitFor();
  await window.close();
});

/** Does something on a page of the documentation, with script. */
async function scripted(path, act) {
  const window = await Window.open(browser, { width: 1280 });
  await window.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  try {
    await window.page.goto(server.base + path);
    await act(window.page);
    assert.deepEqual(window.complaints, []);
  } finally {
    await window.close();
  }
}

test("the reader's own test keys stand in the examples and are copied", async () => {
  await scripted('/docs/operations/createPayment?lang=en', async (page) => {
    const curl = page.locator('pre').first();
    assert.match(await curl.innerText(), /\$ALTYN_SHOP_ID:\$ALTYN_SECRET_KEY/);
    await page.getByLabel('Id of the shop').fill('100500');
    await page.getByLabel('Secret key').fill('live_secret');
    await page.getByLabel('Secret key').blur();
    await page.getByText('This is no test key').waitFor();
    assert.match(await curl.innerText(), /\$ALTYN_SECRET_KEY/);
    await page.getByLabel('Secret key').fill('test_secret');
    await page.getByLabel('Secret key').blur();
    assert.match(await curl.innerText(), /-u "100500:test_secret"/);
    await page.goto(`${server.base}/docs/operations/listPayments?lang=en`);
    assert.match(await page.locator('pre').first().innerText(), /-u "100500:test_secret"/);
    const python = page.locator('.example').nth(1);
    await python.getByRole('button', { name: 'Copy' }).click();
    await python.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /Configuration\.configure\("100500", "test_secret", api_url=/);
    const heard = await page.context().cookies();
    assert.deepEqual(heard, [], 'the keys go nowhere');
  });
});

test('a slash leads to the search, an address to its row', async () => {
  await scripted('/docs/operations/createPayment?lang=en#request.amount.value', async (page) => {
    const row = page.locator('[id="request.amount.value"]');
    assert.ok(await row.isVisible(), 'its fold is open');
    await page.locator('[id="request.capture"] code').first().click();
    assert.ok(page.url().endsWith('#request.capture'));
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
    assert.equal(await page.locator('.side [aria-current]').innerText(), 'Create a payment');
  });
});
