// Starts the built binary for tests in Node. The binary is ALTYN_BIN (default
// target/release/altyn).

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
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
const run = promisify(execFile);

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

  find(id) {
    return this.#call('GET', `/payments/${id}`);
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
