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
      path: string;
      needs: readonly string[];
    }
  >
> = {
  cas: {
    modules: ['auth_cas'],
    packages: ['libapache2-mod-auth-cas'],
    identity: 'identity-cas',
    path: '',
    needs: ['cas-url'],
  },
  mellon: {
    modules: ['auth_mellon'],
    packages: ['libapache2-mod-auth-mellon', 'openssl'],
    identity: 'identity-mellon',
    path: '^/mellon/',
    needs: ['idp-metadata'],
  },
  shib: {
    modules: ['shib'],
    packages: ['libapache2-mod-shib'],
    identity: 'identity-shibboleth',
    path: '^/(?:Shibboleth\\.sso|shibboleth-sp)/',
    needs: [],
  },
  ldap: {
    modules: ['ldap', 'authnz_ldap', 'auth_basic'],
    packages: ['libaprutil1-ldap'],
    identity: 'identity-remote_user',
    path: '',
    needs: ['ldap-url', 'ldap-base'],
  },
  sql: {
    modules: ['dbd', 'authn_dbd', 'auth_basic'],
    packages: ['libaprutil1-dbd-sqlite3', 'libaprutil1-dbd-mysql', 'libaprutil1-dbd-pgsql'],
    identity: 'identity-remote_user',
    path: '',
    needs: ['sql-file'],
  },
  oidc: {
    modules: ['auth_openidc'],
    packages: ['libapache2-mod-auth-openidc'],
    identity: 'identity-oidc',
    path: '^/jmb-oidc/',
    needs: ['oidc-issuer', 'oidc-client', 'oidc-secret-file'],
  },
};

/** A value in a line of Apache's configuration. */
export function apacheWord(value: string): string {
  if (/[\n\r\0]|\$\{/.test(value)) throw new HostError(`Apache's files cannot hold "${value}" (a line's end, or \${)`);
  return `"${value.replace(/(["\\])/g, '\\$1')}"`;
}

/** A setting with exactly this value, as lib/settings/shell.ts and a shell read it. */
export function settingLine(name: string, value: string): string {
  if (/[\n\r\0]/.test(value)) throw new HostError(`${name} cannot hold a line's end`);
  return `${name}="${value.replace(/[\\"$`]/g, '\\$&')}"\n`;
}

/** The lines that say how this host's JMB is called and signs people in, and that include the shipped files. */
export function siteBody(defines: Readonly<Record<string, string>>, prefix: string, fastcgi: boolean): string {
  const lines = Object.entries(defines).map(([name, value]) => `Define ${name} ${apacheWord(value)}\n`);
  return `${lines.join('')}${fastcgi ? 'Define JMB_FASTCGI\n' : ''}Include "${prefix}/apache/jitsi-jmb.conf"\n`;
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
    ErrorLog \${APACHE_LOG_DIR}/jitsi-jmb.log
${indented}</VirtualHost>
`;
}

/** The part of Jitsi's own site, where Apache is the front. */
export function includedSite(body: string): string {
  return HEAD + body;
}

/** nginx's locations: JMB's addresses, and those that the way to sign in uses. */
export function nginxLocations(port: number, authPath: string): string {
  const patterns = ['^/(?:cgi-bin/)?(?:booking|token|join|ical|invitation|close)\\.cgi$', '^/jmb/', authPath];
  const location = (pattern: string): string => `
location ~ ${pattern} {
    proxy_pass http://127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    # This machine's word alone: what the browser says of itself is not passed on.
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $host;
    client_max_body_size 256k;
}
`;
  return (
    HEAD +
    patterns
      .filter((pattern) => pattern !== '')
      .map(location)
      .join('')
  );
}
