/** A small site in a folder of its own, and the requests whose code is worth keeping compiled. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { insertMeeting } from '../store/bookings.ts';
import { feedOf, rememberAddresses } from '../store/feeds.ts';
import { openStore } from '../store/store.ts';

/** What the requests need to know of the site. */
export interface SampleSite {
  readonly folder: string;
  readonly room: string;
  /** A guest's hash and an outside moderator's. */
  readonly guest: string;
  readonly moderator: string;
  readonly feed: string;
}

const OWNER = 'alice@example.org';

/** Makes settings and a database with a few meetings: running, to come, over. */
export function sampleSite(folder: string): SampleSite {
  const database = join(folder, 'jmb.db');
  writeFileSync(
    join(folder, 'jmb_local.cf'),
    `JMB_SERVER_NAME="meet.example.org"
JMB_MAIL_DOMAIN="example.org"
JMB_DB="${database}"
JMB_MODULE_GET_AUTH_IDENTITY="identity-remote_user"
JMB_MODULE_CHECK_MODERATOR="booking private-room"
JMB_JWT_ISS="sample"
JMB_JWT_SECRET="sample"
JMB_LOG="/dev/null"
`,
  );
  const store = openStore(database);
  const now = systemClock.now();
  const people = { moderators: ['moderator@elsewhere.org'], guests: ['guest@elsewhere.org'] };
  const book = (subject: string, begin: number) =>
    insertMeeting(store, systemClock, OWNER, { subject, begin, duration: 3600, ...people });
  const running = book('Réunion', now - 60);
  book('Meeting', now + 600);
  book('Another', now + 86_400);
  book('Over', now - 86_400);
  rememberAddresses(store, 'alice', [OWNER]);
  const feed = feedOf(store, 'alice');
  store.close();
  const hashOf = (role: string): string => running.attendees.find((one) => one.role === role)?.hash ?? '';
  return { folder, room: running.meeting.room, guest: hashOf('guest'), moderator: hashOf('moderator'), feed };
}

/** The usual requests of each program, as a web server describes them (RFC 3875). */
export function requestsOf(site: SampleSite): Record<string, Record<string, string>[]> {
  const request = (name: string, query: string, language = 'fr'): Record<string, string> => ({
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
  });
  return {
    booking: [request('booking', 'list'), request('booking', 'list', 'en')],
    token: [request('token', `room=${site.room}`)],
    join: [request('join', `id=${site.guest}`), request('join', `id=${site.moderator}`)],
    ical: [request('ical', site.feed), request('ical', site.feed)],
  };
}
