// Starts the built binary and a browser for the tests of this folder.
// The binary is ALTYN_BIN (default target/release/altyn), the browser is CHROMIUM (default
// /usr/bin/chromium).

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const BINARY = resolve(process.env.ALTYN_BIN ?? join(ROOT, 'target/release/altyn'));
const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';
const READY_MS = 20_000;

export const SCREENSHOTS = join(ROOT, 'target/screenshots');
export const AXE = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

function freePort() {
  return new Promise((done, fail) => {
    const probe = createTcpServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** One `altyn serve --demo` in a directory of its own. */
export class Server {
  static async start() {
    const server = new Server();
    server.directory = mkdtempSync(join(tmpdir(), 'altyn-browser-'));
    server.log = join(server.directory, 'server.log');
    const log = openSync(server.log, 'a');
    const data = join(server.directory, 'data');
    const [port, metricsPort] = [await freePort(), await freePort()];
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('ALTYN_')),
    );
    environment.ALTYN_METRICS_LISTEN = `127.0.0.1:${metricsPort}`;
    const words = ['serve', '--demo', '--data-dir', data, '--listen', `127.0.0.1:${port}`];
    server.process = spawn(BINARY, words, { stdio: ['ignore', log, log], env: environment });
    server.process.on('error', (error) => {
      throw new Error(`${BINARY}: ${error.message}; run \`cargo xtask build\` or set ALTYN_BIN`);
    });
    server.base = `http://127.0.0.1:${port}`;
    await server.#ready();
    server.demo = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'));
    return server;
  }

  async #ready() {
    const deadline = Date.now() + READY_MS;
    for (;;) {
      if (this.process.exitCode !== null) throw new Error(readFileSync(this.log, 'utf8'));
      const answer = await fetch(`${this.base}/readyz`).catch(() => null);
      if (answer?.ok) return;
      if (Date.now() > deadline) throw new Error(`not ready: ${readFileSync(this.log, 'utf8')}`);
      await pause(50);
    }
  }

  async stop() {
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await ended;
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #call(method, path, body) {
    const pass = Buffer.from(`${this.demo.shop_id}:${this.demo.secret_key}`).toString('base64');
    const headers = { Authorization: `Basic ${pass}` };
    if (body) {
      headers['Content-Type'] = 'application/json';
      headers['Idempotence-Key'] = randomUUID();
    }
    const answer = await fetch(`${this.base}/v3${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(JSON.stringify(json));
    return json;
  }

  /** A payment of 1 000 roubles that waits for its buyer. */
  payment(returnUrl, fields = {}) {
    return this.#call('POST', '/payments', {
      amount: { value: '1000.00', currency: 'RUB' },
      capture: true,
      description: 'Заказ № 72',
      confirmation: { type: 'redirect', return_url: returnUrl },
      ...fields,
    });
  }

  find(id) {
    return this.#call('GET', `/payments/${id}`);
  }
}

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
