/** TCP ports of this machine, for servers that tests and the demo start. */
import { connect, createServer } from 'node:net';

/**
 * Ports that the kernel gives to nobody by itself (Linux: it takes 32768 and above for who names none): a port from there may be
 * somebody else's connection by the time that its server starts. Test files that run at once have a part each.
 */
const FIRST = 12_000;
const PARTS = 16;
const PART = 1_200;
const first = FIRST + (Number(process.env['VITEST_POOL_ID'] ?? process.pid) % PARTS) * PART;
let next = Math.floor(Math.random() * PART);

/** A port of 127.0.0.1 that nobody listens on just now, and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PART; tries += 1) {
    const port = first + next;
    next = (next + 1) % PART;
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether somebody listens on a port of 127.0.0.1. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const say = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => say(true));
    socket.once('error', () => say(false));
  });
}

/** Waits until somebody listens on a port of 127.0.0.1, `alive` still holds, and no more than `seconds`. */
export async function untilAnswers(port: number, seconds: number, alive: () => boolean = () => true): Promise<boolean> {
  for (const until = Date.now() + seconds * 1000; Date.now() < until && alive(); ) {
    if (await answers(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
