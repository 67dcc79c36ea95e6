/** Acting in somebody's place: who may, what is written of it, and that it ends when it is taken away. */
import { beforeEach, describe, expect, it } from 'vitest';
import { answerInPlace, assistantsChange, assistantsShow } from '../../lib/pages/assistants.ts';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { meetingEdit, meetingNew } from '../../lib/pages/meeting_form.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingRemove } from '../../lib/pages/meeting_part.ts';
import { meetingExtend } from '../../lib/pages/meeting_running.ts';
import { meetingBook, meetingChange, nowBook } from '../../lib/pages/meeting_save.ts';
import { tokenEnter } from '../../lib/pages/room_enter.ts';
import type { Directory } from '../../lib/people/directory.ts';
import { feedOf } from '../../lib/store/feeds.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { ALICE, BOB, between, OUTSIDER, type Site, site } from './site.ts';

const CAROL = 'carol.petit@example.org';
const DAY = 86_400;

let jmb: Site;

const change = (form: Record<string, string>, as = 'alice') =>
  jmb.ask(assistantsChange, { as, query: 'assistants', form: { conf_token: jmb.token(as), ...form } });

const typed = (as: string, more: Record<string, string> = {}) => ({
  conf_token: jmb.token(as),
  conf_date: '2026-11-26',
  conf_time: '14:30',
  conf_duration: '60',
  conf_object: 'Conseil',
  conf_guests: OUTSIDER,
  ...more,
});

const rows = () =>
  jmb.store.all<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings').map(({ id }) => id);
const written = () =>
  JSON.stringify(
    ['meetings', 'attendees', 'outbox', 'mail_reminder', 'stand_in'].map((table) =>
      jmb.store.all(`SELECT * FROM ${table}`),
    ),
  );

/** The mails of a meeting, as they were written. */
const mails = (id: string) =>
  jmb.store
    .all<{ recipient: string; content: string }>(
      'SELECT outbox_recipient AS recipient, outbox_content AS content FROM outbox WHERE outbox_meeting_id = ? AND length(outbox_content) > 0 ORDER BY outbox_id',
      BigInt(id),
    )
    .map(({ recipient, content }) => ({
      recipient,
      ...(JSON.parse(content) as { from: { name: string }; calendar: { body: string } }),
    }));

/** Bob is alice's assistant, and both have been here. */
beforeEach(async () => {
  jmb = site('JMB_MAIL_DOMAIN="example.org"');
  for (const as of ['alice', 'bob', 'carol']) await jmb.ask(assistantsShow, { as, query: 'assistants' });
  expect((await change({ conf_assistant: 'bob' })).status).toBe(303);
});

describe('the page of assistants', () => {
  it('adds by account or address, shows by name, and takes away', async () => {
    expect((await change({ conf_assistant: ` ${CAROL.toUpperCase()} ` })).headers.get('location')).toBe(
      '/booking.cgi?assistants&notice=assistant_added',
    );
    const { body } = await jmb.ask(assistantsShow, { as: 'alice', query: 'assistants' });
    expect(body).toContain(`value="${BOB}"`);
    expect(body).toContain(`value="${CAROL}"`);
    const theirs = await jmb.ask(assistantsShow, { as: 'bob', query: 'assistants' });
    expect(between(theirs.body, 'id="bosses"', '</section>')).toContain('Alice Martin');
    await change({ conf_remove: BOB });
    expect((await jmb.ask(assistantsShow, { as: 'alice' })).body).not.toContain(BOB);
    expect((await jmb.ask(assistantsShow, { as: 'bob' })).body).not.toContain('Alice Martin');
  });

  it.each([['nobody'], ['x@ailleurs.test'], [''], ['a@b'], [ALICE], ['alice'], ['x'.repeat(300)], ["bob' OR 1=1"]])(
    'takes nobody for %j',
    async (name) => {
      const { status, body } = await change({ conf_assistant: name });
      expect(status).toBe(400);
      expect(body).toContain('aria-invalid="true"');
      expect(jmb.store.all('SELECT * FROM assistant')).toHaveLength(1);
    },
  );

  it('goes by the directory where there is one', async () => {
    const eve = { uid: 'eve', email: 'eve@example.org', name: 'Eve', aliases: ['e@example.org'] };
    const directory: Directory = {
      personOf: async (uid) => (uid === 'eve' ? eve : null),
      peopleOf: async (addresses) =>
        new Map(addresses.filter((one) => one === 'e@example.org').map((one) => [one, eve])),
      matches: async () => true,
      find: async () => [],
    };
    jmb = site('', directory);
    for (const name of ['eve', 'e@example.org']) expect((await change({ conf_assistant: name })).status).toBe(303);
    expect(jmb.store.all('SELECT assistant_address AS a FROM assistant')).toEqual([{ a: 'eve@example.org' }]);
    expect((await change({ conf_assistant: 'f@example.org' })).status).toBe(400);
  });
});

