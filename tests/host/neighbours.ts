/** Who is around a machine of its own while it is changed: browsers that ask, and a mail server. */
import type { BootedRoot } from './booted_root.ts';

/** A mail server for its Node that takes everything, for as long as the machine runs. */
export const MAIL_SERVER = `require('net').createServer((socket) => {
  let isText = false;
  socket.write('220 here\\r\\n');
  socket.on('error', () => {});
  socket.on('data', (piece) => {
    for (const line of String(piece).split('\\r\\n').filter(Boolean)) {
      if (isText && line !== '.') continue;
      isText = line === 'DATA';
      socket.write(isText ? '354 go on\\r\\n' : '250 well\\r\\n');
    }
  });
}).listen(25, '127.0.0.1')`;

/** Browsers that ask for the list until they are told to stop, by Apache's own benchmark; what it counted. */
export async function crowd(
  machine: BootedRoot,
  meanwhile: () => Promise<void>,
): Promise<{ complete: number; lost: number; said: string }> {
  const words = ['ab', '-k', '-q', '-l', '-t', '600', '-n', '1000000', '-c', '16', '-A', 'alice:alice'];
  const running = machine.start(...words, 'http://127.0.0.1:8181/booking.cgi?list');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await meanwhile();
  machine.run('pkill', '-INT', '-x', 'ab');
  const { said } = await running;
  const count = (what: string): number => Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(said)?.[1] ?? 0);
  return { complete: count('Complete requests'), lost: count('Failed requests') + count('Non-2xx responses'), said };
}
