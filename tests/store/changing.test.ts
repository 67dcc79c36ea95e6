/** What a change of a meeting writes beside its row: agenda, language, names, answers; and what need not be written at all. */
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Booking } from '../../lib/meetings/booking.ts';
import { insertMeeting, removeMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { changeAddress, changeOwner, forgetLinks, goneLink, replaceLink } from '../../lib/store/changes.ts';
import { noteSeen, rememberAddresses } from '../../lib/store/feeds.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { forgetCounts } from '../../lib/store/limits.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { claim, enqueue } from '../../lib/store/outbox.ts';
import { dropWaiting } from '../../lib/store/outbox_changes.ts';
import { forgetAnswers, keepAccounts, keepLanguages, rememberName } from '../../lib/store/people.ts';
import { forgetOrders } from '../../lib/store/rooms.ts';
import { forgetFormSecrets } from '../../lib/store/secrets.ts';
import { removeSeries } from '../../lib/store/series_changes.ts';
import type { Store } from '../../lib/store/store.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open, upstreamCopy } from './scratch.ts';
import { weekly } from './weekly.ts';

const GUEST = 'invite@ailleurs.test';

/** A meeting, and how to save it with changes. */
function booked(more: Partial<Booking> = {}, store: Store = open()) {
  const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, ...more });
  const { id } = meeting;
  const save = (changes: Partial<Booking>, now = NOW) => {
    const { version } = meetingById(store, id) ?? meeting;
    const saved = updateMeeting(store, id, version, { ...BOOKING, ...changes }, now);
    if (saved.outcome !== 'saved') throw new Error(saved.outcome);
    return saved;
  };
  const answers = () => attendeesOf(store, id).map(({ answer }) => answer);
  return { store, id, attendees, save, answers };
}

describe('agenda and language', () => {
  it('are kept, changed and taken out, each for itself; the sequence tells calendars', () => {
    const { store, id, save } = booked({ agenda: 'One', language: 'en' });
    expect(meetingById(store, id)).toMatchObject({ agenda: 'One', language: 'en', sequence: 0 });
    expect(save({ agenda: 'Two', language: 'en' }).meeting).toMatchObject({
      agenda: 'Two',
      language: 'en',
      sequence: 1,
    });
    const { meeting } = save({ language: 'fr' });
    expect([meeting.agenda, meeting.language, meeting.sequence]).toEqual([undefined, 'fr', 2]);
    expect(save({}).meeting.language).toBeUndefined();
    expect(store.all('SELECT 1 FROM meeting_agenda UNION ALL SELECT 1 FROM invitation_language')).toEqual([]);
  });

  it('are not written again where they stay', () => {
    const { store, save } = booked({ agenda: 'One', language: 'en' });
    store.database.exec(
      `CREATE TEMP TRIGGER no_more BEFORE INSERT ON meeting_agenda BEGIN SELECT raise(ABORT, 'again'); END`,
    );
    expect(save({ agenda: 'One', language: 'fr' }).meeting).toMatchObject({ agenda: 'One', language: 'fr' });
  });
});

describe('names of people', () => {
  it('that the organiser gives are news, unless they are known; none given takes none away', () => {
    const { store, id, save } = booked({ names: new Map([[GUEST, 'Hans']]) });
    const name = () => attendeesOf(store, id).find(({ email }) => email === GUEST)?.name;
    expect(save({ names: new Map([[GUEST, 'Hans']]) }).meeting.version).toBe(0);
    expect(save({}).meeting.version).toBe(0);
    expect(name()).toBe('Hans');
    expect(save({ names: new Map([[GUEST, 'Hans Müller']]) }).meeting).toMatchObject({ version: 1, sequence: 0 });
    expect(name()).toBe('Hans Müller');
    save({ guests: [], names: new Map([[GUEST, 'Nobody']]) });
    expect(attendeesOf(store, id)).toHaveLength(2);
  });
});

describe('answers', () => {
  it.each<[string, Partial<Booking>, number, string]>([
    ['another begin', { begin: BOOKING.begin + 60 }, NOW, 'none'],
    ['another length', { duration: 60 }, NOW, 'none'],
    ['another subject', { subject: 'Other' }, NOW, 'accepted'],
    ['nothing', {}, NOW, 'accepted'],
    ['another end, until it begins', { duration: 60 }, BOOKING.begin - 1, 'none'],
    ['another end, once it has begun', { duration: 60 }, BOOKING.begin, 'accepted'],
    ['another begin, once it has begun', { begin: BOOKING.begin + 60 }, BOOKING.begin + 1, 'accepted'],
  ])('after %s', (_, changes, now, answer) => {
    const { store, attendees, save, answers } = booked();
    recordAnswer(store, attendees[2]?.hash ?? '', 'accepted', NOW);
    save(changes, now);
    expect(answers()).toEqual(['accepted', 'none', answer]);
  });

  it('that are taken back are none, whatever they were', () => {
    const { store, attendees, answers } = booked();
    for (const answer of ['tentative', 'none'] as const) {
      recordAnswer(store, attendees[2]?.hash ?? '', answer, NOW);
      expect(answers()[2]).toBe(answer);
    }
  });
});

