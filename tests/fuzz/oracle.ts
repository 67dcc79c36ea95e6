/** What a message can be said to say, by a reader of its own that knows nothing of MIME: whatever stands there in any encoding. */

/** Everything that could be read out of a message: as it is, without folds, quoted-printable and base64 decoded wherever it may begin. */
function readings(raw: string): string[] {
  const printable = raw
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  const joined = raw.replace(/[^A-Za-z0-9+/]+/g, '');
  const blocks = raw.split(/\r?\n\s*\r?\n|^--.*$/m).map((block) => block.replace(/[^A-Za-z0-9+/]+/g, ''));
  const decoded = [joined, ...blocks].flatMap((block) =>
    [0, 1, 2, 3].map((from) => Buffer.from(block.slice(from), 'base64').toString('latin1')),
  );
  return [raw, printable, ...decoded].map((text) => text.replace(/\r?\n[ \t]/g, '').replace(/[\0\r]/g, ''));
}

/** Our words for theirs; who proposes another time comes perhaps. */
const ANSWERS: Readonly<Record<string, string>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
  COUNTER: 'tentative',
  MTGRESPP: 'accepted',
  MTGRESPN: 'declined',
  MTGRESPA: 'tentative',
};

/** The answers that somebody could find in a message, in our words. */
export function answersIn(raw: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of readings(raw)) {
    for (const [, word = ''] of text.matchAll(/(ACCEPTED|DECLINED|TENTATIVE|COUNTER|MTGRESP[PNA])/gi))
      found.add(ANSWERS[word.toUpperCase()] ?? '');
  }
  return found;
}
