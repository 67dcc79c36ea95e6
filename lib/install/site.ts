/** The files that are ours altogether: Apache's site, nginx's locations, settings. */
import { HostError } from './tree.ts';

/** How people sign in. */
export type Auth = 'cas' | 'mellon' | 'shib' | 'ldap' | 'sql' | 'oidc';

/** What each way needs: Apache modules, packages, the identity module, addresses outside of ours, and the options to give. */
export const AUTHS: Readonly<
  Record<
    Auth,
    {
      modules: readonly string[];
      packages: readonly string[];
      identity: string;
      paths: readonly string[];
      needs: readonly string[];
    }
  >
> = {
  cas: {
    modules: ['auth_cas'],
    packages: ['libapache2-mod-auth-cas'],
    identity: 'identity-cas',
    paths: [],
    needs: ['cas-url'],
  },
  mellon: {
    modules: ['auth_mellon'],
    packages: ['libapache2-mod-auth-mellon', 'openssl'],
    identity: 'identity-mellon',
    paths: ['/mellon/'],
    needs: ['idp-metadata'],
  },
  shib: {
    modules: ['shib'],
    packages: ['libapache2-mod-shib'],
    identity: 'identity-shibboleth',
    paths: ['/Shibboleth.sso/', '/shibboleth-sp/'],
    needs: [],
  },
  ldap: {
    modules: ['ldap', 'authnz_ldap', 'auth_basic'],
    packages: ['libaprutil1-ldap'],
    identity: 'identity-remote_user',
    paths: [],
    needs: ['ldap-url', 'ldap-base'],
  },
  sql: {
    modules: ['dbd', 'authn_dbd', 'auth_basic'],
    packages: ['libaprutil1-dbd-sqlite3', 'libaprutil1-dbd-mysql', 'libaprutil1-dbd-pgsql'],
    identity: 'identity-remote_user',
    paths: [],
    needs: ['sql-file'],
  },
  oidc: {
    modules: ['auth_openidc'],
    packages: ['libapache2-mod-auth-openidc'],
    identity: 'identity-oidc',
    paths: ['/jmb-oidc/'],
    needs: ['oidc-issuer', 'oidc-client', 'oidc-secret-file'],
  },
};

/** A value in a line of Apache's configuration. @param what names it, should it be refused */
export function apacheWord(value: string, what: string): string {
  // Not shown: it may be a secret.
  if (/[\n\r\0]|\$\{/.test(value))
    throw new HostError(`Apache's files cannot hold ${what}: it has a line's end, or \${ in it`);
  return `"${value.replace(/(["\\])/g, '\\$1')}"`;
}

/** A setting with exactly this value, as lib/settings/shell.ts and a shell read it. */
export function settingLine(name: string, value: string): string {
  if (/[\n\r\0]/.test(value)) throw new HostError(`${name} cannot hold a line's end`);
  return `${name}="${value.replace(/[\\"$`]/g, '\\$&')}"\n`;
}

/** The lines that say how this host's JMB is called and signs people in, and that include the shipped files. */
export function siteBody(
  defines: Readonly<Record<string, string>>,
  prefix: string,
  { sockets, frontPage }: { readonly sockets: string | undefined; readonly frontPage: boolean },
): string {
  const lines = Object.entries(defines).map(([name, value]) => `Define ${name} ${apacheWord(value, name)}\n`);
  if (sockets !== undefined) lines.push(`Define JMB_SOCKETS ${apacheWord(sockets, 'JMB_SOCKETS')}\n`);
  if (frontPage) lines.push('Define JMB_FRONT_PAGE\n');
  return `${lines.join('')}Include "${prefix}/apache/jitsi-jmb.conf"\n`;
}

const HEAD = '# Written by install.sh of Jitsi Meet Booking; its next run writes it anew.\n';

/** Apache's site on loopback, behind nginx. */
export function loopbackSite(domain: string, port: number, body: string): string {
  const indented = body.replace(/^(?=.)/gm, '    ');
  return `${HEAD}Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
    # The public name and protocol, which sign-in modules make addresses of.
    ServerName https://${domain}:443
    UseCanonicalName On
    TraceEnable off
    ErrorLog \${APACHE_LOG_DIR}/jitsi-jmb.log
${indented}</VirtualHost>
`;
}

/** The part of Jitsi's own site, where Apache is the front. */
export function includedSite(body: string): string {
  return HEAD + body;
}

/** How nginx passes a request on; in a file of its own, since each location says it. */
export function nginxProxy(port: number): string {
  return `${HEAD}proxy_pass http://127.0.0.1:${port};
proxy_http_version 1.1;
proxy_set_header Host $host;
# This machine's word alone: what the browser says of itself is not passed on.
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Forwarded-Host $host;
client_max_body_size 256k;
# Apache compresses what may be: feeds and files, not pages, which hold secrets.
gzip off;
`;
}

const PROGRAMS = ['booking', 'token', 'join', 'ical', 'invitation', 'close'];

/**
 * The front page as a browser asks for it, and not what a site rewrites to it. What is asked with a query stays the site's
 * own, whose location for it we do not know: so there is none of ours.
 */
function frontPageRule(only: string | undefined): string {
  const whole = only === undefined ? '' : `set $jmb_asked $host$request_uri;\n`;
  const is = only === undefined ? '$request_uri = /' : `$jmb_asked = ${only}/`;
  return `${whole}if (${is}) { rewrite ^ /jmb/front-page last; }
location = /jmb/front-page {
    internal;
    # Whatever port and protocol another server in front of this one has.
    absolute_redirect off;
    return 302 /close.cgi?front;
}
`;
}

/**
 * nginx's locations: JMB's addresses, and those that the way to sign in uses. Exact ones and `^~` win over Jitsi's pattern
 * for rooms, wherever in its site this is included.
 * @param frontPage whether the front page leads to JMB; with `only`, that of this domain, for other sites include this too
 */
export function nginxLocations(
  proxy: string,
  signInPaths: readonly string[],
  frontPage: { readonly only: string | undefined } | undefined,
): string {
  const exact = PROGRAMS.flatMap((name) => [`= /${name}.cgi`, `= /cgi-bin/${name}.cgi`]);
  const below = ['/jmb/', ...signInPaths].map((path) => `^~ ${path}`);
  const ours = [...exact, ...below].map((where) => `location ${where} { include ${proxy}; }\n`);
  return HEAD + ours.join('') + (frontPage === undefined ? '' : frontPageRule(frontPage.only));
}
