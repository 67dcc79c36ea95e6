/** What a reader has to go by: who writes, when it is and where, and what to press first. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useZone } from '../../lib/text/zones.ts';
import { BEGIN, meeting, owner } from '../calendar/samples.ts';
import { compose, eventOf } from './samples.ts';

beforeAll(() => useZone('Europe/Paris'));
afterAll(() => useZone('Europe/Paris'));

/** The row of times in the guest's mail. */
function timeRow(begin: number, minutes: number, changes: Parameters<typeof compose>[1] = {}): string | undefined {
  const at = { ...meeting, begin, duration: minutes * 60, end: begin + minutes * 60 };
  const { text } = compose(eventOf('new', { meeting: at }), changes)[2].parts;
  return /^(?:Heure\u00a0|Time): (.*)$/m.exec(text)?.[1];
}

it.each([
  ['Europe/Paris', BEGIN, 90, '14:00 – 15:30 (Europe/Paris, UTC+01:00)'],
  ['Europe/Paris', Date.UTC(2026, 6, 1, 12) / 1000, 30, '14:00 – 14:30 (Europe/Paris, UTC+02:00)'],
  ['Asia/Kathmandu', BEGIN, 60, '18:45 – 19:45 (Asia/Kathmandu, UTC+05:45)'],
  ['America/New_York', BEGIN, 60, '08:00 – 09:00 (America/New York, UTC\u221205:00)'],
  ['UTC', BEGIN, 60, '13:00 – 14:00 (UTC)'],
  // Ends the next day, at midnight as well; then where clocks are set back meanwhile.
  ['Europe/Paris', BEGIN + 9 * 3600, 90, '23:00 – vendredi 4 décembre 2026 à 00:30 (Europe/Paris, UTC+01:00)'],
  ['Europe/Paris', BEGIN + 9 * 3600, 60, '23:00 – vendredi 4 décembre 2026 à 00:00 (Europe/Paris, UTC+01:00)'],
  ['Europe/Paris', Date.UTC(2026, 9, 25, 0) / 1000, 120, '02:00 (UTC+02:00) – 03:00 (UTC+01:00), Europe/Paris'],
])('in %s, %i for %i minutes: %s', (zone, begin, minutes, row) => {
  useZone(zone);
  try {
    expect(timeRow(begin, minutes, { JMB_ICAL_TZID: zone })).toBe(row);
  } finally {
    useZone('Europe/Paris');
  }
});

it('the end of the next day is written out in English too', () => {
  const row = timeRow(BEGIN + 9 * 3600, 90, { JMB_LANG: 'en' });
  expect(row).toBe('23:00 – Friday 4 December 2026 at 00:30 (Europe/Paris, UTC+01:00)');
});

it('a reminder names the zone of its time in the first sentence', () => {
  const { text, html } = compose(eventOf('reminder'))[2].parts;
  for (const body of [text, html])
    expect(body).toContain('le jeudi 3 décembre 2026 à 14:00 (Europe/Paris, UTC+01:00).');
});

it('the answers come before the room', () => {
  for (const at of [1, 2] as const) {
    const { text, html } = compose(eventOf('new'))[at].parts;
    for (const body of [text, html.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=')]) {
      const [accept, decline, room] = ['?accept&id=', '?decline&id=', 'join.cgi?id='].map((link) => body.indexOf(link));
      expect(accept).toBeGreaterThan(0);
      expect(decline).toBeGreaterThan(accept ?? 0);
      expect(room).toBeGreaterThan(decline ?? 0);
    }
  }
});

it('From names the owner and the service; of a nameless owner the service alone', () => {
  const from = (name: string | undefined, service = 'Visio') =>
    compose(eventOf('new', { owner: { email: owner.email, name } }), { JMB_NAME: service })[2].parts.from;
  expect(from('Alice Martin')).toEqual({ name: 'Alice Martin (Visio)', address: 'noreply@example.org' });
  expect(from(undefined).name).toBe('Visio');
  expect(from('').name).toBe('Visio');
  expect(from('Alice Martin', '').name).toBe('Alice Martin');
});

it.each([
  ['fr', 'Répondez ici\u00a0: Visio ne voit pas les réponses'],
  ['en', 'Please answer here: Visio doesn’t see answers'],
] as const)('in %s: where nobody reads answers by mail, the links are said to be the way', (JMB_LANG, sentence) => {
  const bodies = (kind: 'new' | 'edit' | 'del' | 'reminder', JMB_MAIL_REPLY: string) =>
    compose(eventOf(kind), { JMB_LANG, JMB_NAME: 'Visio', JMB_MAIL_REPLY }).map(({ parts }) => [
      parts.text,
      parts.html,
    ]);
  const has = (body: string) => body.includes(sentence);
  for (const kind of ['new', 'edit', 'reminder'] as const) {
    const [toOwner = [], ...toOthers] = bodies(kind, '');
    expect(toOwner.some(has)).toBe(false);
    expect(toOthers.flat().every(has)).toBe(true);
  }
  expect(bodies('del', '').flat().some(has)).toBe(false);
  expect(bodies('new', 'visio+{id}@example.org').flat().some(has)).toBe(false);
});
