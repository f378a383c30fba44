// A browser, a shop and a running server for the tests of this folder. The browser is CHROMIUM
// (default /usr/bin/chromium).

import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT } from '../support/server.mjs';

export { Server } from '../support/server.mjs';

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const SCREENSHOTS = join(ROOT, 'target/screenshots');
export const AXE = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** The merchant's own site, where a buyer comes back to. */
export class Shop {
  static async open() {
    const shop = new Shop();
    shop.http = createServer((_, answer) => {
      answer.setHeader('Content-Type', 'text/html; charset=utf-8');
      answer.end(
        '<!doctype html><html lang="ru"><title>Лавка</title><h1>Спасибо за заказ</h1></html>',
      );
    });
    await new Promise((done) => shop.http.listen(0, '127.0.0.1', done));
    shop.url = `http://localhost:${shop.http.address().port}/thanks`;
    return shop;
  }

  close() {
    this.http.closeAllConnections();
    return new Promise((done) => this.http.close(done));
  }
}

/** A merchant's own site whose pages a test writes. */
export class ShopPages {
  static async open() {
    const shop = new ShopPages();
    shop.pages = new Map();
    shop.http = createServer((asked, answer) => {
      const page = shop.pages.get(asked.url) ?? { html: '<!doctype html><title>Лавка</title>' };
      answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers });
      answer.end(page.html);
    });
    await new Promise((done) => shop.http.listen(0, '127.0.0.1', done));
    shop.base = `http://localhost:${shop.http.address().port}`;
    shop.url = `${shop.base}/thanks`;
    return shop;
  }

  /** Puts a page on the site. Its address. */
  serve(html, headers = {}) {
    const path = `/page/${this.pages.size}`;
    this.pages.set(path, { html, headers });
    return `${this.base}${path}`;
  }

  close() {
    this.http.closeAllConnections();
    return new Promise((done) => this.http.close(done));
  }
}

/** The browser all tests share. */
export function openBrowser() {
  return chromium.launch({
    executablePath: BROWSER,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/** A buyer's window that remembers what went over the wire and what the console said. */
export class Window {
  static async open(browser, { width = 360, dark = false, script = true, locale = 'ru-RU' } = {}) {
    const window = new Window();
    window.script = script;
    window.context = await browser.newContext({
      viewport: { width, height: width < 600 ? 780 : 900 },
      colorScheme: dark ? 'dark' : 'light',
      javaScriptEnabled: script,
      locale,
    });
    window.page = await window.context.newPage();
    window.requests = [];
    window.complaints = [];
    window.page.on('request', (request) => window.requests.push(request));
    window.page.on('pageerror', (error) => window.complaints.push(String(error)));
    window.page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) window.complaints.push(message.text());
    });
    return window;
  }

  /** Hosts that were talked to. */
  hosts() {
    return new Set(this.requests.map((request) => new URL(request.url()).host).filter(Boolean));
  }

  /** Bytes that came with everything loaded so far: headers and bodies, as transferred. */
  async weight() {
    let bytes = 0;
    for (const request of this.requests) {
      if (!(await request.response())) continue;
      const sizes = await request.sizes();
      bytes += sizes.responseHeadersSize + sizes.responseBodySize;
    }
    return bytes;
  }

  async shoot(name) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  close() {
    return this.context.close();
  }
}

/** Serious and critical findings of axe on the page as it is. */
export async function findings(browser, window) {
  // axe needs script: a window without it is looked at through a copy, which loads styles only.
  const copy = window.script ? null : await copyOf(browser, window.page);
  const page = copy ?? window.page;
  // The page's own policy forbids foreign script, so axe comes in through the debugger.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AXE });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run(document).then((found) => JSON.stringify(found.violations))',
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  await copy?.context().close();
  return JSON.parse(result.value)
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.help} (${one.nodes.map((node) => node.target).join(', ')})`);
}

async function copyOf(browser, page) {
  const context = await browser.newContext({ viewport: page.viewportSize() });
  const copy = await context.newPage();
  const [url, body] = [page.url(), await page.content()];
  await copy.route('**/*', (route) => {
    const request = route.request();
    if (request.isNavigationRequest()) return route.fulfill({ contentType: 'text/html', body });
    return request.resourceType() === 'script' ? route.abort() : route.continue();
  });
  await copy.goto(url);
  return copy;
}
