/** What a check of known faults makes of the registry's answer: npm's own `npm audit` asks, a registry on loopback answers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const clone = join(import.meta.dirname, '../..');
let home: string;
let registry: Server | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'jmb-audit-'));
});

afterEach(() => {
  registry?.closeAllConnections();
  registry?.close();
  rmSync(home, { recursive: true });
});

/** Asks a registry that answers so. */
async function asked(answer: RequestListener): Promise<{ status: number; said: string }> {
  registry = createServer(answer).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const { port } = registry.address() as AddressInfo;
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    npm_config_cache: home,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_replace_registry_host: 'always',
  };
  const child = spawn(process.execPath, ['lib/build/audit.mjs'], {
    cwd: clone,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (part) => {
    said += part;
  });
  const [status] = (await once(child, 'close')) as [number];
  return { status, said };
}

/** A registry that knows a fault of one package, in these versions of it. */
function knows(severity: string, range: string): RequestListener {
  const fault = {
    id: 1,
    url: 'https://example.org/1',
    title: 'It opens the door',
    severity,
    vulnerable_versions: range,
  };
  return ({ method, url = '' }, response) => {
    const name = decodeURIComponent(url.slice(1));
    const version = (number: string) => ({ name, version: number, dist: { tarball: 'http://127.0.0.1/x.tgz' } });
    const versions = { '10.6.0': version('10.6.0'), '99.0.0': version('99.0.0') };
    const body = method === 'POST' ? { nodemailer: [fault] } : { name, versions, 'dist-tags': { latest: '99.0.0' } };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };
}

it('holds nothing up where the registry does not answer', async () => {
  const { status, said } = await asked((_, response) => response.writeHead(405).end());
  expect(said).toMatch(/^Not asked: 405 /);
  expect(status).toBe(0);
});

it('is content where the registry knows of none', async () => {
  const { status, said } = await asked((_, response) =>
    response.setHeader('content-type', 'application/json').end('{}'),
  );
  expect(said).toBe('The registry knows of none.\n');
  expect(status).toBe(0);
});

it('fails for a serious fault that a newer version mends', async () => {
  const { status, said } = await asked(knows('high', '<99.0.0'));
  expect(said).toMatch(/^high {5}nodemailer [\d.]+: It opens the door https:\/\/example\.org\/1$/m);
  expect(status).toBe(1);
});

it('says one that no version mends, and lets the rest go on', async () => {
  const { status, said } = await asked(knows('critical', '*'));
  expect(said).toContain('critical nodemailer *: It opens the door https://example.org/1 (no version mends it)');
  expect(status).toBe(0);
});

it('says a small one', async () => {
  const { status, said } = await asked(knows('low', '<99.0.0'));
  expect(said).toContain('low      nodemailer');
  expect(status).toBe(0);
});
