/** Who is taken when, while booking. */
import { beforeEach, describe, expect, it } from 'vitest';
import { assistantsShow } from '../../lib/pages/assistants.ts';
import { meetingNew } from '../../lib/pages/meeting_form.ts';
import { nowAsk } from '../../lib/pages/meeting_now.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { meetingById } from '../../lib/store/meetings.ts';
import { ALICE, BOB, between, NOW, OUTSIDER, type Site, site } from './site.ts';

const CAROL = 'carol.petit@example.org';
const HOUR = 3600;
const DAY = 86_400;

let jmb: Site;

beforeEach(async () => {
  jmb = site();
  for (const as of ['alice', 'bob', 'carol']) await jmb.ask(assistantsShow, { as });
});

/** Alice's form for Thursday, 10:00 to 11:00. */
const typed = (more: Record<string, string> = {}) => ({
  conf_token: jmb.token('alice'),
  conf_busy: 'ask',
  conf_date: '2026-11-26',
  conf_time: '10:00',
  conf_duration: '60',
  conf_object: 'Conseil',
  conf_guests: `${BOB} ${OUTSIDER}`,
  ...more,
});

const book = (more: Record<string, string> = {}) =>
  jmb.ask(meetingBook, { as: 'alice', query: 'register_new', form: typed(more) });
const taken = (body: string) =>
  [...between(body, 'id="clash"', '</ul>').matchAll(/<li>([^<]*)<\/li>/g)].map(([, line = '']) => line);
const suits = (body: string) =>
  [...body.matchAll(/name="conf_suits" value="(\d+)"/g)].map(([, value]) => Number(value) - NOW);
const count = () => jmb.store.all('SELECT 1 FROM meetings').length;

/** A meeting of carol's on that day, from so many hours after 10:00. */
const hers = (hours: number, guests: string[], duration = HOUR) =>
  jmb.meeting(2 * DAY + hours * HOUR, { subject: 'Secret', guests, duration }, CAROL);

describe('booking at a time at which somebody is taken', () => {
  it('says who and when, never what, writes nothing, and proposes three times that suit all', async () => {
    hers(0, [BOB]);
    hers(1, [BOB], HOUR / 2);
    const before = count();
    const { status, body, text } = await book();
    expect(status).toBe(409);
    expect(taken(body)).toEqual(['Bob Durand n’est pas libre de 10:00 à 11:00']);
    expect(text).not.toContain('Secret');
    expect(count()).toBe(before);
    // 11:30, 12:00 and 12:30: the first as the second meeting ends.
    expect(suits(body)).toEqual([1.5, 2, 2.5].map((hours) => 2 * DAY + hours * HOUR));
    expect(body).toContain('name="conf_object" value="Conseil"');
    expect(body).toMatch(/<button[^>]* form="booking" name="conf_anyway" value="1">Réserver quand même</);
  });

  it('is in English, too', async () => {
    hers(0, [BOB]);
    const { body } = await jmb.ask(meetingBook, { as: 'alice', form: typed(), env: { HTTP_ACCEPT_LANGUAGE: 'en' } });
    expect(taken(body)).toEqual(['Bob Durand is taken 10:00 to 11:00']);
    expect(body).toContain('Book anyway');
    expect(body).toContain('Next times that suit all');
  });

  it('is done anyway by one click, or at a time that suits by one', async () => {
    hers(0, [BOB]);
    expect((await book({ conf_anyway: '1' })).status).toBe(303);
    const [time = 0] = suits((await book({ conf_object: 'Autre' })).body);
    const moved = await book({ conf_object: 'Autre', conf_suits: String(NOW + time) });
    expect(moved.status).toBe(303);
    const id = /of=(\d+)/.exec(moved.headers.get('location') ?? '')?.[1] ?? '';
    expect(meetingById(jmb.store, id)?.begin).toBe(NOW + time);
  });

  it('sent twice is one meeting, and no clash with itself', async () => {
    const first = await book();
    expect(first.status).toBe(303);
    const second = await book();
    expect(second.status).toBe(303);
    expect(count()).toBe(1);
  });

  it('names one’s own meetings, and those that one is in oneself', async () => {
    jmb.meeting(2 * DAY + HOUR / 2, { subject: 'Mine', guests: [OUTSIDER] });
    hers(0, [ALICE, BOB]);
    expect(taken((await book()).body)).toEqual([
      'Vous n’êtes pas libre de 10:00 à 11:00\u00a0: Secret',
      'Bob Durand n’est pas libre de 10:00 à 11:00\u00a0: Secret',
      'Vous n’êtes pas libre de 10:30 à 11:30\u00a0: Mine',
    ]);
  });

  it('finds people by any of their addresses, and says the day of what began on another', async () => {
    await jmb.ask(assistantsShow, { as: 'bob', addresses: `${BOB} b.durand@example.org` });
    hers(-11, ['b.durand@example.org'], 12 * HOUR);
    expect(taken((await book()).body)).toEqual([
      'Bob Durand n’est pas libre de 23:00 le 25 novembre à 11:00 le 26 novembre',
    ]);
  });
});

