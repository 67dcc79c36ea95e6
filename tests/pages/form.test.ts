import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { meetingEdit, meetingNew } from '../../lib/pages/meeting_form.ts';
import { meetingRemove } from '../../lib/pages/meeting_part.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import type { Directory } from '../../lib/people/directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { startSmtp } from '../support/smtp.ts';
import { ALICE, BOB, between, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;

const typed = {
  conf_date: '2026-11-26',
  conf_time: '14:30',
  conf_duration: '90',
  conf_object: 'Soutenance d’Élodie "finale" & <vite>',
  conf_guests: `${BOB}, ${OUTSIDER}`,
  conf_moderators: 'mod@outside.org',
};

const meetings = (jmb: Site) =>
  jmb.store.all<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings').map(({ id }) => id);
const reminders = (jmb: Site) =>
  jmb.store.all<{ at: number }>('SELECT mail_reminder_date AS at FROM mail_reminder ORDER BY 1').map(({ at }) => at);
const address =
  (jmb: Site) =>
  (form: Record<string, string>, as = 'alice', env = {}) =>
    jmb.ask(meetingBook, { as, form: { conf_token: jmb.token(as), ...typed, ...form }, env });

describe('the empty form', () => {
  it('offers the next quarter of an hour, and works by itself', async () => {
    const jmb = site();
    const { status, body, headers } = await jmb.ask(meetingNew, { as: 'alice', later: 61 });
    expect(status).toBe(200);
    expect(body).toMatch(/name="conf_date" type="date" value="2026-11-24"/);
    expect(body).toMatch(/name="conf_time" type="time" value="10:15"/);
    expect(body).toContain('<option value="90" selected>');
    expect(body).toMatch(/name="conf_object" value="Réunion du 24 novembre"/);
    expect(body).toContain(`name="conf_token" value="${jmb.token('alice')}"`);
    expect(headers.get('content-security-policy')).toMatch(/; connect-src 'self'; script-src 'self'$/);
    expect(body).not.toMatch(/ style=| on\w+=/);
  });

  it('offers what can be saved: a duration within the bounds, the second 02:00 hour of October', async () => {
    const short = site('JMB_MAX_MEETING_DURATION="60"');
    const { body } = await short.ask(meetingNew, { as: 'alice' });
    expect(body).toContain('<option value="60" selected>');
    expect(body).not.toContain('value="90"');
    expect((await address(short)({ conf_duration: '60' })).status).toBe(303);

    // 2026-10-25: clocks go from 03:00 back to 02:00 at 01:00 UTC; it is 02:20 for the second time.
    const jmb = site('JMB_ROOM_OPENS=""');
    const later = Date.parse('2026-10-25T01:20:00Z') / 1000 - NOW;
    const form = await jmb.ask(meetingNew, { as: 'alice', later });
    const [, date = '', time = ''] =
      /name="conf_date" type="date" value="([^"]+)"[\s\S]*name="conf_time" type="time" value="([^"]+)"/.exec(
        form.body,
      ) ?? [];
    expect([date, time]).toEqual(['2026-10-25', '02:30']);
    const saved = await jmb.ask(meetingBook, {
      as: 'alice',
      form: { conf_token: jmb.token('alice', later), ...typed, conf_date: date, conf_time: time },
      later,
    });
    expect(saved.status).toBe(303);
    expect(jmb.store.get('SELECT meeting_begin AS begin FROM meetings')).toEqual({
      begin: Date.parse('2026-10-25T01:30:00Z') / 1000,
    });
  });

  it('is for editors', async () => {
    const directory: Directory = {
      personOf: async () => null,
      peopleOf: async () => new Map(),
      find: async () => [],
      matches: async () => false,
    };
    const jmb = site('JMB_MODULE_CHECK_EDITOR="editor_role-ldap"', directory);
    expect((await jmb.ask(meetingNew, { as: 'alice' })).status).toBe(403);
    expect((await address(jmb)({})).status).toBe(403);
    expect(meetings(jmb)).toEqual([]);
  });
});

describe('booking', () => {
  it('names the day that was chosen where the subject was left as the form had it, also when the meeting moves', async () => {
    const jmb = site();
    await address(jmb)({ conf_object: 'Réunion du 24 novembre' });
    const [id = ''] = meetings(jmb);
    expect(meetingById(jmb.store, id)?.subject).toBe('Réunion du 26 novembre');
    const moved = { conf_tsn: id, conf_version: '0', conf_date: '2026-12-01' };
    const form = { conf_token: jmb.token('alice'), ...typed, ...moved, conf_object: 'Réunion du 26 novembre' };
    await jmb.ask(meetingChange, { as: 'alice', form });
    expect(meetingById(jmb.store, id)?.subject).toBe('Réunion du 1er décembre');
  });

  it('saves meeting, reminders and mails at once, and goes to the list', async () => {
    const jmb = site('JMB_MAIL_REMINDER="1440 30"');
    const { status, headers } = await address(jmb)({});
    expect(status).toBe(303);
    const [id = ''] = meetings(jmb);
    expect(headers.get('location')).toBe(`/booking.cgi?list&notice=booked_waiting&of=${id}#m${id}`);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    const begin = Date.parse('2026-11-26T14:30:00+01:00') / 1000;
    expect(meetingById(jmb.store, id)).toMatchObject({ subject: typed.conf_object, begin, duration: 5400 });
    expect(attendeesOf(jmb.store, id).map(({ email, role }) => `${role} ${email}`)).toEqual([
      `owner ${ALICE}`,
      'moderator mod@outside.org',
      `guest ${BOB}`,
      `guest ${OUTSIDER}`,
    ]);
    expect(outboxOf(jmb.store, id).map(({ kind, recipient }) => `${kind} ${recipient}`)).toHaveLength(4);
    expect(reminders(jmb)).toEqual([begin - DAY, begin - 1800]);
    expect(jmb.log.join('\n')).toMatch(/booked .*"uid":"alice"/);
  });

  it('books once when the button is pressed twice', async () => {
    const jmb = site();
    const book = address(jmb);
    const [first, second] = [await book({}), await book({})];
    expect([first.status, second.status]).toEqual([303, 303]);
    expect(meetings(jmb)).toHaveLength(1);
    await book({ conf_time: '16:30' });
    expect(meetings(jmb)).toHaveLength(2);
  });

  it('says that many mails to a slow server are on their way, and not that it does not answer', async () => {
    const smtp = await startSmtp();
    smtp.delay = 250;
    const jmb = site(`JMB_SMTP_URL="${smtp.url}"`);
    const guests = Array.from({ length: 40 }, (_, number) => `guest${number}@example.net`).join(' ');
    const { headers } = await address(jmb)({ conf_guests: guests });
    expect(headers.get('location')).toContain('notice=booked_going');
    const [id = ''] = meetings(jmb);
    const waiting = outboxOf(jmb.store, id).filter(({ state }) => state === 'waiting');
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.every(({ tries }) => tries === 0)).toBe(true);
    await smtp.stop();
  });

  it('says that emails wait where the settings lead to no server', async () => {
    const jmb = site('JMB_SMTP_URL=""');
    expect((await address(jmb)({})).headers.get('location')).toContain('notice=booked_waiting');
    expect(jmb.log.join('\n')).toMatch(/mail-failed .*JMB_SMTP_URL: expected smtp:/);
  });

  it('keeps all that was typed when something is wrong, and says it at each field', async () => {
    const jmb = site();
    const wrong = {
      conf_date: '2026-02-30',
      conf_time: 'noon',
      conf_duration: '7',
      conf_guests: 'bob\n"><script>',
      conf_moderators: 'a@b.fr c@d.fr e@f.fr',
    };
    const { status, body } = await address(jmb)(wrong);
    expect(status).toBe(400);
    expect(body).toContain('<title>Erreur');
    const summary = between(body, 'role="alert"', '</section>');
    for (const name of Object.keys(wrong)) {
      expect(summary).toContain(`href="#${name}"`);
      expect(between(body, `id="${name}" `, '>')).toContain('aria-invalid="true"');
      expect(between(body, `id="${name}" `, '>')).toContain(`${name}-error`);
      expect(body).toContain(`<p class="error" id="${name}-error">`);
    }
    expect(body).toContain('value="noon"');
    expect(body).toContain('<option value="7" selected>');
    expect(body).toContain('bob\n&quot;&gt;&lt;script&gt;</textarea>');
    expect(body).toContain('Soutenance d’Élodie &quot;finale&quot; &amp; &lt;vite&gt;');
    expect(meetings(jmb)).toEqual([]);
  });

  it('books nothing in the past', async () => {
    const jmb = site();
    const { status, text } = await address(jmb)({ conf_date: '2026-11-23' });
    expect(status).toBe(400);
    expect(text).toContain('Ce moment est passé');
  });

  it('takes no form that it has not given to this user', async () => {
    const jmb = site();
    const book = address(jmb);
    expect((await book({ conf_token: '' })).status).toBe(403);
    expect((await book({ conf_token: jmb.token('bob') })).status).toBe(403);
    expect((await book({}, 'alice', { HTTP_SEC_FETCH_SITE: 'cross-site' })).status).toBe(403);
    expect(meetings(jmb)).toEqual([]);
    expect((await book({}, 'alice', { HTTP_SEC_FETCH_SITE: 'same-origin' })).status).toBe(303);
  });

  it('replaces lists by members and aliases by main addresses', async () => {
    const person = { uid: 'bob', email: BOB, name: null, aliases: ['bobby@example.org'] };
    const directory: Directory = {
      personOf: async () => null,
      peopleOf: async (asked) =>
        new Map(asked.filter((one) => one === 'bobby@example.org').map((one) => [one, person])),
      find: async () => [],
      matches: async () => true,
    };
    const jmb = site('JMB_FIX_MAIL_ALIASES="1"\nJMB_LISTS_SUBSCRIBERS="ROOT/lists.txt"', directory);
    writeFileSync(
      join(dirname(jmb.store.file), 'lists.txt'),
      `equipe@example.org bobby@example.org\nequipe@example.org ${OUTSIDER}\nequipe@example.org ${ALICE}\n`,
    );
    expect((await address(jmb)({ conf_guests: 'equipe@example.org' })).status).toBe(303);
    const [id = ''] = meetings(jmb);
    const guests = attendeesOf(jmb.store, id).filter(({ role }) => role === 'guest');
    expect(guests.map(({ email }) => email)).toEqual([BOB, OUTSIDER]);
  });
});