describe('somebody who comes again', () => {
  it('raises the sequence where calendars were told of the end, and only there', () => {
    const { store, id, save } = booked();
    expect(save({ guests: [] }).meeting.sequence).toBe(1);
    enqueue(
      store,
      [mail(id, 'other@x.test', { kind: 'del' }), mail('77', GUEST, { kind: 'del' }), mail(id, GUEST)],
      NOW,
    );
    expect(save({}).meeting.sequence).toBe(1);
    save({ guests: [] });
    enqueue(store, [mail(id, GUEST, { kind: 'del' })], NOW);
    // Also where somebody else comes for the first time, before or after.
    expect(save({ guests: [GUEST, 'new@x.test'] }).meeting.sequence).toBe(3);
    expect(save({ guests: [GUEST, 'new@x.test', 'newer@x.test'] }).meeting.sequence).toBe(3);
  });
});

it('the subjects of the original stay encoded, whatever else is changed', () => {
  const id = '1707386400123456789';
  for (const change of [
    (store: Store) => changeAddress(store, id, 'bob.durand@example.org', 'x@x.test', NOW),
    (store: Store) => replaceLink(store, id, 'bob.durand@example.org', NOW),
    (store: Store) => changeOwner(store, id, ALICE, 'bob.durand@example.org', 'guest', NOW),
  ]) {
    const store = open(upstreamCopy());
    change(store);
    expect(meetingById(store, id)?.subject).toBe('Réunion sans objet');
  }
});

it('links of a series say whose it was, wherever the owner stands, or that nobody’s it was', () => {
  for (const [pick, owner] of [
    [() => true, ALICE],
    [({ role }: { readonly role: string }) => role !== 'owner', ''],
  ] as const) {
    const { store, read } = weekly();
    const whole = read();
    const hash = whole.attendees[2]?.hash ?? '';
    removeSeries(store, { ...whole, attendees: whole.attendees.filter(pick).toReversed() }, NOW);
    expect(goneLink(store, hash, NOW)?.owner).toBe(owner);
  }
});

describe('what finds nothing to do', () => {
  it.each<[string, (store: Store) => unknown]>([
    ['forgetLinks', (store) => forgetLinks(store, NOW)],
    ['forgetOrders', (store) => forgetOrders(store, NOW)],
    ['forgetAnswers', (store) => forgetAnswers(store, NOW)],
    ['forgetCounts', (store) => forgetCounts(store, NOW)],
    ['forgetFormSecrets', (store) => forgetFormSecrets(store, NOW, 10)],
    ['dropWaiting', (store) => dropWaiting(store, [], NOW)],
    ['claim', (store) => claim(store, { by: 'one', now: NOW, leaseSeconds: 60, limit: 9 })],
    ['claim before a mail is due', (store) => claim(store, { by: 'one', now: NOW - 3600, leaseSeconds: 60, limit: 9 })],
  ])('waits for nobody who writes: %s', (name, work) => {
    const store = open(undefined, { busyTimeout: 10 });
    if (/before/.test(name)) enqueue(store, [mail('77', ALICE)], NOW);
    const other = new Database(store.file);
    other.exec('BEGIN IMMEDIATE');
    expect(() => work(store)).not.toThrow();
    other.close();
  });

  it.each<[string, (store: Store) => void]>([
    ['a name', (store) => rememberName(store, [ALICE], 'Alice')],
    ['an account', (store) => keepAccounts(store, new Map([[ALICE, 'alice']]))],
    ['a language', (store) => keepLanguages(store, new Map([[ALICE, 'en']]))],
    ['addresses', (store) => rememberAddresses(store, 'alice', [ALICE])],
    ['a day', (store) => noteSeen(store, 'alice', NOW)],
  ])('is %s that is known: it is not tried to write it again', (_, note) => {
    const told: string[] = [];
    const store = open(undefined, { busyTimeout: 10, letGo: (why) => told.push(why) });
    note(store);
    const other = new Database(store.file);
    other.exec('BEGIN IMMEDIATE');
    note(store);
    other.close();
    expect(told).toEqual([]);
  });
});

it('what is no id is nothing to be removed', () => {
  const { store, id } = booked();
  expect(removeMeeting(store, 'abc', NOW)).toBe(false);
  expect(meetingById(store, id)).toBeDefined();
});
