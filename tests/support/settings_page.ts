/** SETTINGS.md and SETTINGS.fr.md: the table of settings as people read it. */

import { fallbackText, type Row } from '../../lib/settings/kinds.ts';
import { type SettingName, settingsTable } from '../../lib/settings/table.ts';
import { type Language, texts } from '../../lib/text/catalogue.ts';

const WORDS = {
  en: {
    title: 'Settings',
    intro: `Lines \`KEY="value"\` in the folder \`etc/\` beside the program: \`jmb_jwt.cf\`, which \`install.sh\` writes, then
\`jmb_local.cf\`, which is yours; the later one wins. \`\${OTHER_KEY}\` and \`\${KEY#*.}\` are filled in. Nothing is run: a line that
would need a shell is an error that names its file and line. \`jmb check\` finds misspelt names and values.`,
    head: '| setting | default | meaning |',
  },
  fr: {
    title: 'Paramètres',
    intro: `Des lignes \`CLÉ="valeur"\` dans le dossier \`etc/\` à côté du programme\u00a0: \`jmb_jwt.cf\`, écrit par \`install.sh\`, puis
\`jmb_local.cf\`, le vôtre\u00a0; le second l’emporte. \`\${AUTRE_CLÉ}\` et \`\${CLÉ#*.}\` sont remplacés. Rien n’est exécuté\u00a0: une ligne qui
aurait besoin d’un shell est une erreur, qui nomme le fichier et la ligne. \`jmb check\` trouve les fautes de frappe.`,
    head: '| paramètre | défaut | rôle |',
  },
} as const;

/** The file that a language's page stands in. */
export const SETTINGS_PAGES: Readonly<Record<Language, string>> = { en: 'SETTINGS.md', fr: 'SETTINGS.fr.md' };

/** The whole page in Markdown: each setting's name, its default with the unit, and what it is for. */
export function settingsPage(language: Language): string {
  const { title, intro, head } = WORDS[language];
  const say = texts(language);
  const rows = (Object.keys(settingsTable) as SettingName[]).map((name) =>
    rowOf(name, settingsTable[name], say(`setting.${name}`)),
  );
  return [`# ${title}`, '', intro, '', head, '| --- | --- | --- |', ...rows, ''].join('\n');
}

function rowOf(name: string, { fallback, unit }: Row<unknown>, meaning: string): string {
  const value = fallbackText(fallback);
  const shown = value === '' ? '' : `\`${value}\`${unit === '' ? '' : ` ${unit}`}`;
  return `| \`${name}\` | ${shown} | ${meaning} |`;
}
