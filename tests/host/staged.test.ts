/** install.sh in a staged tree: shown, done, done again, taken back, and gone over to from the Bash version. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../lib/settings.ts';

const clone = join(dirname(fileURLToPath(import.meta.url)), '../..');
const DOMAIN = 'meet.example.org';
/** Everything that a shell, Lua or Apache would take for something else. */
const SECRET = `a "b' $HOME \${X} # -- \`id\` \\ é;`;
const CAS = ['--auth', 'cas', '--cas-url', 'https://cas.example.org/cas'];

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-host-'));
  const secret = `"${SECRET.replace(/[\\"]/g, '\\$&')}"`;
  put(
    'etc/jitsi/meet/meet.example.org-config.js',
    "var config = {\n    hosts: {\n        domain: 'meet.example.org',\n        muc: 'conference.meet.example.org'\n    }\n};\n",
  );
  put(
    'etc/prosody/conf.avail/meet.example.org.cfg.lua',
    `VirtualHost "${DOMAIN}"\n    authentication = "token" -- do not delete\n    app_id = 'jmb-id';\n    app_secret=${secret}\n    modules_enabled = {\n        "bosh";\n        "ping" -- the last\n    }\n\nComponent "conference.${DOMAIN}" "muc"\n    storage = "memory"\n    modules_enabled = { "token_verification" }\n\nVirtualHost "auth.${DOMAIN}"\n    authentication = "internal_hashed"\n`,
    0o640,
  );
  put('etc/prosody/prosody.cfg.lua', 'VirtualHost "localhost"\n');
  mkdirSync(join(root, 'etc/prosody/conf.d'));
  symlinkSync(`/etc/prosody/conf.avail/${DOMAIN}.cfg.lua`, join(root, `etc/prosody/conf.d/${DOMAIN}.cfg.lua`));
  put('etc/jitsi/jicofo/jicofo.conf', 'jicofo {\n  xmpp { client { xmpp-domain: "meet.example.org" } }\n}\n');
  put('etc/jitsi/videobridge/jvb.conf', 'videobridge {\n  http-servers { public { port = 9090 } }\n}');
  put(`etc/nginx/sites-available/${DOMAIN}.conf`, 'server { include /etc/jitsi/meet/jaas/*.conf; }\n');
  put('etc/apache2/ports.conf', '# ports\nListen 80\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n');
  put('etc/group', 'root:x:0:\nwww-data:x:33:\n');
  for (const name of ['muc_wait_for_host', 'persistent_lobby', 'token_affiliation']) {
    put(`usr/share/jitsi-meet/prosody-plugins/mod_${name}.lua`, '');
  }
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string, mode = 0o644): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every path with its mode, owner, and content or target. */
function snapshot(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(root, name);
    const { mode, uid, gid } = lstatSync(file);
    const link = lstatSync(file).isSymbolicLink();
    const content = link ? `-> ${readlinkSync(file)}` : lstatSync(file).isFile() ? readFileSync(file, 'base64') : '';
    found[name] = `${mode.toString(8)} ${uid}:${gid} ${content}`;
  }
  return found;
}

function install(...words: string[]): { status: number | null; said: string } {
  const env = { ...process.env, JMB_DIST_READY: '1' };
  const done = spawnSync(join(clone, 'install.sh'), ['--root', root, '--yes', ...words], { env, encoding: 'utf8' });
  return { status: done.status, said: done.stdout + done.stderr };
}

