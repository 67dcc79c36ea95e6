/** What install.sh says where it cannot go on: a sentence that tells what to mend, and nothing is changed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
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

it('asks for what no option says, and whether to begin', () => {
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
