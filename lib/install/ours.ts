/**
 * What is ours on a host: where it is put, and how our lines in somebody else's file are told from theirs. Nothing is imported here, so
 * that everything can import it.
 */

/** Where the program goes. */
export const PREFIX = '/opt/jitsi-jmb';
/** Where its data goes, as the original's. */
export const DATA = '/var/www/jitsi-jmb';
/** The Bash version's database. */
export const OLD_DATABASE = `${DATA}/data/jitsi-jmb.db`;
/** Where the Bash version waits for the way back. */
export const BASH_KEPT = '/opt/jitsi-jmb.bash';
/** What this program keeps of an installation, in a folder that is ours altogether. */
export const FOLDER = '/var/lib/jitsi-jmb';

const MARK = 'jmb install';
/** Behind the mark of a first line: the line before it was the file's last and had no end of line. */
const AFTER_LAST = ', after the last line';
/** Behind the mark of a first line: it was put within a line, which goes on behind our lines. */
const WITHIN = ', within a line';

/** The end of line that a text uses: that of its first line. */
export function endOfLine(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** One line as a line of ours, with the end of line. `comment` is what opens a comment in the file's language. */
export function markedLine(line: string, comment: string, eol: string): string {
  return `${line} ${comment} ${MARK}${eol}`;
}

/** The text with lines of ours at an offset: a line's begin, the text's end, or somewhere within a line. */
export function insertLines(text: string, offset: number, lines: readonly string[], comment: string): string {
  const eol = endOfLine(text);
  const [before, after] = [text.slice(0, offset), text.slice(offset)];
  const whole = before === '' || before.endsWith('\n');
  const how = whole ? '' : after === '' ? AFTER_LAST : WITHIN;
  const marked = lines.map((line, index) => markedLine(line, comment, index === 0 ? `${how}${eol}` : eol));
  return `${before}${whole ? '' : eol}${marked.join('')}${after}`;
}

/** The text without the lines of ours, and what stood in them (without mark). */
export function takeOutLines(text: string, comment: string): { text: string; lines: string[] } {
  const kept: string[] = [];
  const lines: string[] = [];
  let open = false;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const bare = line.trimEnd();
    const how = [AFTER_LAST, WITHIN, ''].find((ending) => bare.endsWith(` ${comment} ${MARK}${ending}`));
    if (how === undefined) {
      kept.push(line);
      open = false;
      continue;
    }
    lines.push(bare.slice(0, -` ${comment} ${MARK}${how}`.length));
    if (how === WITHIN) kept.push((kept.pop() ?? '').replace(/\r?\n$/, ''));
    // Somebody may have added lines behind ours since: then the line before ours must keep its end.
    if (how === AFTER_LAST) open = true;
  }
  if (open) kept.push((kept.pop() ?? '').replace(/\r?\n$/, ''));
  return { text: kept.join(''), lines };
}

/** Throws an Error unless a domain can stand in a string of Lua, JavaScript or HOCON as it is. */
export function plainDomain(domain: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(domain)) throw new Error(`this is no domain: ${domain}`);
  return domain.toLowerCase();
}
