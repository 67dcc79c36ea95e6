/** The last look of an installation: the real front is asked for each address, and whatever takes one of them is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilProgramsAnswer } from '../../lib/install/answers.ts';
import type { Address } from '../../lib/install/front.ts';
import { type NginxOptions, type Place, startNginx } from '../support/nginx.ts';
import { freePort } from '../support/port.ts';
import { type Stage, stage } from '../support/stage.ts';

const DOMAIN = 'meet.example.org';
let jmb: Stage;
let port: number;

beforeAll(async () => {
  jmb = await stage({ settings: { JMB_URL: `https://${DOMAIN}` }, defines: 'Define JMB_FRONT_PAGE' });
  port = Number(new URL(jmb.url).port);
});

afterAll(() => jmb?.stop());

/** Looks at a front once; what is said against it. */
async function look(
  kind: 'nginx' | 'apache',
  at: Partial<Address>,
  more: { ownFrontPage?: boolean; frontPage?: 'jmb' | 'jitsi' } = {},
): Promise<string> {
  const { ownFrontPage = false, frontPage = 'jmb' } = more;
  const address = { host: '127.0.0.1', port, tls: kind === 'nginx', proxied: false, ...at };
  const front = { kind, address, edits: new Map(), ownFrontPage, sockets: [] };
  try {
    const where = { domain: DOMAIN, front, port: kind === 'nginx' ? port : undefined, frontPage, waits: false };
    const notes = await untilProgramsAnswer(where, 0);
    return notes.length === 0 ? 'all is well' : notes.join('\n');
  } catch (error) {
    return String(error);
  }
}

async function behind(place: Place, options: NginxOptions, more: Parameters<typeof look>[2] = {}): Promise<string> {
  const nginx = await startNginx(DOMAIN, port, place, options);
  const proxied = options.listen?.includes('proxy_protocol') === true;
  try {
    return await look('nginx', { port: nginx.port, proxied, tls: options.listen?.includes('ssl') !== false }, more);
  } finally {
    await nginx.stop();
  }
}

describe('nginx', () => {
  it.each<[string, Place, NginxOptions, Parameters<typeof look>[2]]>([
    ['as installed', 'after rooms', {}, {}],
    ['that leaves the front page to Jitsi', 'before rooms', { frontPage: false }, { frontPage: 'jitsi' }],
    [
      'with a front page of its own',
      'before rooms',
      { frontPage: false, lines: 'location = / { return 301 /x; }' },
      { ownFrontPage: true },
    ],
    ['behind a multiplexer', 'before rooms', { listen: 'ssl proxy_protocol' }, {}],
    ['behind a multiplexer that has the certificate', 'before rooms', { listen: 'proxy_protocol' }, {}],
  ])('%s is right', async (_, place, options, more) => {
    expect(await behind(place, options, more)).toBe('all is well');
  });

  it('where the way to sign in is not ready holds, and says so', async () => {
    const said = await behind('before rooms', { lines: 'if ($uri ~ "(booking|token)") { return 500; }' });
    const addresses = '/booking.cgi, /token.cgi?room=install, /cgi-bin/booking.cgi, /cgi-bin/token.cgi?room=install';
    expect(said).toBe(
      `Nobody can sign in yet: it answers 500 (${addresses}). Apache's log, /var/log/apache2, says why.`,
    );
  });

  it('that does not include our addresses is told, with each of them', async () => {
    const said = await behind('nowhere', {});
    const ours = ['', '/cgi-bin'].flatMap((folder) =>
      ['booking.cgi', 'token.cgi?room=install', 'join.cgi?id=install', 'ical.cgi?id=install'].map(
        (name) => `${folder}/${name}`,
      ),
    );
    expect(said).toContain(`port ${said.match(/\d{4,}/)} for ${DOMAIN}, does not answer as it should: `);
    expect(said).toContain(`it answers 200 with a page that is not JMB's (${ours.join(', ')})`);
    expect(said).toContain('it answers 200, not what --front-page jmb says; --front-page jitsi leaves it alone (/)');
  });

  it.each<[string, NginxOptions, Parameters<typeof look>[2], string]>([
    [
      'one of them',
      { lines: 'if ($uri = /token.cgi) { return 200; }' },
      {},
      "as it should: it answers 200 with a page that is not JMB's (/token.cgi?room=install).",
    ],
    [
      'all to somebody',
      { lines: 'auth_basic x; auth_basic_user_file /dev/null;' },
      {},
      "it answers 401 with a page that is not JMB's (/booking.cgi, /token.cgi?room=install, /join.cgi",
    ],
    [
      'the front page',
      { lines: 'if ($request_uri = /) { return 204; }' },
      {},
      'as it should: it answers 204, not what --front-page jmb says; --front-page jitsi leaves it alone (/).',
    ],
    [
      'the front page against what is wished',
      {},
      { frontPage: 'jitsi' },
      'as it should: it answers 302, not what --front-page jitsi says (/).',
    ],
  ])('that gives away %s is told', async (_, options, more, sentence) => {
    expect(await behind('before rooms', options, more)).toContain(sentence);
  });

  it('that is not there is told', async () => {
    for (const proxied of [false, true])
      expect(await look('nginx', { port: await freePort(), proxied })).toMatch(
        /as it should: connect ECONNREFUSED 127\.0\.0\.1:\d+ \(\/booking\.cgi, /,
      );
  });
});

describe('Apache', () => {
  it('as installed is right', async () => expect(await look('apache', {})).toBe('all is well'));

  it('that runs no program is told before anybody is asked', async () => {
    const answer = untilProgramsAnswer(
      {
        domain: DOMAIN,
        front: { kind: 'nginx', address: undefined, edits: new Map(), ownFrontPage: false, sockets: [] },
        port: await freePort(),
        frontPage: 'jmb',
        waits: false,
      },
      0,
    );
    await expect(answer).rejects.toThrow(
      /Apache does not answer as it should: connect ECONNREFUSED.*\(\/join\.cgi\?id=install\)\. Its log, \/var\/log\/apache2, says why/,
    );
  });
});