describe('install.sh --root', () => {
  it('changes nothing with --dry-run, and says what it would change', () => {
    const before = snapshot();
    const { status, said } = install(...CAS, '--dry-run');
    expect(said).toContain(`/etc/prosody/conf.avail/${DOMAIN}.cfg.lua`);
    expect(said).toContain('current recipe');
    expect(status).toBe(0);
    expect(snapshot()).toEqual(before);
  });

  it('installs, says the second time that nothing is to change, and goes without a trace', () => {
    const before = snapshot();
    const first = install(...CAS);
    expect(first.said).toContain('Done');
    expect(first.status).toBe(0);
    const once = snapshot();
    expect(lstatSync(join(root, `etc/prosody/conf.d/${DOMAIN}.cfg.lua`)).isSymbolicLink()).toBe(true);
    const lua = spawnSync('luac', ['-p', join(root, `etc/prosody/conf.avail/${DOMAIN}.cfg.lua`)], { encoding: 'utf8' });
    expect(lua.stderr).toBe('');
    expect(runInNewContext(`${read(`etc/jitsi/meet/${DOMAIN}-config.js`)};config`)).toMatchObject({
      hosts: { anonymousdomain: `guest.${DOMAIN}` },
      requireDisplayName: true,
    });
    const settings = readSettings(join(root, 'opt/jitsi-jmb'), {});
    expect(settings.JMB_JWT_SECRET).toBe(SECRET);
    expect(settings.JMB_JWT_ISS).toBe('jmb-id');
    const jwt = lstatSync(join(root, 'opt/jitsi-jmb/etc/jmb_jwt.cf'));
    expect(jwt.mode & 0o777).toBe(0o640);
    if (process.getuid?.() === 0) expect(jwt.gid).toBe(33);

    const second = install(...CAS);
    expect(second.said).toContain('Nothing to change');
    expect(second.status).toBe(0);
    expect(snapshot()).toEqual(once);

    expect(install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(snapshot()).toEqual(before);
  });

  it('takes out only its own part of a file that changed since, and keeps settings', () => {
    const config = `etc/jitsi/meet/${DOMAIN}-config.js`;
    const was = read(config);
    install(...CAS);
    put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_NAME="Ours"\n');
    put(config, `// mine\n${read(config)}`);
    expect(install('--uninstall')).toMatchObject({ status: 0 });
    expect(read(config)).toBe(`// mine\n${was}`);
    expect(read('opt/jitsi-jmb/etc/jmb_local.cf')).toBe('JMB_NAME="Ours"\n');
  });

  it('goes over from the Bash version, and back', () => {
    put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
    put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_NAME="Old"\n');
    put('etc/cron.d/jitsi-jmb', '# of Bash\n');
    mkdirSync(join(root, 'var/www/jitsi-jmb/data'), { recursive: true });
    cpSync(join(clone, 'tests/support/upstream.db'), join(root, 'var/www/jitsi-jmb/data/jitsi-jmb.db'));
    const before = snapshot();
    expect(install(...CAS)).toMatchObject({ status: 1, said: expect.stringContaining('--upgrade') });
    expect(snapshot()).toEqual(before);
    expect(install(...CAS, '--upgrade')).toMatchObject({ status: 0 });
    const settings = readSettings(join(root, 'opt/jitsi-jmb'), {});
    expect(settings).toMatchObject({ JMB_NAME: 'Old', JMB_DB: '/var/www/jitsi-jmb/data/jitsi-jmb.db' });
    expect(install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(snapshot()).toEqual(before);
  });

  it('imports the flat files of older versions without running them', () => {
    put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
    const data = 'var/www/jitsi-jmb';
    put(
      `${data}/booking/1707386400123456789`,
      'name=jeuquoovaith\nmail_owner=A@example.org\nbegin=1707386400\nduration=3600\nend=1707390000\nobject="Mémoire d\'Élodie"\nguests="b@example.org c@example.org"\n',
    );
    put(`${data}/booking_archive/1600000000000000000`, 'name=$(touch /tmp/x)\n');
    put(`${data}/ical/by-user/alice`, 'AbCdEfGh12345678\n');
    const done = install(...CAS, '--upgrade');
    expect(done.said).toContain('Imported 1 meetings and 1 feeds');
    expect(done.said).toContain('Not imported: booking_archive/1600000000000000000');
    const db = new Database(join(root, data, 'jmb.db'), { readonly: true });
    expect(db.prepare('SELECT meeting_name, meeting_object, meeting_end FROM meetings').all()).toEqual([
      { meeting_name: 'jeuquoovaith', meeting_object: "Mémoire d'Élodie", meeting_end: 1707390000 },
    ]);
    expect(db.prepare('SELECT ical_hash FROM ical').pluck().all()).toEqual(['AbCdEfGh12345678']);
    db.close();
  });

  it.each([
    ['mellon', '--idp-metadata', 'IDP'],
    ['shib'],
    ['ldap', '--ldap-url', 'ldaps://ldap.example.org', '--ldap-base', 'ou=people,dc=example,dc=org'],
    ['sql', '--sql-file', 'SQL'],
    ['oidc', '--oidc-issuer', 'https://login.example.org', '--oidc-client', 'jmb', '--oidc-secret-file', 'SECRET'],
  ])('sets up %s in Jitsi’s own Apache, and goes without a trace', (auth, ...words) => {
    rmSync(join(root, 'etc/nginx'), { recursive: true });
    const site = `etc/apache2/sites-available/${DOMAIN}.conf`;
    put(site, '<VirtualHost *:80>\n</VirtualHost>\n<VirtualHost *:443>\n  SSLEngine on\n</VirtualHost>\n');
    put('IDP', '<EntityDescriptor/>');
    put('SQL', 'DBDriver sqlite3\n');
    put('SECRET', `${SECRET.replace(/\$\{X\}/, '')}\n`);
    const before = snapshot();
    const given = words.map((word) => (/^[A-Z]+$/.test(word) ? join(root, word) : word));
    expect(install('--auth', auth, ...given)).toMatchObject({ status: 0 });
    expect(read(site)).toContain('  SSLEngine on\n    Include /etc/apache2/jitsi-jmb/site.conf\n</VirtualHost>');
    expect(read('etc/apache2/jitsi-jmb/site.conf')).toContain(
      `Define JMB_AUTH "/opt/jitsi-jmb/apache/auth-${auth}.conf"`,
    );
    expect(install('--auth', auth, ...given).said).toContain('Nothing to change');
    expect(install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(snapshot()).toEqual(before);
  });

  it.each([
    ['etc/jitsi', 'Jitsi Meet is not installed'],
    ['etc/prosody', 'Prosody has no file'],
    ['etc/nginx', 'say which with --front'],
  ])('without %s says so, and changes nothing', (gone, sentence) => {
    rmSync(join(root, gone), { recursive: true });
    const before = snapshot();
    expect(install(...CAS)).toMatchObject({ status: 1, said: expect.stringContaining(sentence) });
    expect(snapshot()).toEqual(before);
  });
});
