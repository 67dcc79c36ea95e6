/** Jitsi's site in Apache, in the shapes that its template, certbot and administrators leave behind. */
import { DOMAIN } from './jitsi_tree.ts';

const MAIN = `# Apache's own
ServerName localhost
IncludeOptional mods-enabled/*.load
Include ports.conf
IncludeOptional sites-enabled/*.conf
`;
const TLS = 'SSLEngine on\n    SSLCertificateFile /etc/tests.crt\n    SSLCertificateKeyFile /etc/tests.key';
const named = `ServerName ${DOMAIN}`;

/** The host that is Jitsi's says so at `/who`. */
const host = (head: string, names: string, more = TLS): string => `<VirtualHost ${head}>
    ${names}
    ${more}
    Redirect 302 /who /theirs
</VirtualHost>
`;
const other = (head: string, names = 'ServerName www.example.org'): string =>
  host(head, names).replace('/theirs', '/another');
const TO_HTTPS = `<VirtualHost *:80>
    ServerName ${DOMAIN}
    Redirect permanent / https://${DOMAIN}/
    RewriteEngine On
    RewriteCond %{HTTPS} off
    RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]
</VirtualHost>
`;
const at = 'etc/apache2/sites-enabled/';

/** What is in Apache's folder, by what is special about it. */
export const APACHE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'as packaged': { [`${at}${DOMAIN}.conf`]: `\n${TO_HTTPS}\n${host('*:443', named)}` },
  'a blank before the bracket': { [`${at}${DOMAIN}.conf`]: host('*:443 ', named) },
  'another port': { [`${at}${DOMAIN}.conf`]: host('*:8443', named) },
  'certbot’s': {
    [`${at}${DOMAIN}.conf`]: TO_HTTPS,
    [`${at}${DOMAIN}-le-ssl.conf`]: `<IfModule mod_ssl.c>\n${host('*:443', named, 'Include /etc/options-ssl-apache.conf')}</IfModule>\n`,
    'etc/options-ssl-apache.conf': TLS,
  },
  'in another file': { [`${at}000-visio.conf`]: `# ${DOMAIN}\n${host('*:443', named)}` },
  'in apache2.conf itself': { 'etc/apache2/apache2.conf': `${MAIN}${host('*:443', named)}` },
  'small letters': {
    [`${at}a.conf`]: host('*:443', named).replaceAll('VirtualHost', 'virtualhost').replace('ServerName', 'servername'),
  },
  'the default address': { [`${at}a.conf`]: host('_default_:443', named) },
  'an address of its own': { [`${at}a.conf`]: other('*:443', named) + host('127.0.0.1:443', named) },
  'several addresses': { [`${at}a.conf`]: host('*:443 127.0.0.1:8443', named) },
  'two hosts, two ports': { [`${at}a.conf`]: host('*:443', named) + host('*:8443', named) },
  'behind another site': { [`${at}a.conf`]: other('*:443'), [`${at}b.conf`]: host('*:443', named) },
  'twice, of which the first counts': { [`${at}a.conf`]: host('*:443', named), [`${at}b.conf`]: other('*:443', named) },
  'an alias': {
    [`${at}a.conf`]: other('*:443') + host('*:443', `ServerName x.org\n    ServerAlias www.x.org ${DOMAIN}`),
  },
  'an alias over two lines': {
    [`${at}a.conf`]: other('*:443') + host('*:443', `ServerAlias www.x.org \\\n      ${DOMAIN}`),
  },
  'an alias with a star': {
    [`${at}a.conf`]: other('*:443') + host('*:443', 'ServerName x.org\n    ServerAlias *.example.org'),
  },
  'a name with protocol and port': {
    [`${at}a.conf`]: other('*:443') + host('*:443', `ServerName https://${DOMAIN}:443`),
  },
  'a name in quotes': { [`${at}a.conf`]: other('*:443') + host('*:443', `ServerName "${DOMAIN}"`) },
  'a name that is defined': {
    [`${at}a.conf`]: `Define SITE ${DOMAIN}\n${other('*:443')}${host('*:443', 'ServerName $'.concat('{SITE}'))}`,
  },
  'a name through a snippet': {
    [`${at}a.conf`]: other('*:443') + host('*:443', 'Include snippets'),
    'etc/apache2/snippets/name.conf': `${named}\n`,
  },
  'another name, but nobody else': {
    [`${at}a.conf`]: host('*:443', 'ServerName visio.example.org\n    Alias /config.js /etc/jitsi/meet/x-config.js'),
  },
  'without a name, in its file': { [`${at}${DOMAIN}.conf`]: host('*:443', '') },
  'without a name': {
    [`${at}a.conf`]: `<VirtualHost *:80>\n</VirtualHost>\n${host('*:443', 'Alias /config.js /etc/jitsi/meet/x-config.js')}`,
  },
  'the name in another host’s comment': {
    [`${at}a.conf`]:
      other('*:443', `ServerName x.org\n    # ServerName ${DOMAIN} \\\n    ServerAlias ${DOMAIN}`) +
      host('*:443', named),
  },
  'conditions that do not hold': {
    [`${at}a.conf`]: `<IfModule !mod_ssl.c>\n${other('*:443', named)}</IfModule>\n<IfDefine NOWHERE>\n${other('*:443', named)}</IfDefine>\n${host('*:443', named)}`,
  },
  'a rule that takes every name for a room': {
    [`${at}a.conf`]: host(
      '*:443',
      named,
      `${TLS}\n    <IfModule mod_rewrite.c>\n    RewriteEngine on\n    RewriteCond %{REQUEST_URI} !^/who\n    RewriteRule ^/([^/?&:'"]+)$ /index.html [L]\n    </IfModule>`,
    ),
  },
  CRLF: { [`${at}a.conf`]: host('*:443', named).replaceAll('\n', '\r\n') },
  tabs: { [`${at}a.conf`]: `<IfModule mod_ssl.c>\n${host('*:443', named).replaceAll('    ', '\t')}</IfModule>` },
  'no final newline': { [`${at}a.conf`]: host('*:443', named).trimEnd() },
  'TLS elsewhere': { [`${at}a.conf`]: host('*:80', named, '') },
};

/** The files of a tree with Apache's own beside those of a shape. */
export function withMain(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { 'etc/apache2/apache2.conf': MAIN, 'etc/apache2/ports.conf': '', ...files };
}
