/** Rows as the Bash version, and hands at its database, have left them: they open everywhere, and nobody counts twice. */
import { describe, expect, it } from 'vitest';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { answerAsk, answerGive } from '../../lib/pages/invitation_answer.ts';
import { meetingEdit } from '../../lib/pages/meeting_form.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingRemove, removalAsk } from '../../lib/pages/meeting_part.ts';
import { meetingChange } from '../../lib/pages/meeting_save.ts';
import { roomJoin, tokenEnter } from '../../lib/pages/room_enter.ts';
import { slotsOf } from '../../lib/store/agenda.ts';
import { feedOf, rememberAddresses } from '../../lib/store/feeds.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf, invitationsIn, meetingById } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { ODD, unconstrained } from '../support/odd_rows.ts';
import { ALICE, BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;

/** Adds rows to the people of a meeting, as they are. */
function seat(jmb: Site, id: string, role: string, email: string, hash: string | null): void {
  jmb.store.transaction(() =>
    jmb.store.run(
      `INSERT INTO attendees (attendee_meeting_id, attendee_meeting_hash, attendee_role, attendee_email) VALUES (?, ?, ?, ?)`,
      BigInt(id),
      hash,
      role,
      email,
    ),
  );
}

describe('who has two seats', () => {
  /** Alice's meeting, in which Bob is a guest and, typed otherwise, a moderator; Alice is her own guest besides. */
  function doubled(begin: number) {
    const jmb = site();
    const { meeting } = jmb.meeting(begin);
    seat(jmb, meeting.id, 'moderator', 'Bob.Durand@Example.org', 'moderatorHashBob');
    seat(jmb, meeting.id, 'guest', ALICE, 'guestHashOfAlice');
    const bob = attendeesOf(jmb.store, meeting.id).find(({ email }) => email === BOB);
    const guestHash =
      jmb.store.get<{ hash: string }>(
        "SELECT attendee_meeting_hash AS hash FROM attendees WHERE attendee_email = ? AND attendee_role = 'guest'",
        BOB,
      )?.hash ?? '';
    return { jmb, meeting, bob, guestHash };
  }

  it('is one person, in the higher role, in list, follow-up, counts and feed', async () => {
    const { jmb, meeting, bob, guestHash } = doubled(DAY);
    expect(attendeesOf(jmb.store, meeting.id).map(({ role, email }) => `${role} ${email}`)).toEqual([
      `owner ${ALICE}`,
      `moderator ${BOB}`,
      `guest ${OUTSIDER}`,
    ]);
    expect(bob?.hash).toBe('moderatorHashBob');
    recordAnswer(jmb.store, guestHash, 'accepted', NOW);
    const [listed] = invitationsIn(jmb.store, slotsOf(jmb.store, [BOB], { endAfter: NOW }));
    expect(listed?.attendee).toMatchObject({ role: 'moderator', answer: 'accepted' });
    expect(listed).toMatchObject({ invited: 2, accepted: 1 });
    expect((await jmb.ask(meetingList, { as: 'alice' })).text).toContain('1 oui · 0 non · 1 en attente');
    const follow = await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${meeting.id}` });
    expect(follow.body.split(`>${BOB}<`)).toHaveLength(2);
    expect(follow.text).toMatch(/2 personnes invitées\s+1 a accepté/);
    rememberAddresses(jmb.store, 'bob', [BOB]);
    const feed = await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'bob')}` });
    expect(feed.body.match(/BEGIN:VEVENT/g)).toHaveLength(1);
    expect(feed.body).toContain('moderatorHashBob');
  });

  it('gets one mail, and goes in or out with both', async () => {
    const { jmb, meeting, bob, guestHash } = doubled(DAY);
    const form = (guests: string, moderators: string) => ({
      conf_token: jmb.token('alice'),
      conf_tsn: meeting.id,
      conf_version: String(meetingById(jmb.store, meeting.id)?.version),
      conf_object: 'Jury',
      conf_date: '2026-11-26',
      conf_time: '10:00',
      conf_duration: '60',
      conf_guests: guests,
      conf_moderators: moderators,
    });
    const save = (guests: string, moderators: string) =>
      jmb.ask(meetingChange, { as: 'alice', query: 'register_edit', form: form(guests, moderators) });
    expect((await save(OUTSIDER, BOB)).status).toBe(303);
    expect(outboxOf(jmb.store, meeting.id).filter(({ recipient }) => recipient === BOB)).toHaveLength(1);
    await save(`${OUTSIDER} ${BOB}`, '');
    expect(attendeesOf(jmb.store, meeting.id).find(({ email }) => email === BOB)?.role).toBe('guest');
    await save(OUTSIDER, '');
    expect(attendeesOf(jmb.store, meeting.id).map(({ email }) => email)).toEqual([ALICE, OUTSIDER]);
    for (const hash of [bob?.hash, guestHash]) {
      expect((await jmb.ask(roomJoin, { query: `id=${hash}` })).status).toBe(410);
    }
  });
});

