import { describe, expect, it } from 'vitest';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { rememberName } from '../../lib/store/people.ts';
import { processorTime } from '../support/processor_time.ts';
import { ALICE, BOB, between, OUTSIDER, site } from './site.ts';

const HOUR = 3600;
const DAY = 86_400;
const KIB = 1024;

/** The subjects on a page, in their order. */
const subjectsOf = (body: string): string[] =>
  [...body.matchAll(/class="subject"[^>]*>([^<]*)</g)].map(([, subject = '']) => subject);

describe('a search', () => {
  const jmb = site();
  jmb.meeting(2 * HOUR, { subject: 'Réunion d’équipe' });
  jmb.meeting(40 * DAY, { subject: 'Soutenance', guests: ['ines.moreau@example.org'] });
  jmb.meeting(-3 * DAY, { subject: 'Ancienne réunion', guests: ['m.curie@labo.test'] });
  jmb.meeting(3 * HOUR, { subject: 'Budget', guests: [ALICE, OUTSIDER], moderators: [] }, BOB);
  jmb.meeting(4 * HOUR, { subject: 'Comité', guests: [OUTSIDER], moderators: [ALICE] }, 'carol.petit@example.org');
  jmb.meeting(5 * HOUR, { subject: 'Réunion sans Alice', guests: [OUTSIDER] }, BOB);
  jmb.meeting(-400 * DAY, { subject: 'Réunion oubliée' });
  rememberName(jmb.store, ['m.curie@labo.test'], 'Maria Skłodowska');

  const found = async (q: string): Promise<string[]> =>
    subjectsOf((await jmb.ask(meetingList, { as: 'alice', query: `list&q=${encodeURIComponent(q)}` })).body);

  it.each([
    ['reunion', ['Réunion d’équipe', 'Ancienne réunion']],
    ['RÉUNION  EQUIPE', ['Réunion d’équipe']],
    ["d'équipe", ['Réunion d’équipe']],
    ['moreau', ['Soutenance']],
    ['labo.test', ['Ancienne réunion']],
    ['maria', ['Ancienne réunion']],
    // The organiser, of whatever meeting one is in.
    ['durand', ['Réunion d’équipe', 'Budget']],
    // The people, where one organises or moderates: a guest is not told who else is invited.
    ['ailleurs', ['Réunion d’équipe', 'Comité']],
    ['%', []],
    ["' OR 1=1 --", []],
    ['nothing of the kind', []],
  ])('%s', async (q, subjects) => {
    expect(await found(q)).toEqual(subjects);
  });

  it('shows what is to come, with what can be done, then what is over, under their months', async () => {
    const { body, status } = await jmb.ask(meetingList, { as: 'alice', query: 'list=&q=reunion' });
    expect(status).toBe(200);
    expect(between(body, '<title>', '</title>')).toContain('Recherche\u00a0: reunion');
    expect(body).toContain('2 réunions trouvées');
    expect(body).toContain('value="reunion"');
    expect(between(body, 'class="coming"', '</section>')).toMatch(
      /<h2>À venir<\/h2>\s*<h3 class="month">novembre 2026/,
    );
    expect(between(body, 'class="coming"', '</section>')).toContain('booking.cgi?edit');
    expect(between(body, 'class="past"', '</section>')).toContain('Ancienne réunion');
  });

  it('says what to try when nothing is found, and shows what was asked as text', async () => {
    const { body, text } = await jmb.ask(meetingList, { as: 'alice', query: 'list&q=%22%3E%3Cb%3Ex' });
    expect(text).toContain('essayer un seul mot');
    expect(body).not.toContain('"><b>x');
    const long = await jmb.ask(meetingList, { as: 'alice', query: `list&q=${encodeURIComponent('😀'.repeat(3000))}` });
    expect(long.status).toBe(200);
    expect(long.body.length).toBeLessThan(20 * KIB);
  });

  it('of nothing is the list', async () => {
    const { body } = await jmb.ask(meetingList, { as: 'alice', query: 'list=&q=+' });
    expect(body).toContain('id="now"');
    expect(between(body, 'role="search"', '</form>')).toContain('name="q" value="" maxlength="100"');
  });
});

