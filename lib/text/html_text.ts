/** The words of an HTML document: what somebody wrote, without what is drawn around it. In one pass, whatever the document is. Pure. */
import { decodeEntities } from './plain_text.ts';

/** Elements whose content nobody reads. */
const HIDDEN = new Set(['head', 'title', 'style', 'script', 'template']);

/** Elements that begin or end a line, and those that begin or end a paragraph. */
const LINES = new Set(['br', 'div', 'tr', 'li', 'dt', 'dd', 'hr']);
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'table', 'blockquote', 'pre']);

/** A tag, a declaration or the beginning of a comment, where it stands. */
const TAG = /<(?:!--|[!?][^<>]*>|(\/?)([a-z][a-z0-9]*)[^<>]*>)/iy;

/** The text of a document, its lines and paragraphs apart. */
export function textOfHtml(html: string): string {
  const lower = html.toLowerCase();
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    text += html.slice(at, open < 0 ? undefined : open).replace(/\s+/g, ' ');
    if (open < 0) break;
    TAG.lastIndex = open;
    const [tag, slash, name = ''] = TAG.exec(html) ?? [];
    if (tag === undefined) {
      text += '<';
      at = open + 1;
      continue;
    }
    const element = name.toLowerCase();
    const isHidden = slash === '' && HIDDEN.has(element);
    const end = tag === '<!--' ? '-->' : isHidden ? `</${element}` : '';
    // What has no end hides all that follows, as in a browser.
    at = end === '' ? open + tag.length : after(lower, end, open + tag.length);
    text += LINES.has(element) ? '\n' : PARAGRAPHS.has(element) ? '\n\n' : element === 'td' ? ' ' : '';
  }
  return decodeEntities(text)
    .replace(/ ?\n ?/g, '\n')
    .replace(/ {2,}/g, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Where a mark begins, or the end; past a comment's own. */
function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) return text.length;
  return mark === '-->' ? at + mark.length : at;
}
