/** A folder that stands for a host's root, with nothing in it yet, and how the servers that run on its files are asked. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as http, type IncomingHttpHeaders } from 'node:http';
import { request as https } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Tree, treeAt } from '../../lib/host/tree.ts';
import { DOMAIN } from './jitsi_tree.ts';

/** An empty tree. */
export interface Bare {
  readonly root: string;
  readonly tree: Tree;
  put(path: string, text: string): void;
  link(path: string, target: string): void;
  /** A file's text; empty where there is none. */
  read(path: string): string;
  remove(): void;
}

/** Makes one. */
export function bareTree(): Bare {
  const root = mkdtempSync(join(tmpdir(), 'jmb-site-'));
  const made = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  const tree = treeAt(root);
  return {
    root,
    tree,
    put: (path, text) => writeFileSync(made(path), text),
    link: (path, target) => symlinkSync(target, made(path)),
    read: (path) => tree.read(join('/', path)) ?? '',
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Asks a server on a port of 127.0.0.1 for something of the domain's. */
export function askAt(
  port: number,
  tls: boolean,
  path: string,
): Promise<{ readonly headers: IncomingHttpHeaders; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, path, headers: { host: DOMAIN } };
    const sent = tls ? https({ ...to, servername: DOMAIN, rejectUnauthorized: false }) : http(to);
    sent.once('error', reject);
    sent.once('response', (answer) => {
      const parts: string[] = [];
      answer.setEncoding('utf8').on('data', (part: string) => parts.push(part));
      answer.once('end', () => resolve({ headers: answer.headers, body: parts.join('') }));
    });
    sent.end();
  });
}
