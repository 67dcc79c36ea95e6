/**
 * A mailbox behind IMAP (RFC 9051) on 127.0.0.1 for one reader at a time, which can refuse, hang and drop, as told: only what
 * lib/mail/inbox.ts asks. That a real one does the same is seen with Dovecot (tests/e2e/inbox.test.ts).
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Inbox } from '../../lib/settings/mail_servers.ts';

/** What goes wrong with a command: the answer in the place of OK, silence, or the end of the connection. */
export type ImapFault = `NO ${string}` | `BAD ${string}` | 'hang' | 'drop';

/** A running server. */
export interface Imap {
  readonly inbox: Inbox;
  /** Its messages by number: what they are, and whether they are read. */
  readonly messages: Map<number, { readonly text: string; seen: boolean }>;
  /** What was asked, in order, without tags. */
  readonly asked: string[];
  /** What goes wrong; nothing does to begin with. */
  fault: (command: string) => ImapFault | undefined;
  /** Whether the mailbox may only be looked at. */
  isReadOnly: boolean;
  stop(): Promise<void>;
}

/** Starts one with so many unread messages, numbered 1, 2, … */
export async function startImap(unread: number): Promise<Imap> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    void serve(socket, imap);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const imap: Imap = {
    inbox: { host: '127.0.0.1', port, secure: false, user: 'visio', password: 'secret', mailbox: 'INBOX' },
    messages: new Map(
      Array.from({ length: unread }, (_, at) => [at + 1, { text: `Subject: ${at + 1}\r\n\r\n`, seen: false }]),
    ),
    asked: [],
    fault: () => undefined,
    isReadOnly: false,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return imap;
}

async function serve(socket: Socket, imap: Imap): Promise<void> {
  socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
  for await (const line of createInterface({ input: socket })) {
    const [, tag = '', command = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    imap.asked.push(command);
    const fault = imap.fault(command);
    if (fault === 'hang') continue;
    if (fault === 'drop') return void socket.destroy();
    const told = fault === undefined ? answer(command, imap).map((one) => `* ${one}\r\n`) : [];
    socket.write(
      `${told.join('')}${tag} ${fault ?? (imap.isReadOnly && /^SELECT/.test(command) ? 'OK [READ-ONLY] done' : 'OK done')}\r\n`,
    );
    if (command === 'LOGOUT') socket.end();
  }
}

/** What is told before OK. */
function answer(command: string, { messages }: Imap): string[] {
  const [, uid = '0'] = /^UID \S+ (\d+)/.exec(command) ?? [];
  const message = messages.get(Number(uid));
  if (command === 'CAPABILITY') return ['CAPABILITY IMAP4rev1'];
  if (command === 'LOGOUT') return ['BYE until then'];
  if (/^LIST/.test(command)) return ['LIST (\\HasNoChildren) "/" INBOX'];
  if (/^SELECT/.test(command)) {
    const flags = [
      'FLAGS (\\Seen \\Deleted)',
      'OK [PERMANENTFLAGS (\\Seen \\Deleted)] flags',
      'OK [UIDVALIDITY 1] valid',
    ];
    return [`${messages.size} EXISTS`, '0 RECENT', ...flags, `OK [UIDNEXT ${messages.size + 1}] next`];
  }
  if (/^UID SEARCH/.test(command)) {
    const unread = [...messages].filter(([, { seen }]) => !seen).map(([at]) => at);
    return [['SEARCH', ...unread].join(' ')];
  }
  if (message === undefined) return [];
  if (/^UID FETCH/.test(command)) {
    return [`${uid} FETCH (UID ${uid} BODY[]<0> {${Buffer.byteLength(message.text)}}\r\n${message.text})`];
  }
  if (/^UID STORE/.test(command)) message.seen = true;
  return /^UID STORE/.test(command) ? [`${uid} FETCH (UID ${uid} FLAGS (\\Seen))`] : [];
}
