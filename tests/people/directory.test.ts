import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Directory, openDirectory } from '../../lib/people/directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { SettingsError } from '../../lib/settings.ts';
import { PEOPLE, type Slapd, startSlapd } from '../support/slapd.ts';

let slapd: Slapd;

beforeAll(async () => {
  slapd = await startSlapd([...PEOPLE, { uid: 'zoe', cn: 'Moreau Inès', mail: 'zoe@example.org', givenName: 'ines' }]);
});
afterAll(() => slapd.stop());

function directory(command = slapd.ldapsearch, timeLimit = 2000): Directory {
  const opened = openDirectory({ JMB_LDAPSEARCH: command }, timeLimit);
  if (opened === null) throw new Error('no directory');
  return opened;
}

/** What a promise is rejected with. */
async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('who someone is', () => {
  it('finds the main address, the other addresses and the name', async () => {
    expect(await directory().personOf('alice')).toEqual({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Alice Martin',
      aliases: ['amartin@example.org', 'alice@example.org'],
    });
  });

  it('prefers the name that someone chose, and reads UTF-8', async () => {
    expect((await directory().personOf('BOB'))?.name).toBe('Bob « Bobby » Durand');
  });

  it('knows someone without an address, and does not know a stranger', async () => {
    expect(await directory().personOf('nomail')).toEqual({
      uid: 'nomail',
      email: null,
      name: 'Sans Adresse',
      aliases: [],
    });
    expect(await directory().personOf('nobody')).toBeNull();
  });

  it.each(['*', 'a*', '*)(uid=*', 'alice)(|(uid=*', '\\2a', 'alice\0', '', 'uid=alice', '(', 'é'])(
    'takes the account name %j as a value, never as a filter',
    async (uid) => {
      expect(await directory().personOf(uid)).toBeNull();
      expect(await directory().matches(uid, 'objectClass=*')).toBe(false);
    },
  );
});

describe('who may be meant', () => {
  const found = async (...words: string[]) => (await directory().find(words, 10)).map(({ email }) => email);

  it.each([
    [['dur'], ['bob.durand@example.org']],
    [['BOB', 'Dura'], ['bob.durand@example.org']],
    [['petit', 'carol.petit'], ['carol.petit@example.org']],
    [['inès'], ['zoe@example.org']],
    [['Ines'], ['zoe@example.org']],
    [['moreau', 'bob'], []],
    [['martin', 'alice'], ['alice.martin@example.org']],
    [['adresse'], []],
    [['*'], []],
    [['a*'], []],
    [['*)(uid=*'], []],
    [['alice)(|(mail=*'], []],
    [['\\2a'], []],
  ])('by %j: %j', async (words, addresses) => {
    expect(await found(...words)).toEqual(addresses);
  });

  it('has the name that they chose, and no more of them than asked for', async () => {
    expect(await directory().find(['durand'], 10)).toEqual([
      { email: 'bob.durand@example.org', name: 'Bob « Bobby » Durand' },
    ]);
    expect(await directory().find(['example'], 2)).toHaveLength(2);
  });
});

describe('whose an address is', () => {
  it('resolves main addresses and aliases in any case, and leaves the unknown out', async () => {
    const asked = ['alice@example.org', 'bdurand@example.org', 'Carol.Petit@example.org', 'stranger@example.net'];
    const found = await directory().peopleOf(asked);
    expect([...found].map(([address, person]) => [address, person.uid, person.email])).toEqual([
      ['alice@example.org', 'alice', 'alice.martin@example.org'],
      ['bdurand@example.org', 'bob', 'bob.durand@example.org'],
      ['Carol.Petit@example.org', 'carol', 'carol.petit@example.org'],
    ]);
  });

  it('asks for hundreds of addresses', async () => {
    const strangers = Array.from({ length: 230 }, (_, index) => `x${index}@example.net`);
    const found = await directory().peopleOf([...strangers, 'alice.martin@example.org']);
    expect([...found.keys()]).toEqual(['alice.martin@example.org']);
  });

  it('asks nothing for nothing', async () => {
    expect((await directory('ldapsearch -H ldap://127.0.0.1:1 -b x').peopleOf([])).size).toBe(0);
  });

  it.each(['*', '*)(mail=*', '*@example.org'])('takes %j as a value', async (address) => {
    expect((await directory().peopleOf([address])).size).toBe(0);
  });

  it('does not guess between two people who have the same address', async () => {
    const shared = await startSlapd([
      { uid: 'one', mail: 'one@example.org', mailAlternateAddress: ['team@example.org', 'two@example.org'] },
      { uid: 'two', mail: 'two@example.org', mailAlternateAddress: 'team@example.org' },
      { uid: 'three', mail: 'office@example.org' },
      { uid: 'four', mail: 'Office@example.org' },
      { uid: 'five', mail: 'five@example.org', mailAlternateAddress: 'office@example.org' },
    ]);
    try {
      const asked = ['team@example.org', 'two@example.org', 'office@example.org'];
      const found = await directory(shared.ldapsearch).peopleOf(asked);
      expect([...found].map(([address, person]) => [address, person.uid])).toEqual([['two@example.org', 'two']]);
    } finally {
      await shared.stop();
    }
  });
});

