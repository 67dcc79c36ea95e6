/** The table of settings as the README shows it. */
import { type SettingName, settingsTable } from '../settings-table.ts';
import { fallbackText, type Row } from './rows.ts';

/** A table in Markdown: name, default with its unit, and what it is for, in English and in French. */
export function settingsMarkdown(): string {
  const names = Object.keys(settingsTable) as SettingName[];
  const rows = names.map((name) => rowOf(name, settingsTable[name]));
  return ['| setting | default | what for | à quoi il sert |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function rowOf(name: string, { fallback, unit, explanation }: Row<unknown>): string {
  const value = fallbackText(fallback);
  const shown = value === '' ? '' : `\`${value}\`${unit === '' ? '' : ` ${unit}`}`;
  return `| \`${name}\` | ${shown} | ${explanation.en} | ${explanation.fr} |`;
}
