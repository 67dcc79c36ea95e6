/** What a directory is asked, to the octet, and what it is held to: read between the program and a real slapd. */
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, needDirectory, openDirectory } from '../../lib/people/directory.ts';
import { readLdapConf } from '../../lib/people/directory_search.ts';
import { SettingsError } from '../../lib/settings.ts';
import { PEOPLE, type Slapd, startSlapd } from '../support/slapd.ts';

let slapd: Slapd;
let server: Server;
let url: string;
/** What was sent to it over each connection. */
let sent: { text: string }[] = [];
const open = new Set<Socket>();
const conf = (): string => join(dirname(slapd.passwordFile), 'ldap.conf');

beforeAll(async () => {
  slapd = await startSlapd([
    ...PEOPLE,
    { uid: 'aa', userid: 'kl', cn: 'K', sn: 'K', mailAlternateAddress: 'aa@example.org' },
    {
      ...{ uid: 'kl', cn: 'K. L.', sn: 'Lefebvre', givenName: 'Karine' },
      ...{ mail: ['KL@example.org', 'kl-old@example.org'], preferredLanguage: 'de, en' },
    },
    { uid: 'zz', userid: 'kl', cn: 'K', sn: 'K' },
    { uid: 'sven', cn: 'Sven', mail: 'sven@example.org', preferredLanguage: 'sv' },
  ]);
  const { port } = new URL(slapd.url);
  server = createServer((client) => {
    const own = { text: '' };
    sent.push(own);
    open.add(client);
    const behind = connect(Number(port), '127.0.0.1');
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
    client.on('close', () => open.delete(client));
    client.on('data', (data) => {
      own.text += data.toString('latin1');
      behind.write(data);
    });
    behind.on('data', (data) => client.write(data));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `ldap://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  server.close();
  await slapd.stop();
});

let before: string | undefined;
beforeEach(() => {
  sent = [];
  before = process.env['LDAPCONF'];
  process.env['LDAPCONF'] = conf();
  writeFileSync(conf(), '');
});
afterEach(() => {
  if (before === undefined) delete process.env['LDAPCONF'];
  else process.env['LDAPCONF'] = before;
});

function directory(command = slapd.ldapsearch.replace(slapd.url, url), timeLimit = 2000): Directory {
  const opened = openDirectory({ JMB_LDAPSEARCH: command }, timeLimit);
  if (opened === null) throw new Error('no directory');
  return opened;
}

/** What stands in a search before its filter (RFC 4511 section 4.5.1): scope, aliases, size and time in seconds, values too. */
const limits = (size: number, seconds: number) =>
  `\n\x01\x02\n\x01\x00\x02\x01${String.fromCharCode(size)}\x02\x01${String.fromCharCode(seconds)}\x01\x01\x00`;
/** The attributes at the end of a search. */
const attributes = (...names: readonly string[]) =>
  names.map((name) => `\x04${String.fromCharCode(name.length)}${name}`).join('');

describe('a search', () => {
  it('for a person asks for what is told of them, within the time that there is, and leaves', async () => {
    await directory().personOf('alice');
    expect(sent).toHaveLength(1);
    expect(sent[0]?.text).toContain(limits(0, 2));
    expect(sent[0]?.text).toContain('\x04\x03uid\x04\x05alice');
    expect(sent[0]?.text).toContain(
      attributes('uid', 'mail', 'mailAlternateAddress', 'displayName', 'cn', 'preferredLanguage'),
    );
    await expect.poll(() => open.size).toBe(0);
  });

  it('has a second at least', async () => {
    await directory(undefined, 900).matches('alice', 'cn=*');
    expect(sent[0]?.text).toContain(limits(0, 1));
    expect(sent[0]?.text).toContain(`0\x05${attributes('uid')}`);
  });

  it('for people by their names asks for no more than is shown, and for so many', async () => {
    expect(await directory().find(['alice'], 7)).toEqual([{ email: 'alice.martin@example.org', name: 'Alice Martin' }]);
    expect(sent[0]?.text).toContain(limits(7, 2));
    expect(sent[0]?.text).toContain(attributes('mail', 'displayName', 'cn'));
    expect(sent[0]?.text).not.toContain('preferredLanguage');
  });

  it('for addresses asks for 50 of them at once, each once', async () => {
    const strangers = Array.from({ length: 60 }, (_, at) => `x${at}@example.net`);
    await directory().peopleOf([...strangers, ...strangers]);
    expect(sent).toHaveLength(2);
    for (const [at, { text }] of sent.entries()) {
      const [first, last] = [`x${at * 50}@example.net`, `x${at * 50 + 9}@example.net`];
      for (const name of ['mail', 'mailAlternateAddress'])
        for (const one of [first, last]) expect(text.split(attributes(name, one))).toHaveLength(2);
    }
    expect(sent[0]?.text).not.toContain('x50@');
    expect(sent[1]?.text).not.toContain('x49@');
  });

  it('signs in by a password that is the whole file but for its last line end', async () => {
    const file = join(dirname(slapd.passwordFile), 'lines');
    writeFileSync(file, 'one\r\ntwo\r\n');
    const command = slapd.ldapsearch.replace(slapd.url, url).replace(slapd.passwordFile, file);
    await expect(directory(command).personOf('alice')).rejects.toThrow();
    expect(sent[0]?.text).toContain('\x80\x08one\r\ntwo');
    expect(sent[0]?.text).not.toContain('two\r');
  });

  it('may be anybody’s, where none is named to sign in as', async () => {
    const root = directory(`ldapsearch -H ${url} -b "" -s base`);
    expect(await root.matches('alice', 'objectClass=*')).toBe(false);
  });
});

describe('people', () => {
  it.each([
    [['lefeb'], ['kl@example.org']],
    [['kari'], ['kl@example.org']],
    [['. L'], ['kl@example.org']],
    [['febvre'], []],
    [['arine'], []],
  ])('are found within their whole name, and by the beginning of its parts: %j', async (words, addresses) => {
    expect((await directory().find(words, 5)).map(({ email }) => email)).toEqual(addresses);
  });

  it('of one account are the entry with an address, with their other addresses, and a language that we have', async () => {
    expect(await directory().personOf('kl')).toEqual({
      ...{ uid: 'kl', email: 'kl@example.org', name: 'K. L.', aliases: ['kl-old@example.org'], language: 'en' },
    });
    expect(await directory().personOf('sven')).not.toHaveProperty('language');
    expect((await directory().peopleOf(['aa@example.org'])).get('aa@example.org')?.email).toBeNull();
  });
});

describe('a filter', () => {
  it('may have blanks between its parts', async () => {
    const filter = ' ( &  ( cn=Alice*)  ( |  (cn=x)   (  !  (cn=y) )  )  ) ';
    expect(await directory().matches('alice', filter)).toBe(true);
    expect(await directory().matches('bob', filter)).toBe(false);
  });

  it('that is none is the setting’s mistake, and shown', async () => {
    await expect(directory().matches('alice', '(a=b')).rejects.toMatchObject({
      ...{ name: 'SettingsError', file: 'JMB_MODULE_CHECK_EDITOR_LDAP_FILTER' },
      detail: expect.stringMatching(/^"\(a=b" is not a filter \(.+\)$/),
    });
  });
});

describe('why nothing answers', () => {
  it.each([
    [
      '"ldap://127.0.0.1:1 ldap://127.0.0.1:2"',
      'ldap://127.0.0.1:1: connection refused; ldap://127.0.0.1:2: connection refused',
    ],
    ['ldap://localhost:1', 'ldap://localhost:1: connection refused'],
  ])('at %s is said', async (servers, detail) => {
    await expect(directory(`ldapsearch -H ${servers} -b x`).personOf('a')).rejects.toMatchObject({ detail });
  });

  it('is said by the name that LDAP has for it', async () => {
    const command = `ldapsearch -H ${slapd.url} -b ${slapd.base} -D ${slapd.bind} -w wrong`;
    await expect(directory(command).personOf('a')).rejects.toMatchObject({
      detail: `${slapd.url}: InvalidCredentialsError: Code: 0x31`,
    });
  });

  it.each([
    ['-b x', 'no server is named (-H)'],
    ['-H ldap://127.0.0.1:1', 'no base is named (-b)'],
  ])('may be that %s is all that was set', async (options, detail) => {
    await expect(directory(`ldapsearch ${options}`).personOf('a')).rejects.toMatchObject({
      ...{ name: 'SettingsError', file: 'JMB_LDAPSEARCH', detail },
    });
  });

  it('is no certificate that nothing is encrypted by', async () => {
    writeFileSync(conf(), 'TLS_CACERT /nothing/here\n');
    expect((await directory().personOf('alice'))?.uid).toBe('alice');
  });

  it('may be that there is none', () => {
    for (const none of ['', ' ', '\t']) expect(openDirectory({ JMB_LDAPSEARCH: none })).toBeNull();
    expect(() => needDirectory(null, 'ours')).toThrow(
      new SettingsError('JMB_LDAPSEARCH', 0, 'ours needs a directory, and none is set'),
    );
  });
});

describe('ldap.conf', () => {
  it.each([
    ['', [], null, null],
    ['# URI ldap://x\n#BASE y\nURI\nBASE', [], null, null],
    [
      ...['uri  ldap://a   ldaps://b\t\nBase\tdc=x, dc=y  \nTLS_CACERT /etc/ca.pem\n', ['ldap://a', 'ldaps://b']],
      ...['dc=x, dc=y', '/etc/ca.pem'],
    ],
  ] as const)('names servers, base and certificates: %j', (text, urls, base, certificates) => {
    writeFileSync(conf(), text);
    expect(readLdapConf()).toEqual({ urls, base, certificates, verify: true });
    expect(readLdapConf(conf())).toEqual(readLdapConf());
  });

  it.each([
    [false, ['never', 'NEVER', 'allow']],
    [true, ['demand', 'hard', 'try', 'nevermore', 'disallow']],
  ] as const)('has servers prove who they are: %s', (verify, words) => {
    for (const word of words) {
      writeFileSync(conf(), `TLS_REQCERT ${word}`);
      expect(readLdapConf().verify).toBe(verify);
    }
  });

  it('that is not there says nothing', () => {
    expect(readLdapConf('/nothing/here')).toEqual({ urls: [], base: null, certificates: null, verify: true });
  });
});