it('moderators of domains below that of the house sign in, those of alike ones do not', async () => {
  const jmb = site('JMB_MAIL_DOMAIN="example.org"');
  const moderators = ['m@sub.example.org', 'm@notexample.org'];
  const { attendees } = jmb.meeting(60, { moderators });
  const ways = moderators.map(async (one) => {
    const hash = attendees.find(({ email }) => email === one)?.hash;
    return (await jmb.ask(roomJoin, { query: `id=${hash}` })).headers.get('location');
  });
  expect(await ways[0]).toMatch(/^\/token\.cgi\?room=/);
  expect(await ways[1]).toMatch(/\?jwt=/);
});

it('rooms with capitals open by the name that Jitsi gives them', async () => {
  const jmb = site();
  const { meeting, attendees } = jmb.meeting(60);
  jmb.store.transaction(() => jmb.store.run("UPDATE meetings SET meeting_name = 'ConseilDeLabo'"));
  const guest = attendees.find(({ role }) => role === 'guest');
  expect((await jmb.ask(roomJoin, { query: `id=${guest?.hash}` })).headers.get('location')).toBe('/conseildelabo');
  for (const room of ['ConseilDeLabo', 'conseildelabo']) {
    const entered = await jmb.ask(tokenEnter, { as: 'alice', query: `room=${room}` });
    const [path, token = ''] = (entered.headers.get('location') ?? '').split('?jwt=');
    expect(path).toBe('/conseildelabo');
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      room: 'conseildelabo',
    });
    expect((await jmb.ask(tokenEnter, { as: 'carol', query: `room=${room}` })).status).toBe(403);
  }
  expect(meetingById(jmb.store, meeting.id)?.room).toBe('conseildelabo');
});

describe.each(ODD)('a meeting with %s', (_, sql) => {
  it.each(['planned', 'running'])('is shown, fed and deleted: %s', async (when) => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(when === 'planned' ? DAY : -60);
    unconstrained(jmb.store);
    jmb.store.database.exec(sql);
    rememberAddresses(jmb.store, 'alice', [ALICE]);
    rememberAddresses(jmb.store, 'bob', [BOB]);
    const id = `id=${meeting.id}`;
    const answers = [
      await jmb.ask(meetingList, { as: 'alice' }),
      await jmb.ask(meetingList, { as: 'bob' }),
      await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&${id}` }),
      await jmb.ask(meetingEdit, { as: 'alice', query: `edit&${id}` }),
      await jmb.ask(removalAsk, { as: 'alice', query: `del&${id}` }),
      await jmb.ask(tokenEnter, { as: 'alice', query: `room=${meeting.room}` }),
      await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'alice')}` }),
      await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'bob')}` }),
    ];
    for (const hash of [...attendees.map((one) => one.hash), 'oneHashForAllOne', '']) {
      answers.push(await jmb.ask(roomJoin, { query: `id=${hash}` }));
      answers.push(await jmb.ask(answerAsk, { query: `accept&id=${hash}` }));
      answers.push(await jmb.ask(answerGive, { query: `accept&id=${hash}`, form: {} }));
    }
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id };
    expect((await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form })).status).toBe(303);
    expect(meetingById(jmb.store, meeting.id)).toBeUndefined();
  });
});

it('one secret that two have opens no more than the lesser of them may', async () => {
  const jmb = site();
  const { meeting } = jmb.meeting(60);
  seat(jmb, meeting.id, 'moderator', 'm@ailleurs.test', 'sharedHashShared');
  seat(jmb, meeting.id, 'guest', 'g@ailleurs.test', 'sharedHashShared');
  const { headers } = await jmb.ask(roomJoin, { query: 'id=sharedHashShared' });
  expect(headers.get('location')).toBe(`/${meeting.room}`);
});

it('whoever is written down without a secret gets one', () => {
  const jmb = site();
  const { meeting } = jmb.meeting(DAY);
  seat(jmb, meeting.id, 'guest', 'late@ailleurs.test', null);
  expect(attendeesOf(jmb.store, meeting.id).at(-1)?.hash).toMatch(/^[0-9A-F]{16}$/);
});
