/** Pages of the demo as text: a template tag that escapes whatever is put into it, and the frame around every page. */

import { version } from '../../package.json';

/** HTML that is already right: what the tag below gives. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: texts are escaped, lists are put one after the other. */
type Part = Html | string | number | readonly Html[];

/** HTML from a template. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(pieces.map((piece, index) => piece + written(parts[index] ?? '')).join(''));
}

function written(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A whole page. */
export function page(language: string, title: string, body: Html): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/mail/demo.css">
</head>
<body>
${body}
<footer>Jitsi Meet Booking ${version}</footer>
</body>
</html>
`.text;
}
