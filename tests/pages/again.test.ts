/** Booking a meeting again: everything but the date, for who may know of everybody in it. */
import { describe, expect, it } from 'vitest';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { meetingNew } from '../../lib/pages/meeting_form.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingBook } from '../../lib/pages/meeting_save.ts';
import type { Directory } from '../../lib/people/directory.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { ALICE, BOB, between, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;
const CAROL = 'carol.petit@example.org';
const FACTS = {
  subject: 'Jury & co',
  duration: 4500,
  moderators: [BOB],
  guests: [CAROL, OUTSIDER],
  language: 'en',
  agenda: '1. Bilan\n2. Suite',
} as const;

/** What the fields of a form hold. */
function fieldsOf(body: string): Record<string, string> {
  const decoded = (text: string) => text.replaceAll('&amp;', '&');
  const inputs = [...body.matchAll(/<input[^>]* name="(conf_\w+)"[^>]*? value="([^"]*)"/g)];
  const areas = [...body.matchAll(/<textarea[^>]* name="(conf_\w+)"[^>]*>\n([^<]*)</g)];
  const choices = [...body.matchAll(/<select[^>]* name="(conf_\w+)"[\s\S]*?<\/select>/g)].map(([all, name]) => [
    all,
    name,
    /value="([^"]*)" selected/.exec(all)?.[1],
  ]);
  return Object.fromEntries([...inputs, ...areas, ...choices].map(([, name, value = '']) => [name, decoded(value)]));
}

const from = (jmb: Site, id: string, as = 'alice') => jmb.ask(meetingNew, { as, query: `new&from=${id}` });

describe('the form of a meeting that is booked again', () => {
  it('says all of it but the date, which is left to choose', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-30 * DAY, FACTS);
    const { status, body, text } = await from(jmb, meeting.id);
    expect(status).toBe(200);
    expect(text).toContain('Jury &amp; co');
    expect(body).toContain('<h1>Réserver à nouveau</h1>');
    expect(text).toContain('Il reste à choisir la date');
    const fields = fieldsOf(body);
    expect(fields).toMatchObject({
      conf_object: 'Jury & co',
      conf_date: '',
      conf_time: '10:00',
      conf_duration: '75',
      conf_guests: `${CAROL}\n${OUTSIDER}`,
      conf_moderators: BOB,
      conf_language: 'en',
      conf_agenda: '1. Bilan\n2. Suite',
    });
    // It is a new meeting: nothing leads back to the old one.
    expect(body).not.toContain('conf_tsn');
    expect(body).not.toContain('conf_version');
    const without = await jmb.ask(meetingBook, { as: 'alice', form: fields });
    expect(without.status).toBe(400);
    expect(between(without.body, 'id="mistakes"', '</section>')).toContain('#conf_date');
    const booked = await jmb.ask(meetingBook, { as: 'alice', form: { ...fields, conf_date: '2026-12-01' } });
    expect(booked.status).toBe(303);
    const id = /of=(\d+)/.exec(booked.headers.get('location') ?? '')?.[1] ?? '';
    expect(id).not.toBe(meeting.id);
    expect(attendeesOf(jmb.store, id).map(({ role, email }) => `${role} ${email}`)).toEqual([
      `owner ${ALICE}`,
      `moderator ${BOB}`,
      `guest ${CAROL}`,
      `guest ${OUTSIDER}`,
    ]);
  });

  it('by a moderator has its owner as one, and nobody is lost', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-DAY, FACTS);
    const fields = fieldsOf((await from(jmb, meeting.id, 'bob')).body);
    expect(fields).toMatchObject({ conf_moderators: ALICE, conf_guests: `${CAROL}\n${OUTSIDER}` });
  });

  it('goes with the chosen day where its subject was only that of a day', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-5 * DAY, { subject: 'Réunion du 19 novembre' });
    const fields = fieldsOf((await from(jmb, meeting.id)).body);
    expect(fields['conf_object']).toBe('Réunion du 24 novembre');
    await jmb.ask(meetingBook, { as: 'alice', form: { ...fields, conf_date: '2026-12-01' } });
    const subjects = jmb.store
      .all<{ object: string }>('SELECT meeting_object AS object FROM meetings')
      .map((row) => row.object);
    expect(subjects).toContain('Réunion du 1er décembre');
  });

  it('is refused to its guests, to strangers, and of what is not there', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-DAY, FACTS);
    for (const as of ['carol', 'dan']) {
      const { status, text } = await jmb.ask(meetingNew, {
        as,
        addresses: as === 'dan' ? 'dan@example.org' : CAROL,
        query: `new&from=${meeting.id}`,
      });
      expect(status, as).toBe(403);
      expect(text).toContain('vous n’en êtes pas modérateur');
      expect(text).not.toContain(OUTSIDER);
    }
    for (const id of ['1', '', 'x', "1' OR 1=1", '9'.repeat(400)]) expect((await from(jmb, id)).status, id).toBe(404);
  });
});

describe('the way to it', () => {
  it('is in the list, past meetings too, and in the follow-up, for owner and moderators', async () => {
    const jmb = site();
    const ids = [-3 * DAY, -600, 3 * DAY].map((begin) => jmb.meeting(begin, FACTS).meeting.id);
    for (const [as, shown] of [
      ['alice', true],
      ['bob', true],
      ['carol', false],
    ] as const) {
      const { body } = await jmb.ask(meetingList, { as });
      for (const id of ids) expect(body.includes(`href="booking.cgi?new&amp;from=${id}"`), `${as} ${id}`).toBe(shown);
    }
    const follow = await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${ids[0]}` });
    expect(follow.body).toContain(`href="booking.cgi?new&amp;from=${ids[0]}"`);
  });

  it('is not shown to who may not book', async () => {
    const nobody: Directory = {
      personOf: async () => null,
      peopleOf: async () => new Map(),
      find: async () => [],
      matches: async () => false,
    };
    const jmb = site('JMB_MODULE_CHECK_EDITOR="editor_role-ldap"\nJMB_MODULE_CHECK_EDITOR_LDAP_FILTER="a=b"', nobody);
    const { meeting } = jmb.meeting(DAY, FACTS);
    expect((await jmb.ask(meetingList, { as: 'bob' })).body).not.toContain('?new');
    expect((await from(jmb, meeting.id)).status).toBe(403);
  });
});