describe('booking in somebody’s place', () => {
  it('is asked for in the form, of assistants alone', async () => {
    const { body } = await jmb.ask(meetingNew, { as: 'bob', query: 'new' });
    expect(between(body, 'name="conf_for"', '</select>')).toMatch(
      /value="" selected>[^<]*Bob Durand[\s\S]*value="alice\.martin@example\.org">Alice Martin/,
    );
    const asked = await jmb.ask(meetingNew, { as: 'bob', query: `new&for=${ALICE}` });
    expect(asked.body).toContain(`value="${ALICE}" selected`);
    for (const as of ['alice', 'carol']) expect((await jmb.ask(meetingNew, { as })).body).not.toContain('conf_for');
    expect((await jmb.ask(meetingNew, { as: 'carol', query: `new&for=${ALICE}` })).status).toBe(403);
  });

  it('makes a meeting of hers; mails and feeds say who acted', async () => {
    const { status, headers } = await jmb.ask(meetingBook, { as: 'bob', form: typed('bob', { conf_for: ALICE }) });
    expect(status).toBe(303);
    const [id = ''] = rows();
    expect(headers.get('location')?.replace('_going', '_waiting')).toBe(
      `/booking.cgi?list&for=${encodeURIComponent(ALICE)}&notice=booked_waiting&of=${id}#m${id}`,
    );
    // As the original reads it: the owner is the boss, and the assistant is nobody in it.
    expect(attendeesOf(jmb.store, id).map(({ role, email }) => `${role} ${email}`)).toEqual([
      `owner ${ALICE}`,
      `guest ${OUTSIDER}`,
    ]);
    const sent = mails(id);
    expect(sent.map(({ recipient }) => recipient)).toEqual([ALICE, OUTSIDER]);
    for (const { from, calendar } of sent) {
      expect(from.name).toBe('Bob Durand pour Alice Martin (Visio)');
      expect(calendar.body.replaceAll('\r\n ', '')).toMatch(
        /^ORGANIZER;SENT-BY="mailto:bob\.durand@example\.org";CN="Alice Martin":mailto:/m,
      );
    }
    const feed = await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'alice')}` });
    expect(feed.body.replaceAll('\r\n ', '')).toContain(
      'ORGANIZER;SENT-BY="mailto:bob.durand@example.org";CN="Alice Martin":mailto:alice.martin@example.org',
    );
    // She changes it herself: from then on it is she who says it.
    await jmb.ask(meetingChange, {
      as: 'alice',
      form: typed('alice', { conf_tsn: id, conf_version: '0', conf_time: '15:00' }),
    });
    expect(mails(id).at(-1)?.from.name).toBe('Alice Martin (Visio)');
    expect(mails(id).at(-1)?.calendar.body).not.toContain('SENT-BY');
    expect((await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'alice')}` })).body).not.toContain('SENT-BY');
  });

  it('reads "Bob Durand for Alice Martin" in English', async () => {
    await jmb.ask(meetingBook, { as: 'bob', form: typed('bob', { conf_for: ALICE, conf_language: 'en' }) });
    expect(mails(rows()[0] ?? '')[0]?.from.name).toBe('Bob Durand for Alice Martin (Visio)');
  });

  it('is for series, too', async () => {
    const series = { conf_for: ALICE, conf_repeat: 'weekly', conf_every: '1', conf_times: '3' };
    expect((await jmb.ask(meetingBook, { as: 'bob', form: typed('bob', series) })).status).toBe(303);
    expect(rows()).toHaveLength(3);
    for (const id of rows()) expect(attendeesOf(jmb.store, id)[0]).toMatchObject({ role: 'owner', email: ALICE });
    const all = jmb.store.all<{ content: string }>('SELECT outbox_content AS content FROM outbox');
    const bodies = all.map(({ content }) => (JSON.parse(content) as { calendar: { body: string } }).calendar.body);
    expect(bodies).toHaveLength(2);
    for (const body of bodies) {
      expect(body).toContain('RRULE:');
      expect(body.replaceAll('\r\n ', '')).toContain('SENT-BY="mailto:bob.durand@example.org"');
    }
  });

  it('is for meetings that begin now, too', async () => {
    const form = { conf_token: jmb.token('bob'), conf_guests: OUTSIDER, conf_for: ALICE };
    expect((await jmb.ask(nowBook, { as: 'bob', query: 'now', form })).status).toBe(303);
    expect(attendeesOf(jmb.store, rows()[0] ?? '')[0]?.email).toBe(ALICE);
  });

  it.each([
    ['carol', ALICE],
    ['bob', CAROL],
    ['alice', BOB],
    ['bob', 'alice'],
    ['bob', "x' OR 1=1 --"],
  ])('is refused to %s for %s, and nothing is written', async (as, whom) => {
    const before = written();
    const { status, text } = await jmb.ask(meetingBook, { as, form: typed(as, { conf_for: whom }) });
    expect(status).toBe(403);
    expect(text).toContain('ne vous laisse pas');
    expect(written()).toBe(before);
  });

  it('is refused where the boss may not book', async () => {
    const directory: Directory = {
      personOf: async () => null,
      peopleOf: async () => new Map(),
      matches: async (uid) => uid === 'bob',
      find: async () => [],
    };
    jmb = site('JMB_MODULE_CHECK_EDITOR="editor_role-ldap"\nJMB_MODULE_CHECK_EDITOR_LDAP_FILTER="a=b"', directory);
    for (const as of ['alice', 'bob']) await jmb.ask(assistantsShow, { as });
    await change({ conf_assistant: 'bob' });
    const { status, text } = await jmb.ask(meetingBook, { as: 'bob', form: typed('bob', { conf_for: ALICE }) });
    expect(status).toBe(403);
    expect(text).toContain('Alice Martin n’a pas le droit de réserver');
    expect(rows()).toEqual([]);
  });
});

