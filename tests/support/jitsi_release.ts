/**
 * Jitsi's own modules for Prosody, in the configuration that install.sh makes of its package's example. Neither is ours to
 * keep: JMB_JITSI_PLUGINS names a folder `resources/prosody-plugins` of a release.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { editProsody, type Recipe } from '../../lib/install/prosody.ts';
import { PROSODY } from '../host/samples.ts';
import { DOMAIN } from './prosody.ts';

/** What Prosody's tokens are signed with here. */
export const APP_SECRET = 'an app secret that is long enough for HS256';

/** The folders that JMB_JITSI_PLUGINS names, one or several with colons between. */
export const RELEASES: readonly string[] = (process.env['JMB_JITSI_PLUGINS'] ?? '')
  .split(':')
  .filter((folder) => folder !== '')
  .map((folder) => resolve(folder));

/** Which ways to wait for a host a release can do. */
export function recipesOf(plugins: string): readonly Recipe[] {
  const current = ['mod_muc_wait_for_host.lua', 'mod_persistent_lobby.lua'].every((name) =>
    existsSync(join(plugins, name)),
  );
  return current ? ['current', 'older'] : ['older'];
}

/** What the packages of a release leave (jitsi-meet-prosody, jitsi-meet-tokens), and install.sh makes of it. */
export function releaseConfig(plugins: string, recipe: Recipe): string {
  return editProsody(packaged(plugins), { domain: DOMAIN, recipe, hasTokenAffiliation: false });
}

function packaged(plugins: string): string {
  const example = join(plugins, '../../doc/debian/jitsi-meet-prosody/prosody.cfg.lua-jvb.example');
  const text = existsSync(example) ? readFileSync(example, 'utf8') : (PROSODY['as packaged'] ?? '');
  return text
    .replaceAll('jitmeet.example.com', DOMAIN)
    .replaceAll('focusUser', 'focus')
    .replace('authentication = "jitsi-anonymous" -- do not delete me', 'authentication = "token" -- do not delete me')
    .replace(/(?:--)?app_id *= *".*"/, 'app_id="jmb"')
    .replace(/(?:--)?app_secret *= *".*"/, `app_secret="${APP_SECRET}"`)
    .replace(/--\s*"token_verification"/, '"token_verification"')
    .replace(/^\s*ssl = \{[^}]*\}/gm, '');
}
