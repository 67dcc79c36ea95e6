/** Apache with our addresses, alone or behind nginx, and the modules that it needs. */
import { editVhost, enabledHosts, LOOPBACK_SITE, SITE_PART } from './apache_site.ts';
import type { Draft } from './changes.ts';
import { exists, namesIn } from './entries.ts';
import type { Found } from './found.ts';
import type { Socket } from './front.ts';
import { plainDomain } from './marks.ts';
import { editNginx, NGINX_LOCATIONS } from './nginx_site.ts';
import { PREFIX } from './paths.ts';
import type { Wishes } from './plan.ts';
import { planSignIn } from './plan_sign_in.ts';
import { editPorts, portsToLeave } from './ports.ts';
import { AUTHS, includedSite, loopbackSite, nginxLocations, nginxProxy, siteBody } from './site.ts';
import type { Tree } from './tree.ts';

/** Sites that Apache's package brings. */
const DEFAULTS: readonly string[] = ['000-default.conf', 'default-ssl.conf'].map(
  (name) => `/etc/apache2/sites-enabled/${name}`,
);
/** Beside the folder's *.conf, which Jitsi's site includes. */
const NGINX_PROXY = '/etc/jitsi/meet/jaas/jitsi-jmb.proxy';

/** Plans the web servers' files. */
export function planWebServers(to: Draft, { domain, front }: Found, wishes: Wishes): void {
  const { auth, port, fastcgi } = wishes;
  const frontPage = wishes.frontPage === 'jmb' && !front.ownFrontPage;
  const ofApache = { fastcgi, frontPage: frontPage && front.kind === 'apache' };
  const body = siteBody(planSignIn(to, domain, wishes), PREFIX, ofApache);
  if (front.kind === 'nginx') {
    const what = 'nginx passes our addresses on';
    to.file(NGINX_PROXY, nginxProxy(port), what);
    const leads = frontPage ? { only: severalJitsis(to.tree) ? plainDomain(domain) : undefined } : undefined;
    to.file(NGINX_LOCATIONS, nginxLocations(NGINX_PROXY, AUTHS[auth].paths, leads), what);
    for (const [file, offsets] of front.edits)
      to.edit(file, 'nginx', 'includes our addresses', (text) => editNginx(text, offsets));
    planLoopback(to, front.sockets, loopbackSite(domain, port, body));
  } else {
    to.file(SITE_PART, includedSite(body), 'what Jitsi’s site includes');
    for (const [file, offsets] of front.edits)
      to.edit(file, 'vhost', 'includes ours', (text) => editVhost(text, offsets));
  }
  planModules(to, wishes);
  to.away('/etc/jitsi/meet/jaas/jmb-nginx.conf', 'of the Bash version');
  to.away('/etc/apache2/sites-enabled/jmb-apache-auth_cas.conf', 'of the Bash version');
}

/** Whether Jitsi is set up for several domains here, whose sites all include the same folder. */
function severalJitsis(tree: Tree): boolean {
  return namesIn(tree, '/etc/jitsi/meet').filter((name) => name.endsWith('-config.js')).length > 1;
}

/** Apache on loopback, behind nginx, whose ports it leaves alone. */
function planLoopback(to: Draft, taken: readonly Socket[], site: string): void {
  to.file(LOOPBACK_SITE, site, 'Apache on loopback');
  to.link('/etc/apache2/sites-enabled/jitsi-jmb.conf', '../sites-available/jitsi-jmb.conf', 'Apache on loopback');
  const first = '/etc/apache2/sites-enabled/000-default.conf';
  const others = enabledHosts(to.tree).filter(({ file }) => !DEFAULTS.includes(file));
  const ports = portsToLeave(
    taken,
    others.flatMap(({ sockets }) => sockets),
  );
  if (exists(to.tree, '/etc/apache2/ports.conf'))
    to.edit('/etc/apache2/ports.conf', 'ports', 'leaves its ports to nginx', (text) => editPorts(text, ports));
  if (ports.has(80)) to.away(first, 'leaves 80 to nginx');
}

/** The links that a2enmod would make. What comes with a package can only be announced before it has come. */
function planModules(to: Draft, { auth, fastcgi, ahead }: Wishes): void {
  const plain = exists(to.tree, '/etc/apache2/mods-enabled/mpm_prefork.load') ? 'cgi' : 'cgid';
  const missing: string[] = [];
  const ours = ['headers', 'remoteip', 'allowmethods', 'reqtimeout', 'rewrite', fastcgi ? 'fcgid' : plain];
  for (const name of [...ours, ...AUTHS[auth].modules]) {
    for (const ending of ['load', 'conf']) {
      const file = `${name}.${ending}`;
      if (exists(to.tree, `/etc/apache2/mods-available/${file}`))
        to.link(`/etc/apache2/mods-enabled/${file}`, `../mods-available/${file}`, 'Apache module');
      else if (ending === 'load') missing.push(name);
    }
  }
  if (missing.length === 0) return;
  if (!ahead) {
    to.note(`Apache lacks ${missing.join(', ')} here: a2enmod ${missing.join(' ')} once it has come`);
    return;
  }
  const files = missing.map((name) => `/etc/apache2/mods-enabled/${name}.load`);
  if (!exists(to.tree, '/etc/apache2/ports.conf'))
    files.push('/etc/apache2/ports.conf', '/etc/apache2/sites-enabled/000-default.conf');
  to.note(`with the packages these come, and change: ${files.join(', ')}`);
}
