/** Each function of lib/store once, so that a test can look at every statement they prepare. */
import { DETAIL_NAMES } from '../../lib/meetings/details.ts';
import type { Meeting } from '../../lib/meetings/meeting.ts';
import { occurrenceAt } from '../../lib/meetings/series.ts';
import { busyOf, searchableOf, slotsOf } from '../../lib/store/agenda.ts';
import {
  answersWait,
  keepUnconfirmed,
  lastTaken,
  noteReply,
  owe,
  saidOf,
  settle,
  unconfirmedOf,
  untold,
  wasTaken,
} from '../../lib/store/answers.ts';
import {
  addAssistant,
  assistantsOf,
  bossesOf,
  isAssistant,
  noteStandIn,
  ownersOf,
  removeAssistant,
} from '../../lib/store/assistants.ts';
import { insertMeeting, removeMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import {
  changeAddress,
  changeOwner,
  forgetLinks,
  forgetLinksBefore,
  goneLink,
  replaceLink,
} from '../../lib/store/changes.ts';
import { erasePerson, livingOf, waitingAbout } from '../../lib/store/erase.ts';
import {
  addressesWith,
  cachedFeed,
  feedByHash,
  feedOf,
  keepFeed,
  noteSeen,
  rememberAddresses,
  rememberVisitor,
  renewFeed,
} from '../../lib/store/feeds.ts';
import { FORGET } from '../../lib/store/forget.ts';
import { importFeed, importMeeting } from '../../lib/store/import.ts';
import {
  countConnection,
  invitationByHash,
  invitationBySeries,
  otherSeats,
  ownerOf,
  peopleOfSeries,
  recordAnswer,
  sameAnswers,
} from '../../lib/store/invitations.ts';
import { causedBy, noteCaused, noteWrong, takeSearch, wrongFrom } from '../../lib/store/limits.ts';
import {
  backupsMade,
  countEndedBefore,
  lastRun,
  newestBooking,
  noteBackup,
  noteRun,
  purgeEndedBefore,
  purgeMailsBefore,
} from '../../lib/store/maintenance.ts';
import { attendeesOf, invitationsIn, invitationsOf, meetingByRoom } from '../../lib/store/meetings.ts';
import { chosenBy, keepMine, mineOf } from '../../lib/store/mine.ts';
import { claim, enqueue, mailsIn, markRefused, markSent, outboxOf, postpone, untry } from '../../lib/store/outbox.ts';
import { dropExpired, dropNews, dropWaiting, retry, retryAll, withdraw } from '../../lib/store/outbox_changes.ts';
import {
  feedsByAddress,
  forgetAnswers,
  invitedBefore,
  keepAccounts,
  keepAnswer,
  keepLanguages,
  keptAnswer,
  namedIn,
  namesOf,
  rememberName,
} from '../../lib/store/people.ts';
import { knownOf, whomOf } from '../../lib/store/person.ts';
import { dueReminders, markRemindersDone, planReminderRows } from '../../lib/store/reminders.ts';
import { markReturned, meetingsToTell, requestBehind, returnedOf } from '../../lib/store/returned.ts';
import {
  accountsWith,
  closedButBooked,
  countPrivate,
  endingMeetings,
  forgetOrders,
  markEnding,
  markOrderDone,
  openOrders,
  orderOf,
  orderRoom,
  roomIsTaken,
} from '../../lib/store/rooms.ts';
import { formToken, formTokenHolds } from '../../lib/store/secrets.ts';
import { aboutId, seriesById } from '../../lib/store/series.ts';
import {
  addLink,
  changeLink,
  cutTurn,
  insertSeries,
  linkPeople,
  moveTurns,
  removeSeries,
  replaceSeriesLink,
  splitSeries,
  touchSeries,
} from '../../lib/store/series_changes.ts';
import { isMailStuck, mailAges, mailFigures, meetingsFrom, roomFigures } from '../../lib/store/statistics.ts';
import type { Store } from '../../lib/store/store.ts';
import { dateAndTime } from '../../lib/text/dates.ts';
import { processZone, zoneOf } from '../../lib/text/zones.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW } from './scratch.ts';

/** Goes through all of it on an open database. */
export function everything(store: Store): void {
  const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, {
    ...BOOKING,
    ...Object.fromEntries(DETAIL_NAMES.map((name) => [name, 'One'])),
    language: 'en',
    names: new Map(BOOKING.guests.map((guest) => [guest, 'Hans Müller'])),
  });
  addressesWith(store, [ALICE]);
  addAssistant(store, 'alice', 'bob@example.org', NOW);
  bossesOf(store, ['bob@example.org']);
  isAssistant(store, 'alice', ['bob@example.org']);
  assistantsOf(store, 'alice');
  removeAssistant(store, 'alice', 'bob@example.org');
  noteStandIn(store, meeting.id, 'bob@example.org');
  ownersOf(store, [{ id: meeting.id, owner: ALICE }]);
  noteStandIn(store, meeting.id, null);
  const { id } = meeting;
  const hash = attendees[1]?.hash ?? '';
  const moderators = ['invite@ailleurs.test', 'new@example.org'];
  updateMeeting(store, id, 0, { ...BOOKING, subject: 'Moved', moderators, guests: [] }, NOW);
  // As an old row has it, a seat twice: people are told apart then.
  store.database
    .prepare("INSERT INTO attendees VALUES (NULL, ?, 'twice00000000000', 'guest', ?, 0, 0)")
    .run(BigInt(id), ALICE);
  invitationsOf(store, [ALICE], { endAfter: NOW });
  const slots = slotsOf(store, [ALICE], { endAfter: NOW });
  searchableOf(store, slots);
  invitationsIn(store, slots);
  meetingByRoom(store, meeting.room);
  attendeesOf(store, id);
  invitationByHash(store, hash);
  ownerOf(store, id);
  owe(store, hash, NOW);
  untold(store, NOW, 10);
  settle(store, [hash]);
  answersWait(store, id);
  recordAnswer(store, attendees[2]?.hash ?? '', 'declined', NOW);
  saidOf(store, id);
  withdraw(store, id, 'x@example.org', NOW, 'address corrected');
  changeAddress(store, id, 'x@example.org', 'y@example.org', NOW);
  updateMeeting(store, id, 2, { ...BOOKING, begin: BOOKING.begin + 60, moderators, guests: [] }, NOW);
  const [one] = attendees;
  if (one === undefined) throw new Error('nobody is invited');
  noteReply(store, one, { sequence: 0, stamp: NOW, message: 'm' }, NOW);
  wasTaken(store, one, { sequence: 0, stamp: NOW, message: 'm' });
  lastTaken(store, one);
  keepUnconfirmed(store, id, { at: NOW, from: 'x@example.org', named: '', answer: 'accepted', comment: '' });
  unconfirmedOf(store, id);
  replaceLink(store, id, 'invite@ailleurs.test', NOW);
  countConnection(store, hash);
  meetingsFrom(store, NOW);
  feedOf(store, 'alice');
  feedByHash(store, feedOf(store, 'alice'));
  renewFeed(store, 'alice');
  rememberAddresses(store, 'alice', [ALICE, 'alice@example.org']);
  rememberName(store, [ALICE], 'Alice Martin');
  rememberVisitor(store, { uid: 'alice', addresses: [ALICE], name: 'Alice' }, []);
  namesOf(store, [ALICE]);
  for (const zone of [zoneOf('Asia/Tokyo'), null]) keepMine(store, 'alice', { ...mineOf(store, 'alice'), zone });
  keepMine(store, 'alice', { ...mineOf(store, 'alice'), reminders: false });
  chosenBy(store, [ALICE]);
  namedIn(store, [id]);
  invitedBefore(store, [ALICE], 0);
  keepFeed(store, feedOf(store, 'alice'), { fingerprint: 'f', body: 'BEGIN', at: NOW });
  cachedFeed(store, feedOf(store, 'alice'));
  formToken(store, 'alice', NOW);
  formTokenHolds(store, 'alice', 'x', NOW);
  noteCaused(store, 'alice', 3, NOW);
  causedBy(store, 'alice', NOW);
  takeSearch(store, 'alice', NOW);
  noteWrong(store, '192.0.2.1', NOW);
  wrongFrom(store, '192.0.2.1', NOW);
  countPrivate(store, 'alice', NOW);
  for (const kind of ['mail', 'xmpp'] as const) {
    planReminderRows(store, kind, id, [NOW - 60]);
    markRemindersDone(
      store,
      kind,
      dueReminders(store, kind, NOW).map((due) => due.id),
    );
  }
  outbox(store, id);
  rooms(store, meeting);
  series(store);
  const old = { id: 12n, room: 'oldroom', subject: 'Old', owner: ALICE, begin: NOW, end: NOW + 60, guests: [ALICE] };
  importMeeting(store, old);
  importFeed(store, 'carol', 'OldHashOldHashXX');
  busyOf(store, [ALICE], NOW, NOW + 3600);
  changeOwner(store, meeting.id, ALICE, 'bob@example.org', 'moderator', NOW);
  removeMeeting(store, '12', NOW);
  roomFigures(store, NOW);
  mailFigures(store, NOW);
  countEndedBefore(store, NOW);
  newestBooking(store);
  purgeEndedBefore(store, 1, 1);
  purgeMailsBefore(store, 1, 1);
  removeMeeting(store, id, NOW);
  goneLink(store, hash, NOW);
  forgetLinks(store, NOW);
  forgetLinksBefore(store, NOW + 1);
  forgetting(store);
  noteBackup(store, '/nowhere/copy.db', NOW);
  backupsMade(store);
  const whom = whomOf(store, ALICE, []);
  knownOf(store, whom);
  livingOf(store, whom, NOW);
  waitingAbout(store, whom);
  erasePerson(store, { ...whom, accounts: ['alice'] }, NOW);
}

