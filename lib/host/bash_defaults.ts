/** What the Bash version does where its administrator's file is silent: its own defaults, as far as they differ from ours. */

import { plainSource } from '../settings/files.ts';
import { Reading } from '../settings/reading.ts';
import { type Assignment, readAssignments } from '../settings/shell.ts';
import { type SettingName, settingsTable } from '../settings/table.ts';

/** As it is shipped, for a host that has lost the file with them. Who may book and open rooms comes first. */
const SHIPPED: Readonly<Partial<Record<SettingName, string>>> = {
  JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap.sh',
  JMB_MODULE_CHECK_EDITOR_LDAP_FILTER:
    '|(eduPersonAffiliation=student)(eduPersonAffiliation=employee)(eduPersonAffiliation=faculty)(eduPersonAffiliation=affiliate)',
  JMB_MODULE_CHECK_MODERATOR: 'ldap-filter.sh private-room.sh booking.sh',
  JMB_NAME: 'Jitsi Meet',
  JMB_ICAL_NAME: 'Visio Jitsi Meet',
  JMB_ICAL_DESC: 'Visio Jitsi Meet',
  JMB_REDIRECT_CLOSE: 'https://jitsi.org/',
};

/** Of the installation and not of the service, said by Jitsi's files or the installer, or the same under another name. */
const NOT_TAKEN: readonly SettingName[] = [
  ...(['JMB_PATH', 'JMB_DATA', 'JMB_DB', 'JMB_CGI_TMP', 'JMB_MODULES', 'JMB_LOG', 'JMB_DAEMONS'] as const),
  ...(['JMB_SERVER_NAME', 'JMB_JWT_ISS', 'JMB_JWT_SECRET', 'JMB_MODULE_GET_AUTH_IDENTITY'] as const),
  ...(['JMB_DEFAULT_URL_REDIRECT', 'JMB_SLEEP_REDIRECT'] as const),
];

/** The base of a directory that nobody has: what stands in the shipped file. */
const PLACEHOLDER = /dc=mydomain\b/;

/**
 * The defaults that an upgrade must write down, lest a setting that nobody has made changes its meaning.
 * @param source the Bash version's own `jmb.cf`, of which lines that need a shell are passed over; undefined where it is missing
 * @param domain Jitsi's domain, which that file asks the host for
 */
export function bashDefaults(source: string | undefined, domain: string): ReadonlyMap<SettingName, string> {
  const theirs = new Map<string, string>(Object.entries(SHIPPED));
  for (const [name, { value }] of assignmentsIn(source ?? '', domain)) theirs.set(name, value);
  const ours = ourDefaults(domain);
  const wanted = new Map<SettingName, string>();
  for (const [name, value] of theirs) {
    if (!isSetting(name) || NOT_TAKEN.includes(name)) continue;
    if (name === 'JMB_LDAPSEARCH' && PLACEHOLDER.test(value)) continue;
    if (/[\n\r]/.test(value) || means(name, value) === undefined) continue;
    if (means(name, value) !== JSON.stringify(ours[name])) wanted.set(name, value);
  }
  return wanted;
}

function assignmentsIn(source: string, domain: string): ReadonlyMap<string, Assignment> {
  const found = new Map<string, Assignment>();
  readAssignments('jmb.cf', plainSource(source), {
    value: (name) => (name === 'JMB_SERVER_NAME' ? domain : found.get(name)?.value),
    set: (name, assignment) => void found.set(name, assignment),
    mistake: () => undefined,
  });
  return found;
}

/** What a value comes to; undefined for one that our reader would refuse. */
function means(name: SettingName, value: string): string | undefined {
  try {
    return JSON.stringify(settingsTable[name].read(value));
  } catch {
    return undefined;
  }
}

function ourDefaults(domain: string): Readonly<Record<SettingName, unknown>> {
  const reading = new Reading('', true);
  reading.readText('', `JMB_SERVER_NAME='${domain}'\n`);
  return reading.values();
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settingsTable, name);
}
