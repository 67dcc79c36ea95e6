/** What install.sh says where it cannot go on: a sentence that tells what to mend, and nothing is changed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CAS, clone, DOMAIN, type JitsiTree, jitsiTree } from './jitsi_tree.ts';

const LUA = `etc/prosody/conf.avail/${DOMAIN}.cfg.lua`;
let tree: JitsiTree;

beforeEach(() => {
  tree = jitsiTree();
});

afterEach(() => tree.remove());

const without = (path: string) => (): void => rmSync(join(tree.root, path), { recursive: true });
const lua = (from: RegExp, to: string) => (): void => tree.put(LUA, tree.read(LUA).replace(from, to));

it.each<[string, () => void, readonly string[], string]>([
  ['no Jitsi', without('etc/jitsi'), CAS, 'Jitsi Meet is not installed'],
  ['no Prosody', without('etc/prosody'), CAS, 'Prosody has no file'],
  ['no web server', without('etc/nginx'), CAS, 'say which with --front'],
  ['two domains', () => tree.put('etc/jitsi/meet/other.org-config.js', ''), CAS, 'more than one domain'],
  ['anonymous Prosody', lua(/"token"/, '"jitsi-anonymous"'), CAS, 'Tokens are not enabled'],
  ['no secret', lua(/app_secret=.*/, ''), CAS, 'Tokens are not enabled'],
  ['a secret from elsewhere', lua(/app_secret=.*/, 'app_secret = os.getenv("KEY")'), CAS, 'app_secret in /etc/prosody'],
  ['Lua that is none', lua(/Component/, '} Component ['), CAS, `${DOMAIN}.cfg.lua`],
  ['the Bash version', () => tree.put('opt/jitsi-jmb/cgi/booking.cgi', ''), CAS, '--upgrade goes over from it'],
  [
    'accounts of Prosody',
    lua(/"token"/, '"internal_hashed"'),
    CAS,
    `/etc/prosody/conf.d/${DOMAIN}.cfg.lua:2 says authentication = "internal_hashed"`,
  ],
  [
    'a server of keys',
    lua(/app_secret=.*/, 'asap_key_server = "https://keys.example.org"'),
    CAS,
    `/etc/prosody/conf.d/${DOMAIN}.cfg.lua:4: asap_key_server has Prosody take tokens`,
  ],
  ['another host in Prosody', lua(/VirtualHost "meet/, 'VirtualHost "other'), CAS, `no VirtualHost "${DOMAIN}" in`],
  ['a domain that is not there', () => {}, [...CAS, '--domain', 'other.org'], `/etc/jitsi/meet has ${DOMAIN}`],
  [
    'a file for a folder',
    () => tree.put('opt/jitsi-jmb', 'x'),
    CAS,
    '/opt/jitsi-jmb is a file, where JMB wants a folder',
  ],
  ...['/var/www/jitsi-jmb', '/var/lib/jitsi-jmb'].map((path): [string, () => void, readonly string[], string] => [
    `a file for ${path}`,
    () => tree.put(path.slice(1), 'x'),
    CAS,
    `${path} is a file, where JMB wants a folder`,
  ]),
  [
    'a file for a folder, and the Bash version',
    () => tree.put('opt/jitsi-jmb', 'x'),
    [...CAS, '--upgrade'],
    '/opt/jitsi-jmb is a file, where JMB wants a folder',
  ],
  [
    'CAS by FTP',
    () => {},
    ['--auth', 'cas', '--cas-url', 'ftp://cas.example.org'],
    'begins with https:// or http://, not with ftp://',
  ],
  [
    'CAS by its name',
    () => {},
    ['--auth', 'cas', '--cas-url', 'cas.example.org'],
    'such as https://cas.example.org/cas',
  ],
  ['CAS at a blank', () => {}, ['--auth', 'cas', '--cas-url', 'https://cas example.org'], '--cas-url takes an address'],
  [
    'LDAP by HTTP',
    () => {},
    ['--auth', 'ldap', '--ldap-url', 'https://x', '--ldap-base', 'dc=x'],
    'ldaps:// or ldap://, not with https://',
  ],
  [
    'OpenID by mail',
    () => {},
    ['--auth', 'oidc', '--oidc-issuer', 'mailto:x', '--oidc-client', 'x', '--oidc-secret-file', '/x'],
    '--oidc-issuer takes an address',
  ],
  [
    'metadata by FTP',
    () => {},
    ['--auth', 'mellon', '--idp-metadata', 'ftp://x/y'],
    'a file, or an address that begins with https://',
  ],
  ['a second JMB', () => tree.put('opt/jitsi-jmb/cgi-bin/booking.cgi', ''), CAS, 'Another JMB is here'],
  ['nothing to upgrade', () => {}, [...CAS, '--upgrade'], 'there is no Bash version'],
  ['nothing to uninstall', () => {}, ['--uninstall'], 'there is nothing to take away'],
  ['no way to sign in', () => {}, [], 'say it with --auth'],
  ['an unknown way', () => {}, ['--auth', 'kerberos'], 'not "kerberos"'],
  ['a way without its option', () => {}, ['--auth', 'cas'], 'say it with --cas-url'],
  ['an unknown option', () => {}, ['--colour', 'red'], 'there is no option --colour'],
  ['an option without its value', () => {}, ['--auth'], '--auth needs a value'],
  ['a port that is none', () => {}, [...CAS, '--port', 'http'], '--port takes a number'],
  ['a front that is none', () => {}, [...CAS, '--front', 'lighttpd'], '--front takes nginx or apache'],
  ['a secret that is not there', () => {}, ['--auth', 'sql', '--sql-file', '/nowhere'], '/nowhere is not there'],
  ['no metadata', () => {}, ['--auth', 'mellon', '--idp-metadata', '/etc/passwd'], 'is no SAML metadata'],
  ['metadata out of reach', () => {}, ['--auth', 'mellon', '--idp-metadata', 'http://127.0.0.1:9/'], '--idp-metadata'],
  ['a folder in the way', () => mkdirSync(join(tree.root, 'etc/cron.d/jitsi-jmb'), { recursive: true }), CAS, 'in'],
])('%s', (_, spoil, words, sentence) => {
  spoil();
  const before = tree.snapshot();
  const { status, said } = tree.install(...words);
  expect(said).toContain(sentence);
  expect(said).not.toMatch(/\bat .+:\d+:\d+|unbound variable|command not found/);
  expect(status).toBe(1);
  expect(tree.snapshot()).toEqual(before);
});

