/** Which web server people reach, nginx or Apache: the one whose files answer for Jitsi's domain. */
import { apacheFront } from './apache_site.ts';
import type { Front } from './front.ts';
import { nginxFront } from './nginx_site.ts';
import { HostError, type Tree } from './tree.ts';

/**
 * Finds it, with the site that our lines go into.
 * @param asked what the administrator says: `nginx` or `apache`; undefined: look at both
 * @throws HostError with a sentence where neither has a site for the domain, or its files cannot be read
 */
export function frontOf(tree: Tree, domain: string, asked: string | undefined): Front {
  if (asked !== undefined && asked !== 'nginx' && asked !== 'apache')
    throw new HostError(`--front takes nginx or apache, not "${asked}"`);
  const nginx = asked === 'apache' ? undefined : trial(() => nginxFront(tree, domain));
  const apache = asked === 'nginx' ? undefined : trial(() => apacheFront(tree, domain));
  const found = [nginx, apache].flatMap((one) => one?.found ?? []);
  const best = found.find(({ sure }) => sure) ?? found[0];
  if (best !== undefined) return best.front;
  const unreadable = nginx?.error ?? apache?.error;
  if (unreadable !== undefined) throw unreadable;
  if (asked === 'nginx')
    throw new HostError(
      `nginx has no site for ${domain}: no server block in what /etc/nginx/nginx.conf includes names it (server_name ${domain};). Write or enable it, and start again.`,
    );
  if (asked === 'apache')
    throw new HostError(
      `Apache has no site for ${domain}: no virtual host in what /etc/apache2/apache2.conf includes names it (ServerName ${domain}; a macro's are not read). Write or enable it, and start again.`,
    );
  throw new HostError(
    `Neither nginx nor Apache has a site for ${domain} (server_name or ServerName ${domain}): enable it; where both could be meant, say which with --front nginx or --front apache.`,
  );
}

type Found = { readonly front: Front; readonly sure: boolean };

/** What one of the two says; files that cannot be read matter only where the other has no site. */
function trial(look: () => Found | undefined): { readonly found?: Found; readonly error?: HostError } {
  try {
    const found = look();
    return found === undefined ? {} : { found };
  } catch (error) {
    if (error instanceof HostError) return { error };
    throw error;
  }
}
