// The documentation reads well on a phone and on a desk, by day and by night, without script.

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
  const members = Object.values(description.components.schemas.CreatePaymentRequest.properties);
  const said = members.filter((member) => member.description);
  assert.ok(said.length > 10);
  for (const member of said) {
    assert.ok(page.includes(member['x-description-ru'].replaceAll('`', '')), member.description);
    assert.ok(!page.includes(member.description), member.description);
  }
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