it('no package is said to lack where it is another way to sign in', () => {
  for (const [from, to] of [
    [/"token"/, '"internal_hashed"'],
    [/app_secret=.*/, 'asap_key_server = "https://keys.example.org"'],
  ] as const) {
    lua(from, to)();
    expect(tree.install(...CAS).said).not.toContain('apt-get install');
  }
});

it.each([
  ['a line in it', 'Hush-1\nHush-2\n', []],
  ['a variable of Apache', `Hush-$${'{x}'}\n`, []],
  ['itself given for its file', undefined, ['Hush-1']],
])('a secret that is refused is not shown: %s', (_, secret, word) => {
  if (secret !== undefined) tree.put('secret', secret);
  const file = word[0] ?? join(tree.root, 'secret');
  const oidc = ['--auth', 'oidc', '--oidc-issuer', 'https://x.test', '--oidc-client', 'x', '--oidc-secret-file', file];
  const { status, said } = tree.install(...oidc);
  expect(status).toBe(1);
  expect(said).not.toContain('Hush');
});

it('nor is the password in an address', () => {
  const { status, said } = tree.install('--auth', 'mellon', '--idp-metadata', 'http://me:Hush@127.0.0.1:9/idp');
  expect(status).toBe(1);
  expect(said).toContain('--idp-metadata http://127.0.0.1:9/idp');
  expect(said).not.toContain('Hush');
});

