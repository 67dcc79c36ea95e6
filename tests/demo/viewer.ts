/** The demo's own server, behind its Apache: what is neither JMB's nor a file. Welcome, signing in, mailbox, and rooms in Jitsi's stead. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACCOUNTS } from '../support/accounts.ts';
import { invitationIn } from '../support/invitation.ts';
import type { Written } from '../support/mail_programs.ts';
import { answerFor } from './answering.ts';
import { page, html as tag } from './html.ts';
import { mailList, mailPage } from './mail_pages.ts';
import { keepMail, listMails, readMail } from './mailbox.ts';
import { type RoomRules, roomPage } from './room.ts';
import { COOKIE, goOn, nameOf, signIn, uidIn } from './sign_in.ts';
import { STYLE } from './style.ts';
import { type DemoTexts, demoTexts } from './texts.ts';
import { welcomePage } from './welcome.ts';

/** What the server shows. */
export interface ViewerOptions {
  /** The folder with the mails. */
  readonly mail: string;
  /** The name of a room in which a meeting of alice's is on, or null. */
  readonly running: () => string | null;
  readonly rules: RoomRules;
  /** Gives a message to `jmb reply`, and says how that ended. */
  readonly reply: (written: Written) => Promise<number>;
}

/** A running server. */
export interface Viewer {
  readonly port: number;
  stop(): Promise<void>;
}

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly policy?: string;
  /** Where to go on. */
  readonly location?: string;
  /** Who is signed in from now on; empty: nobody. */
  readonly as?: string;
  readonly body: string | Buffer;
}

/** The statuses of `jmb reply`, by the names of the mails that were given to it. */
type Given = Map<string, number>;

/** The longest form that is read, in bytes. */
const LONGEST_FORM = 64 * 1024;

/** Nothing but our own style; the mail's own page, which has its styles in it, sits in a frame. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/** A mail's HTML may look as it likes and lead away, and nothing else. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; frame-ancestors 'self'";

/** Starts the server on a free port of 127.0.0.1. */
export async function startViewer(options: ViewerOptions): Promise<Viewer> {
  const given: Given = new Map();
  const server = createServer((request, response) => {
    answerTo(request, options, given).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, { status: 500, type: 'text/plain', body: String(error) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  const { status = 200, type = 'text/html', policy = POLICY, location, as, body } = answer;
  response.writeHead(status, {
    ...(location === undefined ? {} : { Location: location }),
    ...(as === undefined ? {} : { 'Set-Cookie': `${COOKIE}=${as}; Path=/; SameSite=Lax; HttpOnly` }),
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Security-Policy': policy,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}

async function answerTo(request: IncomingMessage, options: ViewerOptions, given: Given): Promise<Answer> {
  const { mail, rules } = options;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://demo');
  const uid = uidIn(request.headers.cookie);
  const texts = demoTexts(request.headers['accept-language'], nameOf(uid));
  if (pathname === '/') return { body: welcomePage(texts, ACCOUNTS), as: uid };
  if (pathname === '/sign-in') return signIn(request.url ?? '', texts, uid);
  if (pathname === '/running') {
    const room = options.running();
    return goOn('alice', room === null ? '/booking.cgi' : `/token.cgi?room=${encodeURIComponent(room)}`);
  }
  if (pathname === '/mail/demo.css') return { type: 'text/css', body: STYLE };
  if (pathname === '/mail' || pathname === '/mail/') {
    if (searchParams.has('newest')) return { status: 302, location: await newestInvitation(mail), body: '' };
    return { body: mailList(texts, await listMails(mail)), as: uid };
  }
  const letter = /^\/mail\/([^/]+)$/.exec(pathname)?.[1];
  if (letter !== undefined && request.method === 'POST') {
    return givenAnswer(request, texts, options, decoded(letter), given);
  }
  if (letter !== undefined) return oneMail(texts, mail, decoded(letter), searchParams.get('part'), given);
  const room = /^\/([^/.]+)$/.exec(pathname)?.[1];
  if (room !== undefined) return { body: await roomPage(texts, rules, decoded(room), searchParams.get('jwt')) };
  return nothing(texts);
}

/** The address of the newest mail that asks somebody without an account for an answer, else anybody; else of the mailbox. */
async function newestInvitation(folder: string): Promise<string> {
  let any: string | undefined;
  for (const { name, to } of await listMails(folder)) {
    const found = await readMail(folder, name);
    if (found === null || invitationIn(found.mail)?.asked !== true) continue;
    if (!ACCOUNTS.some(({ email }) => to.includes(email))) return `/mail/${encodeURIComponent(name)}`;
    any ??= name;
  }
  return any === undefined ? '/mail/' : `/mail/${encodeURIComponent(any)}`;
}

async function oneMail(
  texts: DemoTexts,
  folder: string,
  name: string,
  part: string | null,
  given: Given,
): Promise<Answer> {
  const found = await readMail(folder, name);
  if (found === null) return nothing(texts);
  if (part === 'source') return { type: 'text/plain', body: found.raw };
  if (part !== 'html') return { body: mailPage(texts, name, found.mail, given.get(name)) };
  return { policy: MAIL_POLICY, body: `<base target="_top">${found.mail.html || ''}` };
}

/** Writes the answer that a mail program would send, keeps it beside the other mails, and gives it to `jmb reply`. */
async function givenAnswer(
  request: IncomingMessage,
  texts: DemoTexts,
  { mail, reply }: ViewerOptions,
  name: string,
  given: Given,
): Promise<Answer> {
  const found = await readMail(mail, name);
  if (found === null) return nothing(texts);
  const form = await formOf(request);
  const written = form && answerFor(found.mail, form, Math.floor(Date.now() / 1000));
  if (written === null) {
    return { status: 400, body: page(texts, '400', tag`<h1>${texts.mistake}</h1>`) };
  }
  const kept = keepMail(mail, { from: written.from, to: [written.to], raw: Buffer.from(written.raw) });
  given.set(kept, await reply(written));
  return { status: 303, location: `/mail/${encodeURIComponent(kept)}`, body: '' };
}

/** A form of ours, from a page of ours; else null. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return null;
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > LONGEST_FORM) return null;
  }
  return new URLSearchParams(body);
}

function nothing(texts: DemoTexts): Answer {
  return {
    status: 404,
    body: page(texts, '404', tag`<h1>${texts.nothing_here}</h1>`),
  };
}

/** A part of an address; one that is not rightly encoded stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
