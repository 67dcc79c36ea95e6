/** How our part is taken out of each kind of file. */
import { undoVhost } from './apache_site.ts';
import { undoConfigJs } from './config_js.ts';
import { undoHocon } from './hocon.ts';
import { undoNginx } from './nginx_site.ts';
import { undoPorts } from './ports.ts';
import { undoProsody } from './prosody.ts';

/** The kinds of files that are edited; `own` are those that are ours altogether. */
export type Undo = 'own' | 'config.js' | 'hocon' | 'prosody' | 'ports' | 'vhost' | 'nginx';

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
    case 'nginx':
      return undoNginx(text);
    case 'own':
      return '';
  }
}
