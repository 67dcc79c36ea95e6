/** Answering with a word and another time, and the organiser who takes that time with one click. */
import { describe, expect, it } from 'vitest';
import type { MailParts } from '../../lib/mail/compose.ts';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { answerAsk, answerGive } from '../../lib/pages/invitation_answer.ts';
import { meetingMove } from '../../lib/pages/meeting_save.ts';
import { keepUnconfirmed, saidOf } from '../../lib/store/answers.ts';
import { insertMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { invitationByHash } from '../../lib/store/invitations.ts';
import { meetingById } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { ALICE, BOB, between, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;
const door = { SCRIPT_NAME: '/join.cgi' };
/** Thursday, 14:30 in Paris. */
const THURSDAY = { date: '2026-11-26', time: '14:30' };
const THURSDAY_AT = NOW + 2 * DAY + 16_200;

function scene(jmb: Site, begin = DAY) {
  const { meeting, attendees } = jmb.meeting(begin);
  const hash = (email: string) => attendees.find((one) => one.email === email)?.hash ?? '';
  const give = (word: string, form: Record<string, string> = {}, email = BOB, more: object = {}) =>
    jmb.ask(answerGive, { query: `${word}&id=${hash(email)}`, form, env: door, ...more });
  const look = (word = 'answer', email = BOB) => jmb.ask(answerAsk, { query: `${word}&id=${hash(email)}`, env: door });
  const answer = (email = BOB) => invitationByHash(jmb.store, hash(email))?.attendee.answer;
  const said = (email = BOB) => saidOf(jmb.store, meeting.id).get(hash(email));
  const follow = (more: object = {}) =>
    jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${meeting.id}`, ...more });
  const move = (form: Record<string, string>, more: object = {}) =>
    jmb.ask(meetingMove, {
      as: 'alice',
      form: { conf_token: jmb.token('alice'), conf_tsn: meeting.id, conf_version: '0', ...form },
      ...more,
    });
  const now = () => meetingById(jmb.store, meeting.id);
  return { meeting, give, look, answer, said, follow, move, now };
}

describe('an answer', () => {
  const jmb = site();
  const { give, look, answer, said, follow } = scene(jmb);

  it('may be "maybe", which the original’s column does not know', async () => {
    const given = await give('tentative');
    expect(given.headers.get('location')).toMatch(/^\/join\.cgi\?tentative&id=/);
    expect(answer()).toBe('tentative');
    expect(jmb.store.all('SELECT 1 FROM attendees WHERE attendee_partstat NOT IN (0, 1)')).toEqual([]);
    expect((await look()).text).toContain('Vous participerez peut-être');
    expect((await follow()).text).toMatch(/bob\.durand@example\.org Invité Peut-être/);
    // The original has the last word where it wrote it later.
    jmb.store.run('UPDATE attendees SET attendee_partstat = 2 WHERE lower(attendee_email) = ?', BOB);
    expect(answer()).toBe('declined');
    await give('accept');
    expect(answer()).toBe('accepted');
  });

  it('says a word and another time, which the next one takes the place of', async () => {
    const comment = '  En cours jusqu’à midi <b>\r\nAprès, oui.  ';
    expect((await give('decline', { comment, ...THURSDAY })).status).toBe(303);
    expect(answer()).toBe('declined');
    expect(said()).toEqual({
      comment: 'En cours jusqu’à midi <b>\nAprès, oui.',
      proposal: { begin: THURSDAY_AT, duration: 3600 },
      at: NOW,
      way: 'page',
    });
    const shown = await look();
    expect(shown.body).toContain('En cours jusqu’à midi &lt;b&gt;\nAprès, oui.');
    expect(shown.text).toContain('Vous avez proposé un autre horaire : jeudi 26 novembre 2026 à 14:30.');
    expect(shown.body).toContain('value="2026-11-26"');
    await give('accept', { from: 'list' });
    expect(said()).toEqual({ comment: '', proposal: null, at: NOW, way: 'list' });
  });

  it('is not given where its words are wrong; what was typed stays', async () => {
    const long = await give('decline', { comment: 'x'.repeat(301), date: '2026-11-26', from: 'list' });
    expect(long.status).toBe(400);
    expect(long.text).toContain('300 caractères au plus');
    expect(long.text).toContain('Indiquer une heure');
    expect(long.body).toContain('x'.repeat(301));
    expect(long.body).toContain('name="from" value="list"');
    expect(long.body).toContain('<details class="words" open>');
    expect(answer()).toBe('accepted');
    const late = await give('accept', { comment: 'x'.repeat(301) }, BOB, { later: 3 * DAY });
    expect(late.status).toBe(403);
  });

  it('goes with the person who gave it', async () => {
    await give('decline', { comment: 'Adieu' });
    jmb.store.run('DELETE FROM attendees WHERE lower(attendee_email) = ?', BOB);
    expect(jmb.store.all('SELECT 1 FROM answer_given')).toEqual([]);
  });
});

it('an answer that nobody can be held to is shown, with whom it names, and counts for nothing', async () => {
  const jmb = site();
  const { meeting, follow, answer } = scene(jmb);
  const at = { at: NOW, comment: '' };
  keepUnconfirmed(jmb.store, meeting.id, { ...at, from: 'eve@evil.test', named: BOB, answer: 'accepted' });
  keepUnconfirmed(jmb.store, meeting.id, { ...at, from: '', named: '', answer: '', comment: '<b>Absent</b>' });
  const { body, text } = await follow();
  const rows = between(body, 'aria-labelledby="unconfirmed"', '</section>').split('<li>').slice(1);
  expect(
    rows.map((row) =>
      row
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ),
  ).toEqual(['Expéditeur inconnu &lt;b&gt;Absent&lt;/b&gt;', `eve@evil.test (pour ${BOB}) · Acceptée`]);
  expect(text).toContain('ne comptent pas');
  expect(answer()).toBe('none');
  const english = await follow({ env: { HTTP_ACCEPT_LANGUAGE: 'en' } });
  expect(english.text).toContain(`eve@evil.test (for ${BOB}) · Accepted`);
  // Of another meeting of hers nothing shows.
  expect((await scene(jmb).follow()).body).not.toContain('eve@evil.test');
});

describe('another time', () => {
  it('is seen by the organiser, who takes it with one click: the meeting moves, everyone is told', async () => {
    const jmb = site();
    const { meeting, give, follow, move, now, said } = scene(jmb);
    await give('tentative', { comment: 'Plutôt jeudi', ...THURSDAY });
    const { body } = await follow();
    const row = between(body, 'class="said"', '</tr>');
    expect(row).toContain('Plutôt jeudi');
    expect(row).toContain('Propose le jeudi 26 novembre 2026 à 14:30');
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(row)?.[1] ?? '';
    expect(field('conf_tsn')).toBe(meeting.id);
    const form = Object.fromEntries(['conf_token', 'conf_version', 'conf_begin'].map((name) => [name, field(name)]));
    const done = await move(form);
    expect(done.headers.get('location')).toMatch(/^\/booking\.cgi\?list&notice=changed/);
    expect(now()).toMatchObject({ begin: THURSDAY_AT, end: THURSDAY_AT + 3600, sequence: 1, version: 1 });
    const told = outboxOf(jmb.store, meeting.id)
      .filter(({ kind }) => kind === 'edit')
      .map(({ recipient }) => recipient);
    expect(told.sort()).toEqual([ALICE, BOB, OUTSIDER].sort());
    // Taken, it is no proposal any more; the word stays.
    expect(said()).toMatchObject({ comment: 'Plutôt jeudi', proposal: null });
    expect((await follow()).body).not.toContain('booking.cgi?move');
    // Pressed twice: it no longer stands.
    expect((await move(form)).status).toBe(409);
    expect(now()?.version).toBe(1);
  });

  it('is a yes of who proposed it, once it is taken, and asked of everybody else', async () => {
    const jmb = site('JMB_MAIL_REPLY="visio+{id}@example.org"');
    const { meeting, give, answer, move, said, now } = scene(jmb);
    await give('decline', { comment: 'Plutôt jeudi', ...THURSDAY });
    await give('accept', {}, OUTSIDER);
    await move({ conf_begin: String(THURSDAY_AT) });
    expect([answer(BOB), answer(OUTSIDER)]).toEqual(['accepted', 'none']);
    expect(said()).toMatchObject({ comment: 'Plutôt jeudi', proposal: null });
    const edits = outboxOf(jmb.store, meeting.id).filter(({ kind }) => kind === 'edit');
    const mailTo = (email: string) =>
      JSON.parse(edits.find(({ recipient }) => recipient === email)?.content ?? '{}') as MailParts;
    const [his, others] = [mailTo(BOB), mailTo(OUTSIDER)];
    expect(his.text).toContain('a déplacé la réunion à l’horaire que vous aviez proposé. Votre présence est notée.');
    expect(his.text).toContain('?decline&id=');
    expect(his.text).not.toMatch(/\?accept&id=|Viendrez-vous|Vous aviez décliné/);
    expect(his.calendar?.body).toMatch(/PARTSTAT=ACCEPTED/);
    expect(his.calendar?.body).not.toMatch(/RSVP=TRUE/);
    expect(others.text).toContain('Vous aviez accepté l’ancien horaire');
    expect(others.calendar?.body).toMatch(/RSVP=TRUE/);
    // Moved once more, he is asked like everybody.
    const booking = {
      subject: 'Jury',
      begin: THURSDAY_AT + 900,
      duration: 3600,
      moderators: [],
      guests: [BOB, OUTSIDER],
    };
    updateMeeting(jmb.store, meeting.id, now()?.version ?? 0, booking, NOW);
    expect(answer(BOB)).toBe('none');
  });

  it('is nobody’s to make up, and the organiser’s alone to take', async () => {
    const jmb = site();
    const { give, move, now, meeting } = scene(jmb);
    await give('accept', THURSDAY);
    const right = { conf_begin: String(THURSDAY_AT) };
    expect((await move({ conf_begin: String(THURSDAY_AT + 60) })).status).toBe(409);
    expect((await move({ ...right, conf_token: 'x' })).status).toBe(403);
    expect((await move({ ...right, conf_token: jmb.token('bob') }, { as: 'bob' })).status).toBe(403);
    expect((await move(right, { env: { HTTP_SEC_FETCH_SITE: 'cross-site' } })).status).toBe(403);
    // Seen before somebody else changed the meeting: the form says so, and nothing moves.
    const stale = await move({ ...right, conf_version: '7' });
    expect(stale.status).toBe(409);
    expect(stale.body).toContain('value="2026-11-26"');
    expect(now()?.begin).toBe(meeting.begin);
  });

  it('cannot be taken once it is over, or the meeting has begun', async () => {
    const jmb = site();
    const { give, follow, move, now, meeting } = scene(jmb, 600);
    await give('accept', { date: '2026-11-24', time: '10:05' });
    const right = { conf_begin: String(NOW + 300) };
    expect((await follow()).body).toContain('booking.cgi?move');
    expect((await follow({ later: 400 })).body).not.toContain('booking.cgi?move');
    expect((await move(right, { later: 400 })).status).toBe(400);
    expect((await move(right, { later: 700 })).status).toBe(403);
    expect(now()?.begin).toBe(meeting.begin);
  });

  it('shows one meeting’s words to nobody else', async () => {
    const jmb = site();
    const { give } = scene(jmb);
    await give('decline', { comment: 'Pour Alice seule' });
    const clock = { now: () => NOW, nanoseconds: () => 1_795_510_800_000_000_999n };
    const booking = { subject: 'Autre', begin: NOW + DAY, duration: 3600, moderators: [], guests: [BOB] };
    const other = insertMeeting(jmb.store, clock, ALICE, booking);
    const seen = await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${other.meeting.id}` });
    expect(seen.body).not.toContain('Pour Alice seule');
  });
});
