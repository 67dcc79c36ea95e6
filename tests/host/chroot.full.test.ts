/** install.sh on whole Debians and Ubuntus: packages, a private Node, real nginx and Apache, a service that refuses, and the way back byte for byte. */
import { once } from 'node:events';
import { rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CASES } from './cases.ts';
import { CLONE, type DebianRoot, debianRoot, PATIENCE } from './debian_root.ts';
import { DOMAIN } from './jitsi_tree.ts';
import { APACHE_BY_CERTBOT, APACHE_SITE, jitsiFiles, NGINX_BY_HAND, NGINX_SITE, sqlAccounts } from './stand_ins.ts';

vi.setConfig(PATIENCE);

/** What JMB touches, but for packages, and code that is kept compiled. */
const OURS =
  /^\.\/(?:etc\/(?:jitsi|prosody|nginx|cron\.d)|opt|srv|var\/(?:www\/jitsi-jmb|lib\/(?:prosody|jitsi-jmb)))(?:\/|$)/;

/** Without a directory, which the Bash version asks where nothing else is said. */
const BASH_SETTINGS = `JMB_NAME="De Bash"
JMB_MODULE_CHECK_EDITOR=""
JMB_MODULE_CHECK_MODERATOR="booking.sh private-room.sh"
`;

describe.each(CASES)('$suite, $front', ({ suite, front, change, shape, site, bash }) => {
  let host: DebianRoot;
  let before: ReadonlyMap<string, string>;
  const server = front === 'nginx' ? 'nginx' : 'apache2';
  const ours = () =>
    Object.fromEntries(
      [...host.snapshot()].filter(([path]) => OURS.test(path) && !/\.cache$|\.db-requests/.test(path)),
    );
  const SQL = ['--auth', 'sql', '--sql-file', '/etc/sql'];
  const CHANGE = ['--auth', ...change];
  const upgrade = bash ? ['--upgrade'] : [];

  beforeAll(() => {
    host = debianRoot(suite);
    host.put('usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
    host.run('apt-get', 'update', '-qq');
    const web = front === 'nginx' ? 'nginx' : 'apache2';
    const { status, said } = host.run(
      ...'env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends'.split(' '),
      ...`${web} prosody lua5.4 ca-certificates`.split(' '),
    );
    expect(status, said).toBe(0);
    rmSync(join(host.root, 'usr/sbin/policy-rc.d'));
    jitsiFiles(host, shape);
    symlinkSync(`/etc/prosody/conf.avail/${DOMAIN}.cfg.lua`, join(host.root, `etc/prosody/conf.d/${DOMAIN}.cfg.lua`));
    const [packaged, byHand] = front === 'nginx' ? [NGINX_SITE, NGINX_BY_HAND] : [APACHE_SITE, APACHE_BY_CERTBOT];
    host.put(`etc/${server}/sites-available/${site.name}`, site.packaged ? packaged : byHand);
    symlinkSync(`../sites-available/${site.name}`, join(host.root, `etc/${server}/sites-enabled/${site.name}`));
    rmSync(join(host.root, `etc/${server}/sites-enabled/default`), { force: true });
    if (front === 'apache') host.run('a2enmod', '-q', 'ssl', 'rewrite');
    sqlAccounts(host);
    host.put('etc/key', `a "b' # -- \\ $HOME é\n`);
    if (bash) bashVersion();
    before = new Map(Object.entries(ours()));
  });

  afterAll(() => host?.remove());

  function bashVersion(): void {
    host.put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
    host.put('opt/jitsi-jmb/etc/jmb_local.cf', BASH_SETTINGS);
    host.put('etc/cron.d/jitsi-jmb', '# of Bash\n');
    host.run('mkdir', '-p', '/var/www/jitsi-jmb/data');
    host.run('cp', `${CLONE}/tests/support/upstream.db`, '/var/www/jitsi-jmb/data/jitsi-jmb.db');
    host.run('chown', '-R', 'www-data:', '/var/www/jitsi-jmb');
  }

  it.runIf(front === 'nginx')('says that its port is busy, and changes nothing', async () => {
    const server = createServer().listen(8181, '127.0.0.1');
    await once(server, 'listening');
    const { status, said } = host.install(...SQL, ...upgrade);
    server.close();
    expect(said).toContain('port 8181 is busy');
    expect(status).toBe(1);
    expect(ours()).toEqual(Object.fromEntries(before));
  });

  it('installs itself, with packages and Node', () => {
    const { status, said } = host.install(...SQL, ...upgrade);
    expect(said).toContain('Done.');
    expect(status, said).toBe(0);
    const told = host.run('cat', '/run/told').said;
    for (const line of ['restart prosody', 'restart jicofo', 'restart apache2']) expect(told).toContain(line);
    if (front === 'nginx') expect(told).toContain('reload-or-restart nginx');
    expect(host.run('luac', '-p', `/etc/prosody/conf.d/${DOMAIN}.cfg.lua`).said).toBe('');
  });

  it('answers through its own front, to everyone as is due', async () => {
    const alice = ['-u', 'alice:alice'];
    expect(host.ask('/booking.cgi')).toMatch(/^HTTP\/\S+ 401/);
    expect(host.ask('/booking.cgi', '-H', 'Remote-User: alice')).toMatch(/^HTTP\/\S+ 401/);
    expect(host.ask('/booking.cgi', ...alice)).toMatch(/^HTTP\/\S+ 200[\s\S]*Alice Martin/);
    const token = /jwt=(\S+)/.exec(host.ask('/cgi-bin/token.cgi?room=alice', ...alice, '-H', 'Remote-User: eve'))?.[1];
    const { payload } = await jwtVerify(token ?? '', new TextEncoder().encode('secret'), { issuer: 'jmb' });
    expect(payload).toMatchObject({
      sub: DOMAIN,
      room: 'alice',
      context: { user: { name: 'Alice Martin', email: 'alice.martin@example.org' } },
    });
    expect(host.ask('/join.cgi?id=nobody')).toMatch(/^HTTP\/\S+ 404[\s\S]*Introuvable/);
    for (const name of ['reqtimeout', 'rewrite']) expect(host.run('apache2ctl', '-M').said).toContain(`${name}_module`);
    expect(host.ask('/jmb/style.css')).toMatch(/^HTTP\/\S+ 200[\s\S]*text\/css/i);
    expect(host.ask('/')).toMatch(/^HTTP\/\S+ 302[\s\S]*location: \S*\/close\.cgi\?front\r/i);
    expect(host.ask('/?jitsi')).toMatch(/^HTTP\/\S+ 200[\s\S]*Jitsi$/);
    expect(host.ask('/someroom')).toMatch(/^HTTP\/\S+ 200[\s\S]*(?:the room someroom|Jitsi)$/);
    if (!bash) return;
    expect(host.ask('/booking.cgi', ...alice)).toContain('De Bash');
    const db = new Database(join(host.root, 'var/www/jitsi-jmb/data/jitsi-jmb.db'), { readonly: true });
    const hash = db.prepare("SELECT attendee_meeting_hash FROM attendees WHERE attendee_role = 'guest'").pluck().get();
    const feed = db.prepare("SELECT ical_hash FROM ical WHERE ical_owner = 'alice'").pluck().get();
    db.close();
    for (const folder of ['/', '/cgi-bin/'])
      expect(host.ask(`${folder}join.cgi?id=${hash}`)).toMatch(/^HTTP\/\S+ (?:200|302)/);
    expect(host.ask(`/ical.cgi?${feed}`)).toMatch(/^HTTP\/\S+ 200[\s\S]*BEGIN:VCALENDAR/);
  });

  it('is called by cron', () => {
    const line = host.run('grep', '-v', '^#', '/etc/cron.d/jitsi-jmb').said;
    const [, user = '', command = ''] = /^\S+ \S+ \S+ \S+ \S+ (\S+) (.*)$/m.exec(line) ?? [];
    expect(user).toBe('www-data');
    expect(host.run('su', user, '-s', '/bin/sh', '-c', command)).toEqual({ status: 0, said: '' });
  });

  it('changes nothing a second time, and says so', () => {
    const once = host.snapshot();
    expect(host.install()).toMatchObject({ status: 0, said: expect.stringContaining('Nothing to change') });
    expect(host.snapshot()).toEqual(once);
  });

  it('with a service that does not start goes on as before', () => {
    const once = ours();
    host.put('run/refuses', 'apache2');
    const { status, said } = host.install(...CHANGE);
    expect(said).toContain('this does not start with its new files: apache2');
    expect(said).toContain('Everything was put back.');
    expect(status).toBe(1);
    rmSync(join(host.root, 'run/refuses'));
    expect(ours()).toEqual(once);
    expect(host.ask('/booking.cgi', '-u', 'alice:alice')).toMatch(/^HTTP\/\S+ 200/);
  });

  it.runIf(front === 'nginx')('with a front that keeps an address to itself goes on as before', () => {
    const file = `etc/nginx/sites-available/${site.name}`;
    const was = host.run('cat', `/${file}`).said;
    host.put(file, was.replace('listen 443 ssl;', '$& if ($uri ~ token) { return 200 "Jitsi"; }'));
    // A change of the way to sign in alone may not concern nginx, which would then go on with the file of before.
    host.run('systemctl', 'reload-or-restart', 'nginx');
    // There it is counted that a stranger asked for what is nobody's.
    const files = () => Object.fromEntries(Object.entries(ours()).filter(([path]) => !/\.db-(?:wal|shm)$/.test(path)));
    const once = files();
    const { status, said } = host.install(...CHANGE);
    const after = files();
    host.put(file, was);
    host.run('systemctl', 'reload-or-restart', 'nginx');
    const those = '/token.cgi?room=install, /cgi-bin/token.cgi?room=install';
    expect(said).toContain(`does not answer as it should: it answers 200 with a page that is not JMB's (${those}).`);
    expect(said).toContain('Everything was put back.');
    expect(status).toBe(1);
    expect(after).toEqual(once);
  });

  it('signs in another way from now on', () => {
    const { status, said } = host.install(...CHANGE);
    expect(status, said).toBe(0);
    expect(host.ask('/booking.cgi', '-u', 'alice:alice')).not.toMatch(/^HTTP\/\S+ 200/);
    expect(host.ask('/join.cgi?id=nobody')).toMatch(/^HTTP\/\S+ 404[\s\S]*Introuvable/);
  });

  it('goes, and everything of Jitsi’s is as before', () => {
    if (bash) {
      expect(host.install('--uninstall').status).toBe(0);
      expect(host.run('cat', '/opt/jitsi-jmb/etc/jmb_local.cf').said).toBe(BASH_SETTINGS);
    }
    const { status, said } = host.install('--uninstall', '--purge');
    expect(status, said).toBe(0);
    expect(said).not.toContain('does not start');
    expect(ours()).toEqual(Object.fromEntries(before));
    expect(host.run('apache2ctl', 'configtest').said).toContain('Syntax OK');
    // The Apache that came with JMB does not go on without it.
    const told = host.run('tail', '-n', '4', '/run/told').said;
    if (front === 'nginx') expect(told).toContain('disable apache2');
    else expect(told).toContain('restart apache2');
  });

  it('comes and goes once more without a trace, byte for byte', () => {
    const packages = host.snapshot();
    const { status, said } = host.install(...CHANGE, ...upgrade);
    expect(status, said).toBe(0);
    expect(host.install().said).toContain('Nothing to change');
    expect(host.install('--uninstall', '--purge').status).toBe(0);
    expect(Object.fromEntries(host.snapshot())).toEqual(Object.fromEntries(packages));
  });
});
