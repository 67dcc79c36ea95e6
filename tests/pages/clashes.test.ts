/** Who is taken when: while booking, and of what was saved all the same. */
import { beforeEach, describe, expect, it } from 'vitest';
import { assistantsShow } from '../../lib/pages/assistants.ts';
import { busyShow } from '../../lib/pages/form_busy.ts';
import { meetingEdit, meetingNew } from '../../lib/pages/meeting_form.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingBook, meetingChange, nowAsk } from '../../lib/pages/meeting_save.ts';
import { addAssistant } from '../../lib/store/assistants.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { ALICE, BOB, between, NOW, OUTSIDER, type Site, site, type Told } from './site.ts';

const CAROL = 'carol.petit@example.org';
const HOUR = 3600;
const DAY = 86_400;

let jmb: Site;

/** A service at which three people have signed in. */
async function signedIn(settings = ''): Promise<void> {
  jmb = site(settings);
  for (const as of ['alice', 'bob', 'carol']) await jmb.ask(assistantsShow, { as });
}

beforeEach(() => signedIn());

/** Alice's form for Thursday, 10:00 to 11:00. */
const typed = (more: Record<string, string> = {}) => ({
  conf_token: jmb.token('alice'),
  conf_date: '2026-11-26',
  conf_time: '10:00',
  conf_duration: '60',
  conf_object: 'Conseil',
  conf_guests: `${BOB} ${OUTSIDER}`,
  ...more,
});

const check = (more: Record<string, string> = {}, env: Record<string, string> = {}) =>
  jmb.ask(busyShow, { as: 'alice', query: 'busy', form: typed(more), env });
const said = ({ body }: Told) => between(body, 'id="busy"', '</section>');
const taken = (answer: Told) => [...said(answer).matchAll(/<li>([^<]*)<\/li>/g)].map(([, line = '']) => line);
const suits = (answer: Told) =>
  [...said(answer).matchAll(/name="conf_suits" value="(\d+)"/g)].map(([, value]) => Number(value) - NOW);
const count = () => jmb.store.all('SELECT 1 FROM meetings').length;

/** A meeting of carol's on that day, from so many hours after 10:00. */
const hers = (hours: number, guests: string[], duration = HOUR) =>
  jmb.meeting(2 * DAY + hours * HOUR, { subject: 'Secret', guests, duration }, CAROL);