describe('a meeting of the boss', () => {
  it('is read, changed, extended and deleted by the assistant, and by nobody else', async () => {
    const { meeting } = jmb.meeting(DAY);
    const edit = (as: string) => jmb.ask(meetingEdit, { as, query: `edit&id=${meeting.id}` });
    expect((await edit('carol')).status).toBe(403);
    const form = await edit('bob');
    expect(form.text).toContain('Vous agissez pour Alice Martin');
    const saved = { ...typed('bob', { conf_tsn: meeting.id, conf_version: '0' }) };
    expect((await jmb.ask(meetingChange, { as: 'bob', form: saved })).status).toBe(303);
    expect(meetingById(jmb.store, meeting.id)?.subject).toBe('Conseil');
    expect(attendeesOf(jmb.store, meeting.id)[0]).toMatchObject({ role: 'owner', email: ALICE });
    const moved = mails(meeting.id).find(({ recipient }) => recipient === OUTSIDER);
    expect(moved?.from.name).toBe('Bob Durand pour Alice Martin (Visio)');
    expect((await jmb.ask(attendeesFollow, { as: 'bob', query: `attendees&id=${meeting.id}` })).status).toBe(200);
    const remove = { conf_token: jmb.token('bob'), conf_tsn: meeting.id };
    expect((await jmb.ask(meetingRemove, { as: 'bob', query: 'del', form: remove })).status).toBe(303);
    expect(meetingById(jmb.store, meeting.id)).toBeUndefined();

    const running = jmb.meeting(-600).meeting;
    const more = {
      conf_token: jmb.token('bob'),
      conf_tsn: running.id,
      conf_minutes: '15',
      conf_end: String(running.end),
    };
    expect((await jmb.ask(meetingExtend, { as: 'bob', form: more })).status).toBe(303);
  });

  it('does not let the assistant into the room, nor show the boss’s own links', async () => {
    const { meeting, attendees } = jmb.meeting(-600, { guests: [OUTSIDER] });
    expect((await jmb.ask(tokenEnter, { as: 'bob', query: `room=${meeting.room}` })).status).toBe(403);
    const { body } = await jmb.ask(attendeesFollow, { as: 'bob', query: `attendees&id=${meeting.id}` });
    for (const { hash } of attendees) expect(body).not.toContain(hash);
    expect(body).not.toContain('token.cgi');
  });

  it('two assistants and the boss at once: the second to save is told what the first has saved', async () => {
    await change({ conf_assistant: 'carol' });
    const { meeting } = jmb.meeting(DAY);
    const save = (as: string, subject: string) =>
      jmb.ask(meetingChange, {
        as,
        form: typed(as, { conf_tsn: meeting.id, conf_version: '0', conf_object: subject }),
      });
    expect((await save('bob', 'Bob’s')).status).toBe(303);
    for (const as of ['carol', 'alice']) {
      const { status, text } = await save(as, 'Other');
      expect(status).toBe(409);
      expect(text).toContain('Bob’s');
    }
    expect(meetingById(jmb.store, meeting.id)?.subject).toBe('Bob’s');
  });
});