describe('several domains', () => {
  beforeEach(() => tree.put('etc/jitsi/meet/other.org-config.js', ''));

  it('are named, with the option that chooses', () => {
    const { status, said } = tree.install(...CAS);
    expect(status).toBe(1);
    expect(said).toContain(`${DOMAIN}, other.org. Say with --domain NAME which one is for JMB`);
  });

  it('one is chosen, and remembered also when people sign in another way', () => {
    const before = tree.snapshot();
    expect(tree.install(...CAS, '--domain', DOMAIN)).toMatchObject({ status: 0 });
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--auth', 'shib')).toMatchObject({ status: 0 });
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });
});

describe('Prosody set up by hand', () => {
  const MAIN = 'etc/prosody/prosody.cfg.lua';

  it('with all in its own file is taken, and is as before afterwards', () => {
    const host = tree.read(LUA);
    rmSync(join(tree.root, 'etc/prosody/conf.d'), { recursive: true });
    rmSync(join(tree.root, 'etc/prosody/conf.avail'), { recursive: true });
    tree.put(
      MAIN,
      `admins = {}\nmodules_enabled = { "roster" }\nauthentication = "internal_hashed"\nVirtualHost "localhost"\n${host}`,
    );
    const before = tree.snapshot();
    expect(tree.install(...CAS)).toMatchObject({
      status: 0,
      said: expect.stringContaining('/etc/prosody/prosody.cfg.lua'),
    });
    expect(tree.read(MAIN)).toContain(`VirtualHost "guest.${DOMAIN}"`);
    expect(tree.read(MAIN)).toContain('plugin_paths = { "/opt/jitsi-jmb/prosody" }');
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('with identity and secret above all hosts is taken', () => {
    tree.put(LUA, tree.read(LUA).replace(/ {4}app_(?:id|secret).*\n/g, ''));
    tree.put(MAIN, 'app_id = "above"\napp_secret = "all hosts"\nVirtualHost "localhost"\n');
    expect(tree.install(...CAS)).toMatchObject({ status: 0, said: expect.stringContaining('issuer above') });
    expect(tree.read('opt/jitsi-jmb/etc/jmb_jwt.cf')).toContain('JMB_JWT_SECRET="all hosts"');
  });
});

it.skipIf(existsSync(join(clone, '.private-node')))('no Node', () => {
  const tools = join(tree.root, 'tools');
  mkdirSync(tools);
  for (const folder of ['/usr/bin', '/bin'])
    for (const name of readdirSync(folder))
      if (!/^(?:node|nodejs|npm|npx)$/.test(name) && !existsSync(join(tools, name)))
        symlinkSync(join(folder, name), join(tools, name));
  const words = ['--root', tree.root, '--yes', ...CAS];
  const { status, stderr } = spawnSync(join(clone, 'install.sh'), words, { env: { PATH: tools }, encoding: 'utf8' });
  expect(stderr).toContain('there is no Node');
  expect(status).toBe(1);
});

/** Whether terminals can be made: not in a chroot without /dev/pts, and there nobody could be asked. */
const hasTerminals = spawnSync('script', ['-qec', 'true', '/dev/null'], { input: '' }).status === 0;

it.skipIf(!hasTerminals)('asks for what no option says, and whether to begin', () => {
  const typed = (answers: string) => {
    const command = `JMB_DIST_READY=1 ${join(clone, 'install.sh')} --root ${tree.root}`;
    const said = spawnSync('script', ['-qec', command, '/dev/null'], { input: answers, encoding: 'utf8' });
    return { status: said.status, said: said.stdout };
  };
  const before = tree.snapshot();
  const no = typed('cas\nhttps://cas.example.org/cas\nn\n');
  expect(no.said).toContain('How people sign in (cas, mellon, shib, ldap, sql, oidc)');
  expect(no.said).toContain('Address of the CAS server');
  expect(no.said).toContain('nothing was changed');
  expect(no.status).toBe(1);
  expect(tree.snapshot()).toEqual(before);
  expect(typed('cas\nhttps://cas.example.org/cas\ny\n')).toMatchObject({ status: 0 });
  expect(tree.read('etc/apache2/sites-available/jitsi-jmb.conf')).toContain(
    'Define JMB_CAS_URL "https://cas.example.org/cas"',
  );
  expect(tree.install('--uninstall', '--purge').status).toBe(0);
  expect(tree.snapshot()).toEqual(before);
});
