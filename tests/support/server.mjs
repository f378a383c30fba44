// Starts the built binary for tests in Node. The binary is ALTYN_BIN (default
// target/release/altyn).

import { execFile, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const BINARY = resolve(process.env.ALTYN_BIN ?? join(ROOT, 'target/release/altyn'));
const READY_MS = 20_000;
const TOLD_MS = 10_000;
const run = promisify(execFile);

/** Writes down what was heard, for tests/described. */
function heard(line) {
  if (process.env.ALTYN_HEARD) appendFileSync(process.env.ALTYN_HEARD, `${JSON.stringify(line)}\n`);
}

const plainFetch = globalThis.fetch;
globalThis.fetch = async (target, options) => {
  const answer = await plainFetch(target, options);
  const path = new URL(target.url ?? target).pathname;
  if (path.startsWith('/v3/') || path.startsWith('/altyn/v1/')) {
    const text = await answer.clone().text();
    const method = options?.method ?? target.method ?? 'GET';
    heard({ kind: 'answer', method, path, status: answer.status, text });
  }
  return answer;
};

/** A server of our own on loopback. Its address, and how it is closed. */
async function listen(answer) {
  const http = createHttpServer(answer);
  await new Promise((done) => http.listen(0, '127.0.0.1', done));
  const close = () => {
    http.closeAllConnections();
    return new Promise((done) => http.close(done));
  };
  return { base: `http://127.0.0.1:${http.address().port}`, close };
}

async function bodyOf(asked) {
  const parts = [];
  for await (const part of asked) parts.push(part);
  return Buffer.concat(parts);
}

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
    await server.#hear();
    return server;
  }

  /** Receives what the demo's shop and gateway are told. */
  async #hear() {
    this.notifications = [];
    this.receiver = await listen(async (asked, answer) => {
      const body = (await bodyOf(asked)).toString();
      heard({ kind: 'notification', body });
      this.notifications.push(JSON.parse(body));
      answer.end();
    });
    for (const shop of [this.demo.shop_id, this.demo.payout_gateway_id]) {
      await this.altyn('shop', 'webhook', 'add', '--shop', shop, '--url', this.receiver.base);
    }
  }

  /** Waits until the demo's shop or gateway has been told this of an object. */
  async told(event, id) {
    const deadline = Date.now() + TOLD_MS;
    for (;;) {
      const of = (one) => one.event === event && one.object.id === id;
      const found = this.notifications.find(of);
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`nobody was told ${event} of ${id}`);
      await pause(20);
    }
  }

  /** A door to the same server that hears every answer, for clients that do not use `fetch`. */
  async front() {
    this.door ??= await listen(async (asked, answer) => {
      const body = await bodyOf(asked);
      const { host, connection, 'content-length': length, ...headers } = asked.headers;
      const { method, url } = asked;
      const sent = { method, headers, redirect: 'manual' };
      if (body.length > 0) sent.body = body;
      const got = await fetch(`${this.base}${url}`, sent);
      const type = got.headers.get('content-type') ?? 'text/plain';
      answer.writeHead(got.status, { 'Content-Type': type });
      answer.end(await got.text());
    });
    return this.door.base;
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
    await this.receiver?.close();
    await this.door?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs a command beside the server; what it tells as JSON. */
  async altyn(...words) {
    const data = join(this.directory, 'data');
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('ALTYN_')),
    );
    const { stdout } = await run(BINARY, [...words, '--data-dir', data, '--json'], {
      env: environment,
    });
    return JSON.parse(stdout);
  }

  async #call(method, path, body, shop = this.demo) {
    const pass = Buffer.from(`${shop.shop_id}:${shop.secret_key}`).toString('base64');
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
  payment(returnUrl, fields = {}, shop = this.demo) {
    const body = {
      amount: { value: '1000.00', currency: 'RUB' },
      capture: true,
      description: 'Заказ № 72',
      confirmation: { type: 'redirect', return_url: returnUrl },
      ...fields,
    };
    return this.#call('POST', '/payments', body, shop);
  }

  find(id, shop) {
    return this.#call('GET', `/payments/${id}`, undefined, shop);
  }

  /** An invoice of 1 890 roubles for three days. */
  invoice(fields = {}) {
    const rub = (value) => ({ value, currency: 'RUB' });
    const body = {
      payment_data: { amount: rub('1890.00'), capture: true, description: 'Заказ № 72' },
      cart: [
        {
          description: 'Кофе в зёрнах, 250 г',
          price: rub('1000.00'),
          discount_price: rub('800.00'),
          quantity: 1.5,
        },
        { description: 'Фильтры', price: rub('690.00'), quantity: 1 },
      ],
      delivery_method_data: { type: 'self' },
      expires_at: new Date(Date.now() + 3 * 86_400_000).toISOString(),
      description: 'Счёт по договору 37',
      ...fields,
    };
    return this.#call('POST', '/invoices', body);
  }

  findInvoice(id) {
    return this.#call('GET', `/invoices/${id}`);
  }
}