describe('who matches a filter', () => {
  const filters = [
    '|(eduPersonAffiliation=student)(eduPersonAffiliation=employee)',
    '(|(eduPersonAffiliation=student)(eduPersonAffiliation=employee))',
    ' | ( eduPersonAffiliation=student) (eduPersonAffiliation=employee) ',
    'eduPersonAffiliation=employee',
    '(&(objectClass=inetOrgPerson)(!(eduPersonAffiliation=affiliate)))',
  ];
  it.each(filters)('%s', async (filter) => {
    expect(await directory().matches('alice', filter)).toBe(true);
    expect(await directory().matches('carol', filter)).toBe(false);
    expect(await directory().matches('nobody', filter)).toBe(false);
  });

  it.each(['', '(', '(a=b', '(a=b)(c=d)', '|', 'nonsense'])('says that %j is no filter', async (filter) => {
    expect(await thrownBy(directory().matches('alice', filter))).toBeInstanceOf(SettingsError);
  });
});

describe('a directory that does not answer is never a "no"', () => {
  /** Each question, since each could have a silent "no" of its own. */
  async function expectUnavailable(opened: Directory, detail: RegExp): Promise<void> {
    const thrown = [
      await thrownBy(opened.personOf('alice')),
      await thrownBy(opened.peopleOf(['alice.martin@example.org'])),
      await thrownBy(opened.matches('alice', 'uid=*')),
    ];
    for (const error of thrown) {
      expect(error).toBeInstanceOf(Unavailable);
      expect(error).toMatchObject({ what: 'directory', detail: expect.stringMatching(detail) });
    }
  }

  it('when it is down, and answers again when it is up', async () => {
    const opened = directory();
    await slapd.pause();
    await expectUnavailable(opened, /connection refused/);
    await slapd.resume();
    expect(await opened.matches('alice', 'uid=*')).toBe(true);
  });

  it('when the password is wrong, missing or empty', async () => {
    const command = (rest: string) => `ldapsearch -H ${slapd.url} -b ${slapd.base} -D ${slapd.bind} ${rest}`;
    const empty = join(dirname(slapd.passwordFile), 'empty');
    writeFileSync(empty, '\n');
    await expectUnavailable(directory(command('-w wrong')), /InvalidCredentials/);
    await expectUnavailable(directory(command(`-y ${slapd.passwordFile}.gone`)), /no such file/);
    await expectUnavailable(directory(command(`-y ${empty}`)), /password is empty/);
  });

  it('when the base does not exist', async () => {
    const command = slapd.ldapsearch.replace('-b ou=people,', '-b ou=nothing,');
    await expectUnavailable(directory(command), /NoSuchObject/);
  });

  it('when the connection breaks between the sign-in and the answer', async () => {
    const { port } = new URL(slapd.url);
    let broken = 0;
    await withServer(
      (client) => {
        const server = connect(Number(port), '127.0.0.1');
        server.on('error', () => undefined);
        client.on('close', () => server.destroy());
        server.on('close', () => client.destroy());
        server.on('data', (answer) => client.write(answer));
        let signedIn = false;
        client.on('data', (question) => {
          if (signedIn) {
            broken += 1;
            client.destroy();
          } else server.write(question);
          // A short message of LDAP: its length, its number, and at the sixth octet what it asks (RFC 4511 section 4.2).
          signedIn ||= question[5] === 0x60;
        });
      },
      async (url) => {
        await expectUnavailable(directory(slapd.ldapsearch.replace(slapd.url, url)), /./);
        expect(broken).toBe(3);
      },
    );
  });

  it('when it hangs up at once, or talks nonsense', async () => {
    await withServer(
      (socket) => socket.end(),
      async (url) => expectUnavailable(directory(`ldapsearch -H ${url} -b x -D cn=x -w y`), /./),
    );
    await withServer(
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      async (url) => expectUnavailable(directory(`ldapsearch -H ${url} -b x`), /./),
    );
  });

  it('when it never answers, within the time limit', async () => {
    await withServer(
      () => undefined,
      async (url) => {
        const since = Date.now();
        await expectUnavailable(
          directory(`ldapsearch -H ${url} -b x -D cn=x -w y`, 200),
          /no answer within 200 ms|timed out/,
        );
        await expectUnavailable(directory(`ldapsearch -H ${url} -ZZ -b x`, 200), /no answer within 200 ms|timed out/);
        expect(Date.now() - since).toBeLessThan(3000);
      },
    );
  });

  it('but the next server is asked', async () => {
    const command = slapd.ldapsearch.replace(slapd.url, `"ldap://127.0.0.1:1 ${slapd.url}"`);
    expect((await directory(command).personOf('alice'))?.uid).toBe('alice');
  });
});