function forgetting(store: Store): void {
  const long = NOW - 500 * 86_400;
  noteSeen(store, 'gone', long);
  formToken(store, 'formgone', long);
  noteCaused(store, 'gone', 1, NOW);
  rememberName(store, ['gone@example.org'], 'Gone');
  keepAccounts(store, new Map([['gone@example.org', 'gone']]));
  keepLanguages(store, new Map([['gone@example.org', 'en']]));
  for (const what of Object.values(FORGET)) what(store, { since: long + 86_400, now: NOW + 7200 }, 1000, 'gone');
  FORGET['rooms']?.(store, { since: NOW + 1, now: NOW }, 1, '');
}

function series(store: Store): void {
  const dates = [0, 7, 14].map((days) =>
    occurrenceAt(dateAndTime(BOOKING.begin + days * 86_400).replace(' ', 'T'), processZone),
  );
  const occurrences = dates.map((date, at) => ({ ...date, skipped: at === 1 }));
  const repetition = { repeat: 'weekly', every: 1, ends: 'times', occurrences } as const;
  const { id, meetings } = insertSeries(store, clockAt(NOW), ALICE, BOOKING, { repetition, zone: 'Europe/Paris' });
  const [first] = meetings;
  const whole = seriesById(store, id, NOW);
  if (first === undefined || whole === undefined) throw new Error('a series was there to be read');
  const { meeting, attendees } = first;
  aboutId(store, meeting.id);
  peopleOfSeries(store, id);
  invitationBySeries(store, whole.attendees[1]?.hash ?? '', NOW);
  for (const attendee of attendees.slice(1, 2)) {
    otherSeats(store, { meeting, attendee }, 0, NOW);
    sameAnswers(store, { meeting, attendee: { ...attendee, answer: 'accepted' } }, NOW);
  }
  linkPeople(store, whole, [...attendees.slice(2).map((one) => ({ ...one, role: 'moderator' as const }))], NOW);
  addLink(store, id, 'more@example.org', 'guest');
  changeLink(store, id, 'more@example.org', 'other@example.org');
  replaceSeriesLink(store, whole, 'other@example.org', NOW);
  moveTurns(store, id, dates);
  cutTurn(store, id, 1, 'off');
  touchSeries(store, id, NOW);
  const next = splitSeries(store, clockAt(NOW), whole, 2, dates.slice(2));
  const last = seriesById(store, next, NOW);
  if (last !== undefined) removeSeries(store, last, NOW);
  for (const one of meetings) removeMeeting(store, one.meeting.id, NOW);
}

