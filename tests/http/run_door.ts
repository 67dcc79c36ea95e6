/** Builds the door for tests, and runs it as a web server would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { addonName, externalPackages } from '../../lib/build/external_packages.mjs';
import { esbuildTemplates } from '../../lib/build/templates.mjs';

/** The built door in a tree of its own. */
export interface Door {
  readonly root: string;
  readonly file: string;
  /** Writes jmb_local.cf. */
  settings(lines: string): void;
  remove(): void;
}

/** Builds it. */
export async function buildDoor(): Promise<Door> {
  const root = mkdtempSync(join(tmpdir(), 'jmb-door-'));
  const file = join(root, 'cgi-bin/door.cgi');
  mkdirSync(join(root, 'etc'));
  mkdirSync(join(root, 'lib'));
  const addon = '../../node_modules/better-sqlite3/build/Release/better_sqlite3.node';
  copyFileSync(fileURLToPath(new URL(addon, import.meta.url)), join(root, 'lib', addonName()));
  await build({
    entryPoints: [fileURLToPath(new URL('door.ts', import.meta.url))],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    plugins: [esbuildTemplates, externalPackages],
    logLevel: 'error',
  });
  return {
    root,
    file,
    settings: (lines) => writeFileSync(join(root, 'etc/jmb_local.cf'), lines),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What a plain CGI gave. */
export interface Outcome {
  readonly head: string;
  readonly body: string;
  readonly log: string;
  readonly code: number | null;
}

/** Runs it once as a plain CGI. */
export function runCgi(
  door: Door,
  env: Readonly<Record<string, string>>,
  input: string | Uint8Array = '',
): Promise<Outcome> {
  const usual = { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', SCRIPT_NAME: '/door.cgi' };
  const child = spawn(process.execPath, [door.file], { env: { PATH: process.env['PATH'] ?? '', ...usual, ...env } });
  const out: Buffer[] = [];
  let log = '';
  child.stdout.on('data', (piece: Buffer) => out.push(piece));
  child.stderr.on('data', (piece: Buffer) => {
    log += piece.toString();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const text = Buffer.concat(out).toString('utf8');
      const end = text.indexOf('\r\n\r\n');
      resolve({ head: text.slice(0, end), body: text.slice(end + 4), log, code });
    });
  });
}

/** A door that stays. */
export interface Standing {
  readonly path: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  log(): string;
}

/** Starts it with a listening socket on fd 0, as spawn-fcgi does. */
export async function startFastcgi(door: Door): Promise<Standing> {
  const path = join(door.root, `socket-${process.hrtime.bigint()}`);
  const server = createServer();
  await new Promise<void>((done) => server.listen(path, done));
  const handle: unknown = Reflect.get(server, '_handle');
  const fd = typeof handle === 'object' && handle !== null ? Number(Reflect.get(handle, 'fd')) : -1;
  const child = spawn(process.execPath, [door.file], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: [fd, 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr?.on('data', (piece: Buffer) => {
    log += piece.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  // Ours would take connections too. Closing it removes the path, which a link keeps alive.
  const kept = `${path}.kept`;
  linkSync(path, kept);
  await new Promise((done) => server.close(done));
  return { path: kept, child, ended, log: () => log };
}