it('a file of lists that is missing keeps nobody from booking, and the log names it', async () => {
  const jmb = site('JMB_LISTS_SUBSCRIBERS="ROOT/gone.txt"');
  expect((await address(jmb)({ conf_guests: `equipe@example.org ${OUTSIDER}` })).status).toBe(303);
  const [id = ''] = meetings(jmb);
  expect(attendeesOf(jmb.store, id).map(({ email }) => email)).toContain('equipe@example.org');
  expect(jmb.log.filter((line) => line.startsWith('lists-unreadable') && line.includes('gone.txt'))).toHaveLength(1);
});

it('a silent directory costs neither what was typed nor an alias’ owner the invitation', async () => {
  const silent = () => Promise.reject(new Unavailable('directory', 'no answer'));
  const jmb = site('JMB_FIX_MAIL_ALIASES="1"', { personOf: silent, peopleOf: silent, find: silent, matches: silent });
  const { status, body } = await address(jmb)({});
  expect(status).toBe(503);
  expect(body).toContain('L’annuaire ne répond pas');
  expect(body).toContain(OUTSIDER);
  expect(meetings(jmb)).toEqual([]);
});

describe('changing', () => {
  const change = (jmb: Site, form: Record<string, string>, as = 'alice', later = 0) =>
    jmb.ask(meetingChange, { as, form: { conf_token: jmb.token(as), ...typed, ...form }, later });

  it('shows the form as it was saved', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY, { moderators: ['mod@outside.org'] });
    const { body } = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${meeting.id}` });
    expect(body).toContain(`name="conf_tsn" value="${meeting.id}"`);
    expect(body).toContain('name="conf_version" value="0"');
    expect(body).toContain(`>\n${BOB}\n${OUTSIDER}</textarea>`);
    expect(body).toContain('value="2026-11-25"');
  });

  it('tells everyone of another time, and plans the reminders anew', async () => {
    const jmb = site('JMB_MAIL_REMINDER="30"');
    const { meeting, attendees } = jmb.meeting(DAY);
    const { status, headers } = await change(jmb, { conf_tsn: meeting.id, conf_version: '0', conf_guests: BOB });
    expect(status).toBe(303);
    expect(headers.get('location')).toContain('notice=changed_waiting');
    const mails = outboxOf(jmb.store, meeting.id).map(({ kind, recipient }) => `${kind} ${recipient}`);
    expect(mails.sort()).toEqual([`del ${OUTSIDER}`, `edit ${ALICE}`, `edit ${BOB}`, 'new mod@outside.org'].sort());
    expect(reminders(jmb)).toEqual([(meetingById(jmb.store, meeting.id)?.begin ?? 0) - 1800]);
    const kept = attendeesOf(jmb.store, meeting.id).find(({ email }) => email === BOB);
    expect(kept?.hash).toBe(attendees.find(({ email }) => email === BOB)?.hash);
  });

  it('keeps a guest whose address has become known as an alias, when somebody else is added', async () => {
    const person = { uid: 'bob', email: BOB, name: null, aliases: ['bobby@example.org'] };
    const directory: Directory = {
      personOf: async () => null,
      peopleOf: async (asked) =>
        new Map(asked.filter((one) => [BOB, 'bobby@example.org'].includes(one)).map((one) => [one, person])),
      find: async () => [],
      matches: async () => true,
    };
    const jmb = site('JMB_FIX_MAIL_ALIASES="1"', directory);
    const { meeting, attendees } = jmb.meeting(DAY, { guests: ['bobby@example.org'] });
    const before = attendees.find(({ role }) => role === 'guest');
    recordAnswer(jmb.store, before?.hash ?? '', 'accepted', NOW);
    const same = { conf_date: '2026-11-25', conf_time: '10:00', conf_duration: '60', conf_object: 'Jury' };
    for (const [version, typedAddress] of ['bobby@example.org', BOB].entries()) {
      const guests = `${typedAddress}, ${OUTSIDER}${version === 1 ? ', third@example.net' : ''}`;
      const form = {
        ...same,
        conf_tsn: meeting.id,
        conf_version: String(version),
        conf_moderators: '',
        conf_guests: guests,
      };
      expect((await change(jmb, form)).status).toBe(303);
      const kept = attendeesOf(jmb.store, meeting.id).find(({ hash }) => hash === before?.hash);
      expect(kept).toMatchObject({ email: 'bobby@example.org', answer: 'accepted' });
    }
    const told = outboxOf(jmb.store, meeting.id).map(({ kind, recipient }) => `${kind} ${recipient}`);
    expect(told.filter((one) => one.includes('bob'))).toEqual([]);
  });

  it('tells who was never told once, as it is now, while no mail goes out', async () => {
    const jmb = site();
    const book = address(jmb);
    expect((await book({})).headers.get('location')).toContain('notice=booked_waiting');
    expect((await book({})).headers.get('location')).toContain('notice=booked_waiting');
    const [id = ''] = meetings(jmb);
    const edit = (version: number, more: object) =>
      change(jmb, { conf_tsn: id, conf_version: String(version), conf_moderators: 'mod@outside.org', ...more });
    expect((await edit(0, { conf_time: '15:00' })).headers.get('location')).toContain('notice=changed_waiting');
    await edit(1, { conf_time: '16:00', conf_guests: BOB });
    const waiting = () =>
      outboxOf(jmb.store, id)
        .filter(({ state }) => state === 'waiting')
        .map(({ kind, recipient }) => `${kind} ${recipient}`)
        .sort();
    expect(waiting()).toEqual([`new ${ALICE}`, `new ${BOB}`, 'new mod@outside.org'].sort());
    expect(outboxOf(jmb.store, id).at(-1)?.content).toContain('16:00');
    await jmb.ask(meetingRemove, { as: 'alice', form: { conf_token: jmb.token('alice'), conf_tsn: id } });
    expect(waiting()).toEqual([]);
  });

  it('does nothing when nothing changed', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    const { headers } = await change(jmb, {
      conf_tsn: meeting.id,
      conf_version: '0',
      conf_object: 'Jury',
      conf_date: '2026-11-25',
      conf_time: '10:00',
      conf_duration: '60',
      conf_moderators: '',
    });
    expect(headers.get('location')).toContain('notice=unchanged');
    expect(outboxOf(jmb.store, meeting.id)).toEqual([]);
  });

  it('tells the second of two that the first was quicker, and loses nothing of either', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    await change(jmb, { conf_tsn: meeting.id, conf_version: '0', conf_object: 'First' });
    const { status, body } = await change(jmb, { conf_tsn: meeting.id, conf_version: '0', conf_object: 'Second' });
    expect(status).toBe(409);
    expect(between(body, 'role="alert"', '</section>')).toContain('First');
    expect(body).toContain('name="conf_object" value="Second"');
    expect(body).toContain('name="conf_version" value="1"');
    expect(meetingById(jmb.store, meeting.id)?.subject).toBe('First');
    const again = await change(jmb, { conf_tsn: meeting.id, conf_version: '1', conf_object: 'Second' });
    expect(again.status).toBe(303);
    for (const conf_version of ['', 'x', '-1', '1e0']) {
      expect((await change(jmb, { conf_tsn: meeting.id, conf_version })).status).toBe(409);
    }
  });

  it('of one that runs changes people and subject, and tells whom it concerns at once', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-600);
    const { body } = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${meeting.id}` });
    expect(body).toContain('name="conf_guests"');
    for (const field of ['conf_date', 'conf_time', 'conf_duration']) expect(body).not.toContain(`name="${field}"`);
    expect(body).toContain('09:50');
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id, conf_object: 'Jury, suite' };
    const save = (more: Record<string, string>) => jmb.ask(meetingChange, { as: 'alice', form: { ...form, ...more } });
    const people = { conf_guests: `${BOB} ${OUTSIDER} neu@ailleurs.test`, conf_moderators: '' };
    const { headers } = await save({ ...people, conf_version: '0' });
    expect(headers.get('location')).toBe(`/booking.cgi?list&notice=changed_waiting&of=${meeting.id}#m${meeting.id}`);
    expect(outboxOf(jmb.store, meeting.id).map(({ kind, recipient }) => `${kind} ${recipient}`)).toEqual([
      'new neu@ailleurs.test',
    ]);
    const after = meetingById(jmb.store, meeting.id);
    expect(after).toMatchObject({ subject: 'Jury, suite', begin: meeting.begin, end: meeting.end, version: 1 });
    const wrong = await save({ conf_guests: 'nobody', conf_version: '1' });
    expect(wrong.status).toBe(400);
    expect(wrong.body).not.toContain('name="conf_date"');
    // The form of before the begin says the times as they are: they stand, and the rest is saved.
    const asBefore = { conf_date: '2026-11-24', conf_time: '09:50', conf_duration: '60' };
    expect((await save({ conf_guests: BOB, conf_version: '1', ...asBefore })).status).toBe(303);
    for (const moved of [{ conf_time: '11:50' }, { conf_date: '2026-11-25' }, { conf_duration: '90' }]) {
      const refused = await save({ conf_guests: OUTSIDER, conf_version: '2', ...asBefore, ...moved });
      expect(refused.status).toBe(403);
    }
    expect(meetingById(jmb.store, meeting.id)).toMatchObject({ begin: meeting.begin, end: meeting.end, version: 2 });
  });

  it('is for the owner, whatever the form says, and until the end', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    const form = { conf_tsn: meeting.id, conf_version: '0', conf_moderators: '' };
    expect((await change(jmb, form, 'bob')).status).toBe(403);
    expect((await jmb.ask(meetingEdit, { as: 'bob', query: `edit&id=${meeting.id}` })).status).toBe(403);
    expect((await change(jmb, { ...form, conf_tsn: '1' })).status).toBe(404);
    expect((await change(jmb, { ...form, conf_tsn: "1' OR 1" })).status).toBe(404);
    const later = DAY + 3600;
    expect((await change(jmb, form, 'alice', later)).status).toBe(403);
    expect((await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${meeting.id}`, later })).status).toBe(403);
    expect(meetingById(jmb.store, meeting.id)).toMatchObject({ subject: 'Jury', begin: NOW + DAY, version: 0 });
  });
});
