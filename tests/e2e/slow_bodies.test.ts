/** Forms that come byte by byte: a plain CGI waits for the whole of one, so Apache must not wait for ever. */
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { basic } from '../support/accounts.ts';
import { stage } from '../support/stage.ts';

const MANY = 40;

/** How many processes run a program of this tree. */
function processesOf(root: string): number {
  const words = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && words(pid).includes(`${root}/cgi-bin/`)).length;
}

it.each(['cgid', 'cgi', 'proxy_fcgi'] as const)('forty of them hold no program after their time: %s', async (way) => {
  // Its own time is half a minute at most, which a test would have to wait.
  const jmb = await stage({ way, before: 'Define JMB_BODY_TIME 1-2' });
  const sockets: Socket[] = [];
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x'.repeat(50));
  }, 100);
  try {
    const before = processesOf(jmb.root);
    for (let n = 0; n < MANY; n += 1) {
      const socket = connect(Number(new URL(jmb.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      sockets.push(socket);
      socket.write(`POST /booking.cgi?register_new HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('alice')}\r\n`);
      socket.write('Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n');
    }
    await expect
      .poll(() => sockets.every((socket) => socket.readableEnded || socket.destroyed || socket.bytesRead > 0), {
        timeout: 40_000,
      })
      .toBe(true);
    await expect.poll(() => processesOf(jmb.root)).toBeLessThanOrEqual(way === 'proxy_fcgi' ? 8 : before);
    expect((await jmb.ask('/booking.cgi?list', { as: 'alice' })).status).toBe(200);
  } finally {
    clearInterval(drip);
    for (const socket of sockets) socket.destroy();
    await wait(0);
    await jmb.stop();
  }
});
