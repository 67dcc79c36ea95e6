/** install.sh in a staged tree: shown, done, done again, taken back, and gone over to from the Bash version. */
import { spawnSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../lib/settings.ts';
import { CAS, clone, DOMAIN, type JitsiTree, jitsiTree, SECRET } from './jitsi_tree.ts';

let tree: JitsiTree;

beforeEach(() => {
  tree = jitsiTree();
});

afterEach(() => tree.remove());

describe('install.sh --root', () => {
  it('changes nothing with --dry-run, and says what it would change', () => {
    const before = tree.snapshot();
    const { status, said } = tree.install(...CAS, '--dry-run');
    expect(said).toContain(`/etc/prosody/conf.avail/${DOMAIN}.cfg.lua`);
    expect(said).toContain('current recipe');
    expect(status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('installs, says the second time that nothing is to change, and goes without a trace', () => {
    const before = tree.snapshot();
    const first = tree.install(...CAS);
    expect(first.said).toContain('Done');
    expect(first.status).toBe(0);
    const once = tree.snapshot();
    expect(lstatSync(join(tree.root, `etc/prosody/conf.d/${DOMAIN}.cfg.lua`)).isSymbolicLink()).toBe(true);
    const lua = spawnSync('luac', ['-p', join(tree.root, `etc/prosody/conf.avail/${DOMAIN}.cfg.lua`)], {
      encoding: 'utf8',
    });
    expect(lua.stderr).toBe('');
    expect(runInNewContext(`${tree.read(`etc/jitsi/meet/${DOMAIN}-config.js`)};config`)).toMatchObject({
      hosts: { anonymousdomain: `guest.${DOMAIN}` },
      requireDisplayName: true,
    });
    const settings = readSettings(join(tree.root, 'opt/jitsi-jmb'), {});
    expect(settings.JMB_JWT_SECRET).toBe(SECRET);
    expect(settings.JMB_JWT_ISS).toBe('jmb-id');
    const jwt = lstatSync(join(tree.root, 'opt/jitsi-jmb/etc/jmb_jwt.cf'));
    expect(jwt.mode & 0o777).toBe(0o640);
    if (process.getuid?.() === 0) expect(jwt.gid).toBe(33);

    expect(once['opt/jitsi-jmb/etc/prosody.secret']).toMatch(/^100640 /);
    expect(settings.JMB_PROSODY_SECRET_FILE).toBe('/opt/jitsi-jmb/etc/prosody.secret');
    const prosody = tree.read(`etc/prosody/conf.avail/${DOMAIN}.cfg.lua`);
    expect(prosody).toContain('jmb_secret_file = "/opt/jitsi-jmb/etc/prosody.secret"');
    expect(prosody).toContain('"/opt/jitsi-jmb/prosody"');

    // Of our own files a digest is kept, not the bytes.
    expect(lstatSync(join(tree.root, 'var/lib/jitsi-jmb/journal.json')).size).toBeLessThan(100_000);

    const second = tree.install(...CAS);
    expect(second.said).toContain('Nothing to change');
    expect(second.status).toBe(0);
    expect(tree.snapshot()).toEqual(once);

    expect(tree.install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(tree.snapshot()).toEqual(before);
  });

  it('has logrotate look after the log where it is a file, and goes with it', () => {
    const local = 'opt/jitsi-jmb/etc/jmb_local.cf';
    const rotate = 'etc/logrotate.d/jitsi-jmb';
    expect(tree.install(...CAS)).toMatchObject({ status: 0 });
    const without = tree.snapshot();
    expect(Object.keys(without)).not.toContain(rotate);
    tree.put(local, 'JMB_LOG="/var/log/jitsi-jmb/jmb.log"\n');
    expect(tree.install(...CAS)).toMatchObject({ status: 0 });
    expect(tree.read(rotate)).toMatch(/^\/var\/log\/jitsi-jmb\/jmb\.log \{\n[\s\S]*\tsu www-data www-data\n\}\n$/m);
    tree.put(local, 'JMB_LOG="/var/log/*.log {"\n');
    expect(tree.install(...CAS)).toMatchObject({ status: 0, said: expect.stringContaining('JMB_LOG: logrotate') });
    expect(Object.keys(tree.snapshot())).not.toContain(rotate);
    tree.put(local, 'JMB_LOG="/var/log/jitsi-jmb/jmb.log"\n');
    expect(tree.install(...CAS)).toMatchObject({ status: 0 });
    expect(tree.install('--uninstall')).toMatchObject({ status: 0 });
    expect(Object.keys(tree.snapshot())).not.toContain(rotate);
  });

  it('takes out only its own part of a file that changed since, and keeps settings', () => {
    const config = `etc/jitsi/meet/${DOMAIN}-config.js`;
    const was = tree.read(config);
    tree.install(...CAS);
    tree.put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_NAME="Ours"\n');
    tree.put(config, `// mine\n${tree.read(config)}`);
    expect(tree.install('--uninstall')).toMatchObject({ status: 0 });
    expect(tree.read(config)).toBe(`// mine\n${was}`);
    expect(tree.read('opt/jitsi-jmb/etc/jmb_local.cf')).toBe('JMB_NAME="Ours"\n');
  });

  it('goes over from the Bash version, and back', () => {
    tree.put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
    tree.put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_NAME="Old"\n');
    tree.put('etc/cron.d/jitsi-jmb', '# of Bash\n');
    mkdirSync(join(tree.root, 'var/www/jitsi-jmb/data'), { recursive: true });
    cpSync(join(clone, 'tests/support/upstream.db'), join(tree.root, 'var/www/jitsi-jmb/data/jitsi-jmb.db'));
    const before = tree.snapshot();
    expect(tree.install(...CAS)).toMatchObject({ status: 1, said: expect.stringContaining('--upgrade') });
    expect(tree.snapshot()).toEqual(before);
    expect(tree.install(...CAS, '--upgrade')).toMatchObject({ status: 0 });
    const settings = readSettings(join(tree.root, 'opt/jitsi-jmb'), {});
    // As cron leaves it.
    for (const end of ['-wal', '-shm', '-remind', '-requests', '-requests.sums', '-requests.7'])
      tree.put(`var/www/jitsi-jmb/data/jitsi-jmb.db${end}`, '');
    expect(settings).toMatchObject({ JMB_NAME: 'Old', JMB_DB: '/var/www/jitsi-jmb/data/jitsi-jmb.db' });
    expect(tree.install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(tree.snapshot()).toEqual(before);
  });

  it('imports the flat files of older versions without running them', () => {
    tree.put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
    const data = 'var/www/jitsi-jmb';
    tree.put(
      `${data}/booking/1707386400123456789`,
      'name=jeuquoovaith\nmail_owner=A@example.org\nbegin=1707386400\nduration=3600\nend=1707390000\nobject="Mémoire d\'Élodie"\nguests="b@example.org c@example.org"\n',
    );
    tree.put(`${data}/booking_archive/1600000000000000000`, 'name=$(touch /tmp/x)\n');
    tree.put(`${data}/ical/by-user/alice`, 'AbCdEfGh12345678\n');
    const done = tree.install(...CAS, '--upgrade');
    expect(done.said).toContain('Imported 1 meetings and 1 feeds');
    expect(done.said).toContain('Not imported: booking_archive/1600000000000000000');
    const db = new Database(join(tree.root, data, 'jmb.db'), { readonly: true });
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
    rmSync(join(tree.root, 'etc/nginx'), { recursive: true });
    const site = `etc/apache2/sites-available/${DOMAIN}.conf`;
    tree.put(site, '<VirtualHost *:80>\n</VirtualHost>\n<VirtualHost *:443>\n  SSLEngine on\n</VirtualHost>\n');
    tree.put('IDP', '<EntityDescriptor/>');
    tree.put('SQL', 'DBDriver sqlite3\n');
    tree.put('SECRET', `${SECRET.replace(/\$\{X\}/, '')}\n`);
    const before = tree.snapshot();
    const given = words.map((word) => (/^[A-Z]+$/.test(word) ? join(tree.root, word) : word));
    expect(tree.install('--auth', auth, ...given)).toMatchObject({ status: 0 });
    expect(tree.read(site)).toContain('  SSLEngine on\n    Include /etc/apache2/jitsi-jmb/site.conf\n</VirtualHost>');
    expect(tree.read('etc/apache2/jitsi-jmb/site.conf')).toContain(
      `Define JMB_AUTH "/opt/jitsi-jmb/apache/auth-${auth}.conf"`,
    );
    expect(tree.install('--auth', auth, ...given).said).toContain('Nothing to change');
    expect(tree.install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(tree.snapshot()).toEqual(before);
  });
});
