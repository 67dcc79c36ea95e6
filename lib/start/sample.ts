/** A small site in a folder of its own with a directory of one person, and the requests whose code is worth keeping compiled. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { insertMeeting, type Saved } from '../store/bookings.ts';
import { feedOf, rememberAddresses } from '../store/feeds.ts';
import { openStore } from '../store/store.ts';

/** What the requests need to know of the site. */
export interface SampleSite {
  readonly folder: string;
  /** The id of a meeting to come. */
  readonly planned: string;
  readonly room: string;
  /** A guest's hash and an outside moderator's. */
  readonly guest: string;
  readonly moderator: string;
  /** That of a guest of a meeting whose room is not open yet. */
  readonly waiting: string;
  readonly feed: string;
}

const OWNER = 'alice@example.org';

/** The one person of the sample directory, who owns the meetings. */
export const SAMPLE_PERSON = { uid: 'alice', mail: OWNER };

/** Makes settings and a database with a few meetings: running, to come, over. */
export function sampleSite(folder: string): SampleSite {
  const database = join(folder, 'jmb.db');
  const settings = `JMB_SERVER_NAME="meet.example.org"
JMB_MAIL_DOMAIN="example.org"
JMB_DB="${database}"
JMB_MODULE_GET_AUTH_IDENTITY="identity-remote_user"
JMB_MODULE_CHECK_MODERATOR="booking private-room"
JMB_JWT_ISS="sample"
JMB_JWT_SECRET="sample"
JMB_LOG="/dev/null"
`;
  writeFileSync(join(folder, 'jmb_local.cf'), settings);
  mkdirSync(directoryOf(folder));
  writeFileSync(
    join(directoryOf(folder), 'jmb_local.cf'),
    `${settings}JMB_MODULE_CHECK_MODERATOR="ldap-filter booking private-room"
JMB_MODULE_CHECK_EDITOR="editor_role-ldap"
JMB_MODULE_CHECK_EDITOR_LDAP_FILTER="(uid=*)"
`,
  );
  const store = openStore(database);
  const now = systemClock.now();
  const people = { moderators: ['moderator@elsewhere.org'], guests: ['guest@elsewhere.org'] };
  const book = (subject: string, begin: number) =>
    insertMeeting(store, systemClock, OWNER, { subject, begin, duration: 3600, ...people });
  const running = book('Réunion', now - 60);
  book('Meeting', now + 600);
  const planned = book('Another', now + 86_400);
  book('Over', now - 86_400);
  rememberAddresses(store, 'alice', [OWNER]);
  const feed = feedOf(store, 'alice');
  store.close();
  const hashOf = ({ attendees }: Saved, role: string): string => attendees.find((one) => one.role === role)?.hash ?? '';
  return {
    folder,
    planned: planned.meeting.id,
    room: running.meeting.room,
    guest: hashOf(running, 'guest'),
    moderator: hashOf(running, 'moderator'),
    waiting: hashOf(planned, 'guest'),
    feed,
  };
}

/** The settings of the same site with a directory. */
function directoryOf(folder: string): string {
  return join(folder, 'directory');
}

/** A request as a web server describes it (RFC 3875), and the status of the answer. */
export interface SampleRequest {
  readonly env: Readonly<Record<string, string>>;
  readonly status: number;
  /** The folder of the settings of a site whose directory is asked; sampleDirectory stands in for it. */
  readonly directory?: string;
}