function outbox(store: Store, id: string): void {
  enqueue(store, [mail(id, 'one@example.org'), mail(id, 'two@example.org'), mail(id, 'three@example.org')], NOW, 'abc');
  // Nothing is due then.
  claim(store, { by: 'a', now: 0, leaseSeconds: 60, limit: 1 });
  const [first] = claim(store, { by: 'a', now: NOW, leaseSeconds: 60, limit: 1, meetingId: id });
  const [second, third] = claim(store, { by: 'a', now: NOW, leaseSeconds: 60, limit: 2 });
  if (!first || !second || !third) throw new Error('three mails were there to be claimed');
  markSent(store, first.id, NOW);
  markRefused(store, second.id, 'a', '550 no', NOW);
  postpone(store, third.id, 'a', '450 later', NOW + 60);
  retry(store, second.id, NOW);
  retryAll(store, NOW, '@example.org');
  dropExpired(store, NOW);
  dropWaiting(store, [third.id], NOW);
  dropNews(store, id, NOW);
  keepAccounts(store, new Map([['dan@example.org', 'dan']]));
  keepLanguages(store, new Map([['dan@example.org', 'en']]));
  keepLanguages(store, new Map([['dan@example.org', null]]));
  feedsByAddress(store, ['dan@example.org']);
  rememberAddresses(store, 'dan', ['dan@example.org']);
  rememberAddresses(store, 'dan', ['dan@example.org']);
  noteRun(store, 'remind', { at: NOW, boot: 'one', uptime: 1, doubted: null });
  lastRun(store, 'remind');
  keepAnswer(store, '["person","alice"]', 'null', NOW);
  keptAnswer(store, '["person","alice"]');
  forgetAnswers(store, NOW + 1);
  isMailStuck(store, NOW, NOW);
  mailAges(store, 'waiting', NOW);
  untry(store, third.id, 'a', 'not tried', NOW);
  mailsIn(store, 'waiting', 10);
  outboxOf(store, id);
  markReturned(store, { meetingId: id, recipient: first.recipient, messageId: undefined, reason: '550 no' }, NOW);
  requestBehind(store, id, first.recipient, undefined);
  meetingsToTell(store, NOW);
  returnedOf(store, id, NOW);
}

function rooms(store: Store, meeting: Meeting): void {
  const { id: meetingId, room } = meeting;
  orderRoom(store, { room, person: '', does: 'end', meetingId, until: NOW });
  for (const order of openOrders(store, NOW - 1)) markOrderDone(store, order, NOW);
  orderOf(store, room, '', NOW);
  forgetOrders(store, NOW);
  closedButBooked(store, NOW);
  accountsWith(store, ALICE);
  endingMeetings(store, NOW - 60, NOW, 600);
  markEnding(store, meeting, NOW);
  roomIsTaken(store, meeting, NOW);
}