describe('the boss’s list', () => {
  it('shows her meetings with what can be done for her, and nobody’s secret', async () => {
    const own = jmb.meeting(DAY, { subject: 'Hers' });
    const theirs = jmb.meeting(DAY, { subject: 'Invited', guests: [ALICE, OUTSIDER] }, CAROL);
    jmb.meeting(-600, { subject: 'Running', guests: [ALICE] }, CAROL);
    const { body, text } = await jmb.ask(meetingList, { as: 'bob', query: `list&for=${ALICE}` });
    expect(body).toContain('<h1>Réunions\u00a0: Alice Martin</h1>');
    for (const subject of ['Hers', 'Invited', 'Running']) expect(text).toContain(subject);
    expect(body).toContain(`booking.cgi?edit&amp;id=${own.meeting.id}`);
    expect(body).toContain('action="booking.cgi?answer"');
    for (const { hash } of [...own.attendees, ...theirs.attendees]) expect(body).not.toContain(hash);
    expect(body).not.toMatch(/ical\.cgi|token\.cgi|join\.cgi/);
    expect((await jmb.ask(meetingList, { as: 'carol', query: `list&for=${ALICE}` })).status).toBe(403);
    const mine = await jmb.ask(meetingList, { as: 'bob' });
    expect(mine.body).toContain(`booking.cgi?list&amp;for=${encodeURIComponent(ALICE)}`);
    expect(mine.text).not.toContain('Invited');
  });

  it('has invitations answered in her place, until the right is taken away', async () => {
    const { meeting } = jmb.meeting(DAY, { guests: [ALICE, OUTSIDER] }, CAROL);
    const press = (as: string, given: string, more = {}) =>
      jmb.ask(answerInPlace, {
        as,
        query: 'answer',
        form: { conf_token: jmb.token(as), conf_for: ALICE, conf_tsn: meeting.id, conf_answer: given, ...more },
      });
    const said = () => attendeesOf(jmb.store, meeting.id).find(({ email }) => email === ALICE)?.answer;
    const { status, headers } = await press('bob', 'declined');
    expect(status).toBe(303);
    expect(headers.get('location')).toContain(`list&for=${encodeURIComponent(ALICE)}&notice=declined&of=${meeting.id}`);
    expect(said()).toBe('declined');
    await press('bob', 'tentative');
    expect(said()).toBe('tentative');
    expect((await press('bob', 'owner')).status).toBe(400);
    expect(
      (await press('bob', 'accepted', { conf_tsn: jmb.meeting(DAY, { guests: [BOB] }, CAROL).meeting.id })).status,
    ).toBe(404);
    expect((await press('dan', 'accepted')).status).toBe(403);
    await change({ conf_remove: BOB });
    expect((await press('bob', 'accepted')).status).toBe(403);
    expect(said()).toBe('tentative');
  });
});

describe('a right that was taken away', () => {
  it('is gone for forms that are open: 403, and nothing is written', async () => {
    const { meeting } = jmb.meeting(DAY);
    const running = jmb.meeting(-600).meeting;
    const forms = [
      [meetingBook, typed('bob', { conf_for: ALICE })],
      [nowBook, typed('bob', { conf_for: ALICE })],
      [meetingChange, typed('bob', { conf_tsn: meeting.id, conf_version: '0' })],
      [meetingRemove, typed('bob', { conf_tsn: meeting.id })],
      [meetingExtend, typed('bob', { conf_tsn: running.id, conf_minutes: '15' })],
    ] as const;
    await change({ conf_remove: BOB });
    const before = written();
    for (const [handler, form] of forms) {
      expect((await jmb.ask(handler, { as: 'bob', form })).status).toBe(403);
      expect(written()).toBe(before);
    }
    const { text } = await jmb.ask(meetingBook, { as: 'bob', form: typed('bob', { conf_for: ALICE }) });
    expect(text).toContain('ne vous laisse pas, ou plus, agir à sa place. Rien n’a été enregistré.');
  });

  it('is looked at again where the directory took its time', async () => {
    // The boss takes the right away while the directory is asked about the guests.
    let during = async (): Promise<void> => {};
    const directory: Directory = {
      personOf: async () => null,
      peopleOf: async () => {
        await during();
        return new Map();
      },
      matches: async () => true,
      find: async () => [],
    };
    jmb = site('JMB_MAIL_DOMAIN="example.org"', directory);
    for (const as of ['alice', 'bob']) await jmb.ask(assistantsShow, { as });
    await change({ conf_assistant: 'bob' });
    const { meeting } = jmb.meeting(DAY);
    const before = written();
    for (const [handler, form] of [
      [meetingBook, typed('bob', { conf_for: ALICE })],
      [meetingChange, typed('bob', { conf_tsn: meeting.id, conf_version: '0' })],
      [meetingRemove, typed('bob', { conf_tsn: meeting.id })],
    ] as const) {
      await change({ conf_assistant: 'bob' });
      during = async () => {
        during = async () => {};
        await change({ conf_remove: BOB });
      };
      const { status } = await jmb.ask(handler, { as: 'bob', form });
      expect(status).toBe(403);
      expect(written()).toBe(before);
    }
  });
});
