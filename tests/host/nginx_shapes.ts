/** Jitsi's site in nginx, in the shapes that its templates of some years and administrators leave behind. */
import { DOMAIN } from './jitsi_tree.ts';

const MAIN = `user www-data;
events {}
http {
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
`;
const TLS = 'ssl_certificate /etc/tests.crt; ssl_certificate_key /etc/tests.key;';
const ROOMS = `location ~ ^/([^/?&:'"]+)$ { return 200 "the room $1"; }`;
const TO_HTTPS = `server {
    listen 80;
    server_name ${DOMAIN};
    location / {
        return 301 https://$host$request_uri;
    }
}
`;
/** The block that is Jitsi's says so at `/who`. */
const THEIRS = 'location = /who { return 200 "theirs"; }';

const block = (listen: string, names: string, more = ''): string => `server {
    ${listen}
    ${names}
    ${TLS}
    ${more}
    ${THEIRS}
    ${ROOMS}
}
`;
const other = (listen: string, names = 'server_name www.example.org;'): string =>
  `server { ${listen} ${names} ${TLS} location = /who { return 200 "another"; } location / { return 404; } }\n`;

const named = `server_name ${DOMAIN};`;
const at = 'etc/nginx/sites-enabled/';

/** What is in nginx's folder, by what is special about it. */
export const NGINX: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'the older template': {
    [`${at}${DOMAIN}.conf`]: `server_names_hash_bucket_size 64;\n${TO_HTTPS}${block('listen 443 ssl;', named)}`,
  },
  'the first manual': { [`${at}${DOMAIN}`]: block('listen 443;', named, 'ssl on;') },
  'by hand, in conf.d': { 'etc/nginx/conf.d/visio.conf': block('listen 443 ssl http2;', named) },
  'in nginx.conf itself': { 'etc/nginx/nginx.conf': `events {}\nhttp {\n${block('listen 443 ssl;', named)}}\n` },
  'on one line': { [`${at}a`]: block('listen 443 ssl;', named).replace(/\s*\n\s*/g, ' ') },
  'on one line, twice': {
    [`${at}a`]: (other('listen 443 ssl;') + block('listen 443 ssl;', named)).replace(/\s*\n\s*/g, ' '),
  },
  CRLF: { [`${at}a`]: block('listen 443 ssl;', named).replaceAll('\n', '\r\n') },
  tabs: { [`${at}a`]: block('listen 443 ssl;', named).replaceAll('    ', '\t') },
  'comments at the end': { [`${at}a`]: `${block('listen 443 ssl;', named)}# the end; } {` },
  'no final newline': { [`${at}a`]: block('listen 443 ssl;', named).trimEnd() },
  'another port': { [`${at}a`]: block('listen 8443 ssl;', named) },
  'behind a multiplexer': { [`${at}a`]: block('listen 127.0.0.1:4444 ssl;', named) },
  'several names': {
    [`${at}a`]: block('listen 443 ssl;', `server_name www.example.com\n        ${DOMAIN}\n        ;`),
  },
  capitals: { [`${at}a`]: block('listen 443 ssl;', 'server_name Meet.Example.ORG;') },
  'a name in quotes': { [`${at}a`]: block('listen 443 ssl;', `server_name "${DOMAIN}";`) },
  'a wildcard': {
    [`${at}a`]: other('listen 443 ssl;'),
    [`${at}b`]: block('listen 443 ssl;', 'server_name *.example.org;'),
  },
  'a dot': {
    [`${at}a`]: other('listen 443 ssl;', 'server_name *.org;'),
    [`${at}b`]: block('listen 443 ssl;', 'server_name .example.org;'),
  },
  'a name with a free end': {
    [`${at}a`]: other('listen 443 ssl;'),
    [`${at}b`]: block('listen 443 ssl;', 'server_name meet.*;'),
  },
  'a pattern': {
    [`${at}a`]: other('listen 443 ssl;'),
    [`${at}b`]: block('listen 443 ssl;', 'server_name ~^(?<sub>[a-z]+)\\.example\\.org$;'),
  },
  'a name beside wildcards': {
    [`${at}a`]: other('listen 443 ssl default_server;', 'server_name *.example.org;'),
    [`${at}b`]: other('listen 443 ssl;', 'server_name meet.*;'),
    [`${at}c`]: block('listen 443 ssl;', named),
  },
  'the default server': {
    [`${at}a`]: other('listen 443 ssl;'),
    [`${at}b`]: block('listen 443 ssl default_server;', 'server_name _;', 'root /usr/share/jitsi-meet;'),
  },
  'another name, but nobody else': {
    [`${at}a`]: block('listen 443 ssl;', 'server_name visio.example.org;', 'root /usr/share/jitsi-meet;'),
  },
  'without a name': { [`${at}a`]: block('listen 443 ssl;', '', 'root /usr/share/jitsi-meet;') },
  'braces and semicolons in strings': {
    [`${at}a`]: block(
      'listen 443 ssl;',
      named,
      `add_header X-A "} ; {"; add_header X-B '} # {'; # } {\n    set $a "\${host}}";`,
    ),
  },
  'the name in another block’s comment': {
    [`${at}a`]: other('listen 443 ssl default_server;', `server_name other.example.org; # ${DOMAIN}\n`),
    [`${at}b`]: block('listen 443 ssl;', named),
  },
  'a front page by the Bash version': {
    [`${at}a`]: TO_HTTPS + block('listen 443 ssl;', named, 'include /etc/jitsi/meet/bash/*.conf;'),
    'etc/jitsi/meet/bash/jmb.conf': 'location / { return 302 https://$host/close.cgi; }\n',
  },
  'through a snippet': {
    [`${at}a`]: `server {\n    include snippets/jitsi.conf;\n    ${THEIRS}\n    ${ROOMS}\n}\n`,
    'etc/nginx/snippets/jitsi.conf': `listen 443 ssl;\n${named}\n${TLS}\n`,
  },
  'TLS elsewhere': { [`${at}a`]: block('listen 80;', named) },
  'TLS on two ports': { [`${at}a`]: block('listen 443 ssl;', named) + block('listen 8443 ssl;', named) },
};

/** The files of a tree with nginx's own beside those of a shape. */
export function withMain(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { 'etc/nginx/nginx.conf': MAIN, ...files };
}