it('a series is asked about at all of its times', async () => {
  hers(7 * 24, [BOB]);
  const series = { conf_repeat: 'weekly', conf_every: '1', conf_times: '3' };
  const { status, body } = await book(series);
  expect(status).toBe(409);
  expect(taken(body)).toEqual(['Bob Durand n’est pas libre de 10:00 à 11:00, le 3 décembre']);
  expect(suits(body)).toEqual([]);
  expect(body).toContain('name="conf_anyway"');
  const again = await book({ ...series, conf_anyway: '1' });
  expect(again.status).toBe(303);
  expect(count()).toBe(4);
});

describe('no clash', () => {
  it('is a meeting of one’s own alone', async () => {
    jmb.meeting(2 * DAY, { guests: [CAROL] });
    expect((await book()).status).toBe(303);
  });

  it.each([
    ['what ends as it begins', -1, HOUR],
    ['what begins as it ends', 1, HOUR],
  ])('is %s', async (_, hours, duration) => {
    hers(hours, [BOB], duration);
    expect((await book()).status).toBe(303);
  });

  it('is what was declined, and what an outsider has', async () => {
    const { attendees } = hers(0, [BOB, OUTSIDER]);
    recordAnswer(jmb.store, attendees.find(({ email }) => email === BOB)?.hash ?? '', 'declined', NOW);
    expect((await book()).status).toBe(303);
  });

  it('is asked for by a form that does not ask, or where the administrator wants none', async () => {
    hers(0, [BOB]);
    expect((await book({ conf_busy: '' })).status).toBe(303);
    jmb = site('JMB_SHOW_BUSY="0"');
    for (const as of ['alice', 'bob', 'carol']) await jmb.ask(assistantsShow, { as });
    hers(0, [BOB]);
    expect((await book()).status).toBe(303);
    expect((await jmb.ask(meetingNew, { as: 'alice' })).body).not.toContain('conf_busy');
  });

  it('keeps a meeting from being held now', async () => {
    expect((await jmb.ask(meetingNew, { as: 'alice' })).body).toContain('name="conf_busy" value="ask"');
    expect((await jmb.ask(nowAsk, { as: 'alice' })).body).not.toContain('conf_busy');
  });
});

describe('changing a meeting', () => {
  const change = (id: string, more: Record<string, string> = {}) =>
    jmb.ask(meetingChange, { as: 'alice', form: typed({ conf_tsn: id, conf_version: '0', ...more }) });

  it('asks about everybody where it moves, and about newcomers where it does not', async () => {
    hers(0, [BOB]);
    const there = jmb.meeting(2 * DAY, { guests: [BOB, OUTSIDER] }).meeting;
    // It clashes as it did: another subject is nothing to be asked about.
    expect((await change(there.id)).status).toBe(303);
    const moved = jmb.meeting(3 * DAY, { guests: [BOB] }).meeting;
    const { status, body } = await change(moved.id);
    expect(status).toBe(409);
    expect(taken(body)).toContain('Bob Durand n’est pas libre de 10:00 à 11:00');
    expect(body).toContain('Enregistrer quand même');
    expect((await change(moved.id, { conf_anyway: '1' })).status).toBe(303);
    const fresh = jmb.meeting(2 * DAY, { guests: [OUTSIDER] }).meeting;
    const asked = await change(fresh.id);
    expect(asked.status).toBe(409);
    expect(taken(asked.body).every((line) => line.startsWith('Bob Durand'))).toBe(true);
  });
});
