/** Series: their rule, their dates, who is in which, and how they are changed, split and cancelled. */
import { describe, expect, it } from 'vitest';
import { removeMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { aboutId, placesOf, seriesById, staffedById } from '../../lib/store/series.ts';
import { addLink, cutTurn, endSeries, moveTurns, splitSeries, touchSeries } from '../../lib/store/series_changes.ts';
import { ALICE, BOOKING, clockAt, NOW } from './scratch.ts';
import { inWeeks, weekly } from './weekly.ts';

const BOB = 'bob.durand@example.org';
const GUEST = 'invite@ailleurs.test';

const emails = ({ attendees }: { readonly attendees: readonly { readonly role: string; readonly email: string }[] }) =>
  attendees.map(({ role, email }) => `${role} ${email}`);

describe('a series', () => {
  it('is read as it was booked, its people with links of its own', () => {
    const { id, read, all, first } = weekly();
    const { meeting, attendees } = read();
    expect(BigInt(id)).toBe(BigInt(NOW) * 1_000_000_000n + 4_000_000_000_000_000_000n);
    expect(meeting).toMatchObject({
      ...{ id, room: '', subject: BOOKING.subject, begin: BOOKING.begin, created: NOW, modified: NOW },
      ...{ sequence: 0, version: 0 },
      series: { repeat: 'weekly', every: 1, ends: 'times', zone: 'Europe/Paris', next: first.meeting.id },
    });
    const [one, two, three] = all.map((saved) => saved.meeting.id);
    expect(meeting.series.turns.map(({ meetingId, off, apart, absent }) => [meetingId, off, apart, absent])).toEqual([
      [one, false, false, []],
      [two, false, false, []],
      [null, true, false, []],
      [three, false, false, []],
    ]);
    expect(meeting.series.turns[3]).toMatchObject(inWeeks(3));
    expect(meeting.series.over).toBe(inWeeks(3).begin + BOOKING.duration);
    expect(emails({ attendees })).toEqual([`owner ${ALICE}`, `moderator ${BOB}`, `guest ${GUEST}`]);
    const links = attendees.map(({ hash }) => hash);
    expect(new Set([...links, ...first.attendees.map(({ hash }) => hash)]).size).toBe(6);
  });

  it('stands for the date that comes next, then for the last', () => {
    const { read, all } = weekly();
    const next = (now: number) => read(now).meeting.series.next;
    const [first, second, last] = all.map(({ meeting }) => meeting);
    expect(next((first?.end ?? 0) - 1)).toBe(first?.id);
    expect(next(first?.end ?? 0)).toBe(second?.id);
    expect(next((last?.end ?? 0) + 999)).toBe(last?.id);
  });

  it('takes the next id when two come in the same nanosecond; what is none is none', () => {
    const { store, id, first } = weekly();
    expect(BigInt(weekly(store).id)).toBe(BigInt(id) + 1n);
    for (const wrong of ['', 'abc', '77', first.meeting.id]) expect(seriesById(store, wrong, NOW)).toBeUndefined();
    expect(staffedById(store, id, NOW)?.meeting.id).toBe(id);
    expect(staffedById(store, first.meeting.id, NOW)).toEqual(first);
    expect(staffedById(store, '77', NOW)).toBeUndefined();
  });

  it('says who is missing from which date, to those who ask, and the answers of its next', () => {
    const { store, read, id, first, second } = weekly();
    updateMeeting(store, second.meeting.id, 0, { ...BOOKING, begin: second.meeting.begin, moderators: [] }, NOW);
    addLink(store, id, 'new@x.test', 'guest');
    addLink(store, 'abc', 'nobody@x.test', 'guest');
    const absent = (readers: readonly string[] | null) =>
      seriesById(store, id, NOW, readers)?.meeting.series.turns.map((turn) => turn.absent);
    expect(absent(null)).toEqual([['new@x.test'], [BOB, 'new@x.test'], [], ['new@x.test']]);
    expect(absent([BOB])).toEqual([[], [BOB], [], []]);
    recordAnswer(store, first.attendees[2]?.hash ?? '', 'accepted', NOW);
    expect(read().attendees.map(({ email, answer, connections }) => [email, answer, connections])).toEqual([
      [ALICE, 'accepted', 0],
      [BOB, 'none', 0],
      [GUEST, 'accepted', 0],
      ['new@x.test', 'none', 0],
    ]);
  });
});

describe('a date of a series', () => {
  it('knows its place, and is apart when it was cut or moved', () => {
    const { store, id, read, first, second, last } = weekly();
    const place = (one: typeof first) => placesOf(store, [one.meeting.id, 'abc', '77']).get(one.meeting.id);
    expect(place(second)).toEqual({
      ...{ seriesId: id, number: 1, apart: false, repeat: 'weekly', every: 1, zone: 'Europe/Paris' },
    });
    expect([first.meeting.id, '77', 'abc'].map((one) => aboutId(store, one))).toEqual([id, '77', 'abc']);
    cutTurn(store, id, 0, 'apart');
    store.transaction(() =>
      store.run(
        'UPDATE meetings SET meeting_begin = meeting_begin + 60 WHERE meeting_id = ?',
        BigInt(second.meeting.id),
      ),
    );
    expect([first, second, last].map((one) => place(one)?.apart)).toEqual([true, true, false]);
    expect(aboutId(store, first.meeting.id)).toBe(first.meeting.id);
    expect(read().meeting.series.turns.map(({ apart }) => apart)).toEqual([true, true, false, false]);
    // What is apart does not speak for the series.
    expect(read().meeting.series.next).toBe(last.meeting.id);
  });

  it('that is odd does not speak for it either, until all are moved; where all are, the next does', () => {
    const { store, id, read, first, second } = weekly();
    cutTurn(store, id, 0, 'odd');
    expect(read().meeting.series).toMatchObject({ next: second.meeting.id, turns: [{ apart: false }, {}, {}, {}] });
    for (const number of [1, 3]) cutTurn(store, id, number, 'odd');
    expect(read().meeting.series.next).toBe(first.meeting.id);
    cutTurn(store, id, 1, 'apart');
    const moved = [0, 1, 2, 3].map((week) => inWeeks(week, 3600));
    moveTurns(store, id, moved);
    const { turns } = read().meeting.series;
    expect(turns.map(({ local, begin }) => ({ local, begin }))).toEqual(moved);
    expect(store.all('SELECT turn_apart AS apart FROM series_meeting ORDER BY turn_number')).toEqual([
      ...[{ apart: 0 }, { apart: 1 }, { apart: 0 }, { apart: 0 }],
    ]);
  });

  it('that is off stays off, whatever it was', () => {
    const { store, id, read, first } = weekly();
    cutTurn(store, id, 0, 'apart');
    removeMeeting(store, first.meeting.id, NOW);
    cutTurn(store, id, 0, 'off');
    cutTurn(store, id, 1, 'apart');
    const { turns } = read().meeting.series;
    expect(turns.map(({ meetingId, off, apart }) => [meetingId === null, off, apart])).toEqual([
      [true, true, true],
      [false, false, true],
      [true, true, false],
      [false, false, false],
    ]);
  });
});

describe('a change of a series', () => {
  it('raises sequence and version, and its time does not go back', () => {
    const { store, id, read } = weekly();
    touchSeries(store, id, NOW + 60);
    touchSeries(store, id, NOW);
    expect(read().meeting).toMatchObject({ sequence: 2, version: 2, created: NOW, modified: NOW + 60 });
  });

  it('may end it, or split it in two', () => {
    const { store, id, read, all, last } = weekly();
    const whole = read();
    const moved = [2, 3].map((week) => inWeeks(week, 3600));
    const next = splitSeries(store, clockAt(NOW + 5), whole, 2, [...moved, inWeeks(9)]);
    expect(read().meeting.series).toMatchObject({ ends: 'until', turns: [{ off: false }, { off: false }] });
    expect(read().meeting.series.turns).toHaveLength(2);
    const other = seriesById(store, next, NOW)?.meeting;
    expect(other?.series.turns.map(({ local, begin, off, meetingId }) => ({ local, begin, off, meetingId }))).toEqual([
      { ...moved[0], off: true, meetingId: null },
      { ...moved[1], off: false, meetingId: last.meeting.id },
    ]);
    expect(other?.series).toMatchObject({ repeat: 'weekly', every: 1, ends: 'times', zone: 'Europe/Paris' });
    expect(other).toMatchObject({ created: NOW + 5, version: 0 });
    endSeries(store, id, 1);
    expect(read().meeting.series.turns.map(({ meetingId }) => meetingId)).toEqual([all[0]?.meeting.id]);
  });
});
