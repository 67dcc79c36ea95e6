/** How our part is taken out of each kind of file. */
import { undoConfigJs } from './config_js.ts';
import { undoHocon } from './hocon.ts';
import { undoProsody } from './prosody.ts';

/** The kinds of files that are edited; `own` are those that are ours altogether. */
export type Undo = 'own' | 'config.js' | 'hocon' | 'prosody' | 'ports' | 'vhost';

/** The file without our part. */
export function undoFile(undo: Undo, text: string): string {
  switch (undo) {
    case 'config.js':
      return undoConfigJs(text);
    case 'hocon':
      return undoHocon(text);
    case 'prosody':
      return undoProsody(text);
    case 'ports':
      return undoPorts(text);
    case 'vhost':
      return undoVhost(text);
    case 'own':
      return '';
  }
}

const OFF = '# jmb install: ';
/** The file that Jitsi's virtual host in Apache includes. */
export const SITE_PART = '/etc/apache2/jitsi-jmb/site.conf';
const INCLUDE = `    Include ${SITE_PART}\n`;

/** Apache's ports.conf without the ports that nginx serves. */
export function editPorts(text: string): string {
  return text.replace(/^(?=[ \t]*Listen[ \t]+(?:\S+:)?(?:80|443)\b)/gm, OFF);
}

function undoPorts(text: string): string {
  return text.replaceAll(OFF, '');
}

/** Jitsi's site in Apache with ours included in each virtual host that serves https. */
export function editVhost(text: string): string {
  return undoVhost(text).replace(
    /<VirtualHost[^>]*:443>[\s\S]*?(?=^[ \t]*<\/VirtualHost>)/gim,
    (host) => host + INCLUDE,
  );
}

function undoVhost(text: string): string {
  return text.replaceAll(INCLUDE, '');
}