/** The usual requests of each program. */
export function requestsOf(site: SampleSite): Record<string, SampleRequest[]> {
  const request = (name: string, query: string, status = 200, language = 'fr'): SampleRequest => ({
    status,
    env: {
      GATEWAY_INTERFACE: 'CGI/1.1',
      SERVER_PROTOCOL: 'HTTP/1.1',
      REQUEST_METHOD: 'GET',
      SCRIPT_NAME: `/${name}.cgi`,
      QUERY_STRING: query,
      REMOTE_USER: 'alice',
      AUTHENTICATE_MAIL: OWNER,
      HTTP_ACCEPT_LANGUAGE: language,
      JMB_ETC: site.folder,
      PATH: process.env['PATH'] ?? '',
    },
  });
  /** The same where a directory says who somebody is. */
  const asking = (name: string, query: string, status = 200): SampleRequest => {
    const { AUTHENTICATE_MAIL: _, ...env } = request(name, query).env;
    const directory = directoryOf(site.folder);
    return { status, directory, env: { ...env, JMB_ETC: directory } };
  };
  const planned = `id=${site.planned}`;
  return {
    booking: [
      ...['list', 'new', `edit&${planned}`, `attendees&${planned}`, `del&${planned}`].map((query) =>
        request('booking', query),
      ),
      request('booking', 'list', 200, 'en'),
      request('booking', 'nothing', 404),
      // Once asked, once kept.
      asking('booking', 'list'),
      asking('booking', 'list'),
    ],
    token: [request('token', `room=${site.room}`, 302), asking('token', `room=${site.room}`, 302)],
    join: [
      request('join', `id=${site.guest}`, 302),
      request('join', `id=${site.moderator}`, 302),
      request('join', `accept&id=${site.guest}`),
      request('join', `id=${site.waiting}`),
    ],
    ical: [request('ical', `id=${site.feed}`), request('ical', `id=${site.feed}`)],
  };
}

/** Kinds of messages by their tag (RFC 4511, appendix B). */
const BIND = 0x60;
const SEARCH = 0x63;

/** An element of BER, shorter than 128 octets. */
function element(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
}

function message(id: number, operation: Buffer): Buffer {
  return element(0x30, element(0x02, Buffer.from([id])), operation);
}

/** `success`, with nothing to say. */
function result(tag: number): Buffer {
  return element(tag, element(0x0a, Buffer.from([0])), element(0x04), element(0x04));
}

function attribute(name: string, value: string): Buffer {
  return element(0x30, element(0x04, name), element(0x31, element(0x04, value)));
}

/** What is answered to one request. */
function answerTo(request: Buffer, person: { readonly uid: string; readonly mail: string }): Buffer {
  // The length may take several octets; the id of a first message is small.
  const header = 2 + ((request[1] ?? 0) > 0x80 ? (request[1] ?? 0) - 0x80 : 0);
  const id = request[header + 2] ?? 0;
  const tag = request[header + 3];
  if (tag === BIND) return message(id, result(0x61));
  if (tag !== SEARCH) return Buffer.alloc(0);
  const attributes = element(0x30, attribute('uid', person.uid), attribute('mail', person.mail));
  const entry = element(0x64, element(0x04, `uid=${person.uid}`), attributes);
  return Buffer.concat([message(id, entry), message(id, result(0x65))]);
}

/**
 * Starts a directory of one person on a free port, which understands no more of LDAP (RFC 4511) than those requests need, and names it in `jmb_jwt.cf` of a folder of settings. It ends with the process.
 * @param ready called when it can be asked
 */
export function sampleDirectory(
  folder: string,
  person: { readonly uid: string; readonly mail: string },
  ready: () => void,
): void {
  const { createServer } = process.getBuiltinModule('node:net');
  const server = createServer((socket) => {
    socket.on('data', (request) => socket.write(answerTo(request, person)));
    socket.on('error', () => undefined);
    socket.unref();
  });
  // A machine without loopback: then the code is compiled when it is first needed.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1', () => {
    server.unref();
    const { port } = server.address() as AddressInfo;
    const command = `ldapsearch -x -H ldap://127.0.0.1:${port} -b dc=sample -D cn=sample -w sample`;
    writeFileSync(join(folder, 'jmb_jwt.cf'), `JMB_LDAPSEARCH="${command}"\n`);
    ready();
  });
}