describe('while booking', () => {
  it('says who is taken and when, never by what, and proposes three times that suit all', async () => {
    hers(0, [BOB]);
    hers(1, [BOB], HOUR / 2);
    const before = count();
    const answer = await check();
    expect(answer.status).toBe(200);
    expect(taken(answer)).toEqual(['Bob Durand n’est pas libre de 10:00 à 11:00']);
    expect(answer.text).not.toContain('Secret');
    expect(count()).toBe(before);
    // The first as the second meeting ends.
    expect(suits(answer)).toEqual([1.5, 2, 2.5].map((hours) => 2 * DAY + hours * HOUR));
    expect(answer.body).toContain('name="conf_object" value="Conseil"');
    expect(said(answer)).toMatch(/<button class="button main" form="booking">Réserver quand même</);
  });

  it('is in English, too', async () => {
    hers(0, [BOB]);
    const answer = await check({}, { HTTP_ACCEPT_LANGUAGE: 'en' });
    expect(taken(answer)).toEqual(['Bob Durand is taken 10:00 to 11:00']);
    expect(said(answer)).toContain('Next time that suits all');
    expect(said(answer)).toContain(' at 11:00</button>');
    expect(said(answer)).toContain('Book anyway');
  });

  it('fills in a time that suits, at which nobody is taken', async () => {
    hers(0, [BOB]);
    const [time = 0] = suits(await check());
    const answer = await check({ conf_suits: String(NOW + time) });
    expect(answer.body).toMatch(/name="conf_time" type="time" value="11:00"/);
    expect(said(answer)).toContain('Personne de la maison n’a d’autre réunion');
    expect(taken(answer)).toEqual([]);
  });

  it('names one’s own meetings, and those that one is in oneself', async () => {
    jmb.meeting(2 * DAY + HOUR / 2, { subject: 'Mine', guests: [OUTSIDER] });
    hers(0, [ALICE, BOB]);
    expect(taken(await check()).sort()).toEqual([
      'Bob Durand n’est pas libre de 10:00 à 11:00 (Secret)',
      'Vous n’êtes pas libre de 10:00 à 11:00 (Secret)',
      'Vous n’êtes pas libre de 10:30 à 11:30 (Mine)',
    ]);
  });

  it('goes by whoever it is booked for', async () => {
    addAssistant(jmb.store, 'carol', ALICE, NOW);
    hers(0, [OUTSIDER]);
    jmb.meeting(2 * DAY, { subject: 'Mine', guests: [OUTSIDER] });
    expect(taken(await check({ conf_for: CAROL }))).toEqual(['Carol Petit n’est pas libre de 10:00 à 11:00 (Secret)']);
  });

  it('finds people by any of their addresses, and says the day of what began on another', async () => {
    await jmb.ask(assistantsShow, { as: 'bob', addresses: `${BOB} b.durand@example.net` });
    hers(-11, ['b.durand@example.net'], 12 * HOUR);
    expect(taken(await check())).toEqual(['Bob Durand n’est pas libre de 23:00 à 11:00 le 26 novembre']);
  });

  it('looks at each date of a series, and proposes another time of the same days', async () => {
    hers(7 * 24, [BOB], 2 * HOUR);
    const series = { conf_repeat: 'weekly', conf_every: '1', conf_times: '3' };
    const answer = await check(series);
    expect(taken(answer)).toEqual(['Bob Durand n’est pas libre de 10:00 à 12:00']);
    expect(suits(answer)).toEqual([2, 2.5, 3].map((hours) => 2 * DAY + hours * HOUR));
    expect(taken(await check({ ...series, conf_skip: '2026-12-03' }))).toEqual([]);
  });

  it('leaves out the meeting that is changed', async () => {
    const { meeting } = jmb.meeting(2 * DAY, { guests: [BOB, OUTSIDER] });
    const mine = { conf_tsn: meeting.id, conf_version: '0' };
    expect(taken(await check(mine))).toEqual([]);
    expect(taken(await check())).toHaveLength(2);
    hers(0, [BOB]);
    expect(said(await check(mine))).toContain('Enregistrer quand même');
  });

  it('leaves out its whole series where that is changed', async () => {
    const series = { conf_repeat: 'daily', conf_every: '1', conf_times: '3', conf_guests: OUTSIDER };
    await jmb.ask(meetingBook, { as: 'alice', form: typed(series) });
    const [, second] = jmb.store.all<{ id: string }>(
      'SELECT CAST(meeting_id AS TEXT) AS id FROM meetings ORDER BY meeting_begin',
    );
    const moved = { conf_tsn: second?.id ?? '', conf_version: '0', conf_date: '2026-11-28', conf_guests: OUTSIDER };
    expect(taken(await check(moved))).toHaveLength(1);
    expect(taken(await check({ ...moved, conf_scope: 'following' }))).toEqual([]);
  });

  it('is silent of half a form while it is typed, and says what is wrong with it when asked to', async () => {
    const half = { conf_guests: 'Durand' };
    const live = await check({ ...half, conf_live: '1' });
    expect(live.status).toBe(200);
    expect(said(live)).not.toContain('<section');
    expect((await check(half)).status).toBe(400);
  });

  it('takes no focus while one types', async () => {
    hers(0, [BOB]);
    expect(said(await check({ conf_live: '1' }))).not.toContain('autofocus');
    expect(said(await check())).toContain('autofocus');
  });

  it('answers sixty times a minute, and no other’s meeting', async () => {
    const other = hers(0, [BOB]).meeting;
    expect((await check({ conf_tsn: other.id })).status).toBe(403);
    for (let at = 0; at < 60; at += 1) await check({ conf_guests: 'x' });
    expect((await check()).status).toBe(429);
    expect((await check({ conf_live: '1' })).status).toBe(200);
    expect(taken(await check({ conf_live: '1' }))).toEqual([]);
  });
});