describe('with 1,000 past meetings', () => {
  const jmb = site();
  const few = site();
  for (let at = 0; at < 10; at += 1) few.meeting(-(at + 1) * 8 * HOUR, { subject: `Jury ${at}` });
  jmb.store.transaction(() => {
    // Subjects at their longest, of signs that are five bytes each in a page.
    for (let at = 0; at < 1000; at += 1) jmb.meeting(-(at + 1) * 8 * HOUR, { subject: `${at} ${'&'.repeat(195)}` });
  });
  const asked = (query: string) => jmb.ask(meetingList, { as: 'alice', query });

  it('the list shows the latest ten, and where the others are', async () => {
    const { body } = await asked('list');
    const past = between(body, 'id="past"', '</section>');
    expect(past).toContain('<summary>1000 réunions passées</summary>');
    expect(subjectsOf(past).map((subject) => subject.split(' ')[0])).toEqual('0123456789'.split(''));
    expect(past).toContain('<a href="booking.cgi?list&amp;page=1">');
    expect(Buffer.byteLength(body)).toBeLessThan(60 * KIB);
    const other = await few.ask(meetingList, { as: 'alice' });
    expect(other.body).not.toContain('page=1');
    expect(other.body).toContain('<summary>10 réunions passées</summary>');
  });

  it('every page holds twenty, within 60 KiB, and leads to its neighbours', async () => {
    const seen: number[] = [];
    let query = 'list&page=1';
    for (let at = 1; query !== ''; at += 1) {
      const { body } = await asked(query);
      expect(Buffer.byteLength(body)).toBeLessThan(60 * KIB);
      expect(body).toContain(`Page ${at} sur 50`);
      seen.push(...subjectsOf(body).map((subject) => Number(subject.split(' ')[0])));
      query = /href="booking.cgi\?(list&amp;page=\d+)" rel="next"/.exec(body)?.[1]?.replace('&amp;', '&') ?? '';
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, at) => at));
  });

  it('months are headings, and one jumps to them', async () => {
    const { body } = await asked('list&page=1');
    const jump = /href="booking.cgi\?list&amp;page=(\d+)#2026-08">août 2026</.exec(body);
    const august = await asked(`list&page=${jump?.[1]}`);
    expect(august.body).toContain('<h2 class="month" id="2026-08">août 2026</h2>');
  });

  it.each(['0', '-1', '51', '99999999999', 'x', ''])('page %s is one that there is', async (at) => {
    const { body, status } = await asked(`list&page=${at}`);
    expect(status).toBe(200);
    expect(body).toMatch(/Page (1|50) sur 50/);
  });

  it('is searched within a moment', async () => {
    const begin = processorTime();
    const { body } = await asked('list&q=bob%20999');
    expect(processorTime() - begin).toBeLessThan(1000);
    expect(subjectsOf(body)).toHaveLength(1);
  });
});

it('what is to come has months as headings where it is in several', async () => {
  const jmb = site();
  jmb.meeting(DAY, { subject: 'Soon' });
  const one = await jmb.ask(meetingList, { as: 'alice' });
  expect(one.body).not.toContain('class="month"');
  jmb.meeting(20 * DAY, { subject: 'Later' });
  const { body } = await jmb.ask(meetingList, { as: 'alice' });
  const coming = between(body, 'id="coming"', '</section>');
  expect(coming).toMatch(
    /<h3 class="month">novembre 2026<\/h3>\s*<h4 class="day">demain[\s\S]*<h5 class="subject">Soon/,
  );
  expect(coming).toMatch(
    /<h3 class="month">décembre 2026<\/h3>\s*<h4 class="day">lundi 14 décembre[\s\S]*<h5 class="subject">Later/,
  );
});
