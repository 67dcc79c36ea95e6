/** Pages of the demo as text: a template tag that escapes whatever is put into it, and the frame around every page. */

import { version } from '../../package.json';
import type { DemoTexts } from './texts.ts';

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

/** The frame that JMB's own pages have, with the demo's places in it. */
export function page(texts: DemoTexts, title: string, body: Html): string {
  const user = texts.who === '' ? html`` : html`${texts.who} `;
  return html`<!doctype html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/jmb/icon.svg">
<link rel="stylesheet" href="/jmb/style.css">
<link rel="stylesheet" href="/mail/demo.css">
</head>
<body>
<a class="skip" href="#content">${texts.skip}</a>
<header class="top">
<div class="inner">
<p class="site"><svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M7 5h18a4 4 0 0 1 4 4v9a4 4 0 0 1-4 4h-9l-7 6v-6H7a4 4 0 0 1-4-4V9a4 4 0 0 1 4-4z"/><path class="cut" d="M10 13.5 14.5 18 22 10"/></svg><span>Visio Example</span></p>
<nav aria-label="${texts.places}">
<ul>
<li><a href="/">${texts.first_steps}</a></li>
<li><a href="/booking.cgi">${texts.meetings}</a></li>
<li><a href="/mail/">${texts.mailbox}</a></li>
</ul>
</nav>
<p class="user">${user}<a href="/sign-in">${texts.who === '' ? texts.sign_in : texts.change}</a></p>
</div>
</header>
<main id="content" tabindex="-1">
<div class="page">
${body}
</div>
</main>
<footer>Jitsi Meet Booking ${version}</footer>
</body>
</html>
`.text;
}