describe('no clash', () => {
  it.each([
    ['what ends as it begins', -1, HOUR],
    ['what begins as it ends', 1, HOUR],
  ])('is %s', async (_, hours, duration) => {
    hers(hours, [BOB], duration);
    expect(taken(await check())).toEqual([]);
  });

  it('is what was declined or deleted, and what an outsider has', async () => {
    const { attendees } = hers(0, [BOB, OUTSIDER]);
    expect(taken(await check())).toHaveLength(1);
    recordAnswer(jmb.store, attendees.find(({ email }) => email === BOB)?.hash ?? '', 'declined', NOW);
    expect(taken(await check())).toEqual([]);
    const { meeting } = hers(0, [BOB]);
    expect(taken(await check())).toHaveLength(1);
    jmb.store.run('DELETE FROM meetings WHERE meeting_id = ?', BigInt(meeting.id));
    expect(taken(await check())).toEqual([]);
  });

  it('is told of where the administrator wants none', async () => {
    await signedIn('JMB_SHOW_BUSY="0"');
    hers(0, [BOB]);
    expect(said(await check())).toBe('');
    const { body } = await jmb.ask(meetingNew, { as: 'alice' });
    expect(body).not.toMatch(/id="busy"|\?busy/);
  });
});

describe('the form', () => {
  it('offers to look, without a script by a button that is none of its own', async () => {
    const { body } = await jmb.ask(meetingNew, { as: 'alice' });
    expect(between(body, '<form class="sheet"', '</form>').match(/<button/g)).toHaveLength(1);
    expect(body).toMatch(/<\/div>\s<p class="busy">.*formaction="booking.cgi\?busy">Vérifier les disponibilités/);
    expect((await jmb.ask(nowAsk, { as: 'alice' })).body).not.toContain('id="busy"');
    const running = jmb.meeting(-600).meeting;
    const edit = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${running.id}` });
    expect(edit.body).not.toContain('id="busy"');
  });
});

describe('saving', () => {
  const listAfter = (answer: Told, as = 'alice') =>
    jmb.ask(meetingList, { as, query: (answer.headers.get('location') ?? '').replace(/^.*\?|#.*$/g, '') });
  const notice = ({ body }: Told) => between(body, 'class="notice', '</p>').replace(/.*<span>|<\/span>/g, '');

  it('asks nobody, and says who is taken then', async () => {
    hers(0, [BOB]);
    const booked = await jmb.ask(meetingBook, { as: 'alice', form: typed() });
    expect(booked.status).toBe(303);
    const told = notice(await listAfter(booked));
    expect(told).toMatch(
      /^La réunion est réservée\..*pas libre à ce moment\u00a0: Bob Durand n’est pas libre de 10:00 à 11:00\.$/,
    );
    expect(told).not.toContain('Secret');
  });

  it('says it of a change, and of a series', async () => {
    hers(0, [BOB]);
    const { meeting } = jmb.meeting(3 * DAY, { guests: [BOB] });
    const changed = await jmb.ask(meetingChange, {
      as: 'alice',
      form: typed({ conf_tsn: meeting.id, conf_version: '0' }),
    });
    expect(notice(await listAfter(changed))).toContain('Bob Durand n’est pas libre de 10:00 à 11:00');
    hers(6 * 24, [BOB], HOUR);
    const series = { conf_date: '2026-11-25', conf_repeat: 'weekly', conf_every: '1', conf_times: '3' };
    const booked = await jmb.ask(meetingBook, { as: 'alice', form: typed(series) });
    expect(notice(await listAfter(booked))).toContain('Bob Durand n’est pas libre de 10:00 à 11:00');
  });

  it('names three, and says how many there are more', async () => {
    for (let at = 0; at < 5; at += 1) hers(0, [BOB]);
    const told = notice(await listAfter(await jmb.ask(meetingBook, { as: 'alice', form: typed() })));
    expect(told).toMatch(/(Bob Durand n’est pas libre de 10:00 à 11:00, ){3}et 2 autres\.$/);
  });

  it('says nothing where all are free, or where the administrator wants none', async () => {
    const booked = await jmb.ask(meetingBook, { as: 'alice', form: typed() });
    expect(notice(await listAfter(booked))).not.toContain('pas libre');
    await signedIn('JMB_SHOW_BUSY="0"');
    hers(0, [BOB]);
    expect(notice(await listAfter(await jmb.ask(meetingBook, { as: 'alice', form: typed() })))).not.toContain('libre');
  });
});