describe('STARTTLS, and what ldap.conf says', () => {
  const conf = (): string => join(dirname(slapd.passwordFile), 'ldap.conf');
  const encrypted = (host: string): Directory =>
    directory(slapd.ldapsearch.replace('-x', '-x -ZZ').replace('127.0.0.1', host));

  beforeAll(() => {
    process.env['LDAPCONF'] = conf();
  });
  afterAll(() => {
    delete process.env['LDAPCONF'];
  });

  it('refuses a certificate that nobody vouches for, takes one that the host trusts, of the right name only', async () => {
    writeFileSync(conf(), '# nothing\n');
    expect(await thrownBy(encrypted('localhost').personOf('alice'))).toMatchObject({
      what: 'directory',
      detail: expect.stringMatching(/self.signed/),
    });
    writeFileSync(conf(), `TLS_CACERT\t${slapd.certificate}\n`);
    expect((await encrypted('localhost').personOf('alice'))?.uid).toBe('alice');
    expect(await thrownBy(encrypted('127.0.0.1').personOf('alice'))).toMatchObject({
      what: 'directory',
      detail: expect.stringMatching(/does not match certificate/),
    });
    writeFileSync(conf(), 'TLS_REQCERT never\n');
    expect((await encrypted('127.0.0.1').personOf('alice'))?.uid).toBe('alice');
    writeFileSync(conf(), 'TLS_CACERT /nothing/here\n');
    expect(await thrownBy(encrypted('localhost').personOf('alice'))).toMatchObject({
      what: 'directory',
      detail: expect.stringMatching(/nothing.here: no such file/),
    });
  });

  it('holds for ldaps:// alike', async () => {
    const command = slapd.ldapsearch.replace(slapd.url, slapd.secureUrl);
    writeFileSync(conf(), `TLS_CACERT ${slapd.certificate}\n`);
    expect((await directory(command).personOf('alice'))?.uid).toBe('alice');
    const byNumber = command.replace('localhost', '127.0.0.1');
    expect(await thrownBy(directory(byNumber).personOf('alice'))).toMatchObject({
      detail: expect.stringMatching(/does not match certificate/),
    });
  });

  it('fills in server and base', async () => {
    const command = `ldapsearch -x -D ${slapd.bind} -y ${slapd.passwordFile}`;
    writeFileSync(conf(), `URI ${slapd.url} ldap://127.0.0.1:1\nbase ${slapd.base}\n`);
    expect((await directory(command).personOf('alice'))?.uid).toBe('alice');
    writeFileSync(conf(), `URI ${slapd.url}\n`);
    expect(await thrownBy(directory(command).personOf('alice'))).toBeInstanceOf(SettingsError);
  });
});

/** Runs `work` beside a TCP server that does `meet` to whoever connects. */
async function withServer(meet: (socket: Socket) => void, work: (url: string) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    meet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    await work(`ldap://127.0.0.1:${address.port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}
