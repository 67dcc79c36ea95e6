/** What stands in, on a whole Debian in a chroot, for that which cannot be there: systemd, and Jitsi's packages with the files that they leave. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { keyPair } from '../../lib/install/plan_web.ts';
import { AS_PACKAGED, type Shape } from './cases.ts';
import type { DebianRoot } from './debian_root.ts';
import { DOMAIN } from './jitsi_tree.ts';
import { CONFIG_JS, HOCON, PROSODY } from './samples.ts';

/** A `systemctl` for where no init system runs: what it starts and reloads is real. `/run/refuses` names a service that does not start. */
export const SYSTEMCTL = `#!/bin/sh
# Stands in for systemd in a chroot: the servers are real.
for name; do :; done
case $1 in
is-enabled) [ -e /usr/sbin/$name ] || [ -e /usr/bin/$name ] || [ $name = jicofo ] || [ $name = jitsi-videobridge2 ] ;;
disable)
    echo "disable $name" >>/run/told
    apache2ctl stop || exit 1
    while [ -e /run/apache2/apache2.pid ]; do sleep 0.1; done
    ;;
restart | reload-or-restart)
    echo "$1 $name" >>/run/told
    [ "$name" != "$(cat /run/refuses 2>/dev/null)" ] || exit 1
    case $name in
    apache2)
        if [ -e /run/apache2/apache2.pid ] && [ $1 = reload-or-restart ]; then apache2ctl graceful; exit; fi
        [ ! -e /run/apache2/apache2.pid ] || apache2ctl stop || exit 1
        while [ -e /run/apache2/apache2.pid ]; do sleep 0.1; done
        apache2ctl start
        ;;
    nginx) if [ -s /run/nginx.pid ]; then nginx -s reload; else nginx; fi ;;
    prosody) for file in /etc/prosody/conf.d/*.lua; do luac -p "$file" || exit 1; done ;;
    esac
    ;;
esac
`;

/** The files that Jitsi's packages leave where nginx is the front, in the shapes of theirs that are named. */
export function jitsiFiles({ put, root, run }: DebianRoot, shape: Shape = AS_PACKAGED): void {
  const { key, cert } = keyPair(DOMAIN);
  put('etc/jitsi/meet/tests.key', key);
  put('etc/jitsi/meet/tests.crt', cert);
  put(`etc/jitsi/meet/${DOMAIN}-config.js`, CONFIG_JS[shape.configJs] ?? '');
  put(`etc/prosody/conf.avail/${DOMAIN}.cfg.lua`, PROSODY[shape.prosody] ?? '', 0o640);
  put('etc/jitsi/jicofo/jicofo.conf', HOCON[shape.jicofo] ?? '');
  put('etc/jitsi/videobridge/jvb.conf', HOCON[shape.bridge] ?? '');
  for (const name of ['muc_wait_for_host', 'persistent_lobby', 'token_affiliation'])
    put(`usr/share/jitsi-meet/prosody-plugins/mod_${name}.lua`, '');
  put('usr/share/jitsi-meet/index.html', 'Jitsi');
  for (const name of ['jitsi-meet-tokens', 'jitsi-meet-prosody', 'jicofo']) {
    const control = `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: tests\nDescription: stand-in\n`;
    put(`tmp/${name}/DEBIAN/control`, control);
    run('dpkg-deb', '--build', `/tmp/${name}`);
    run('dpkg', '-i', `/tmp/${name}.deb`);
    rmSync(join(root, `tmp/${name}`), { recursive: true });
  }
}

/** A table of accounts with Alice in it, whose password is `alice`, and what Apache is told of it (`--auth sql --sql-file /etc/sql`). */
export function sqlAccounts({ put, root }: DebianRoot): void {
  const db = new Database(join(root, 'etc/accounts.db'));
  db.exec('CREATE TABLE users(uid, password, mail, cn)');
  const hash = createHash('sha1').update('alice').digest('base64');
  db.prepare("INSERT INTO users VALUES ('alice', ?, 'alice.martin@example.org', 'Alice Martin')").run(`{SHA}${hash}`);
  db.close();
  put('etc/sql', 'DBDriver sqlite3\nDBDParams "/etc/accounts.db"\n');
}

/** Jitsi's site in nginx. */
export const NGINX_SITE = `server {
    listen 443 ssl;
    server_name ${DOMAIN};
    ssl_certificate /etc/jitsi/meet/tests.crt;
    ssl_certificate_key /etc/jitsi/meet/tests.key;
    root /usr/share/jitsi-meet;
    include /etc/jitsi/meet/jaas/*.conf;
    location ~ ^/([^/?&:'"]+)$ { set $room "$1"; try_files $uri @room; }
    location @room { return 200 "the room $room"; }
}
`;

/** The same by hand, which includes nothing of anybody's. */
export const NGINX_BY_HAND = NGINX_SITE.replace(/^.*jaas.*\n/m, '');

/** Jitsi's site in Apache. */
export const APACHE_SITE = `<VirtualHost *:80>
  ServerName ${DOMAIN}
  Redirect permanent / https://${DOMAIN}/
</VirtualHost>
<VirtualHost *:443>
  ServerName ${DOMAIN}
  SSLEngine on
  SSLCertificateFile /etc/jitsi/meet/tests.crt
  SSLCertificateKeyFile /etc/jitsi/meet/tests.key
  DocumentRoot "/usr/share/jitsi-meet"
  <Directory "/usr/share/jitsi-meet">
    AllowOverride All
    Require all granted
  </Directory>
  RewriteEngine on
  RewriteRule ^/([a-zA-Z0-9]+)$ /index.html [L]
</VirtualHost>
`;

/** The same as certbot leaves it, where every name is a room. */
export const APACHE_BY_CERTBOT = `<IfModule mod_ssl.c>\n${APACHE_SITE.replace('*:443>', '*:443 >').replace('[a-zA-Z0-9]+', '[^/]+')}</IfModule>\n`;
