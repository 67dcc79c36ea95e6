import { describe, expect, it } from 'vitest';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingRemove, removalAsk } from '../../lib/pages/meeting_part.ts';
import { countConnection, recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { enqueue, outboxOf } from '../../lib/store/outbox.ts';
import { ALICE, BOB, between, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;

describe('deleting', () => {
  it('asks first, then deletes and tells everyone', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    const asked = await jmb.ask(removalAsk, { as: 'alice', query: `del&id=${meeting.id}` });
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('2 personnes invitées seront prévenues');
    expect(meetingById(jmb.store, meeting.id)).toBeDefined();
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id };
    const { status, headers } = await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form });
    expect(status).toBe(303);
    expect(headers.get('location')).toBe('/booking.cgi?list&notice=removed_waiting');
    expect(meetingById(jmb.store, meeting.id)).toBeUndefined();
    expect(attendeesOf(jmb.store, meeting.id)).toEqual([]);
    const told = outboxOf(jmb.store, meeting.id).map(({ kind, recipient }) => `${kind} ${recipient}`);
    expect(told.sort()).toEqual([`del ${ALICE}`, `del ${BOB}`, `del ${OUTSIDER}`]);
    expect((await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form })).status).toBe(404);
  });

  it('is for the owner, with the form', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id };
    const ask = (asked: object) => jmb.ask(meetingRemove, { as: 'alice', query: 'del', form, ...asked });
    expect((await ask({ as: 'bob', form: { ...form, conf_token: jmb.token('bob') } })).status).toBe(403);
    expect((await ask({ form: { conf_tsn: meeting.id } })).status).toBe(403);
    expect((await ask({ env: { HTTP_SEC_FETCH_SITE: 'cross-site' } })).status).toBe(403);
    expect((await jmb.ask(removalAsk, { as: 'bob', query: `del&id=${meeting.id}` })).status).toBe(403);
    expect(meetingById(jmb.store, meeting.id)).toBeDefined();
  });
});

describe('deleting what has begun', () => {
  const form = (jmb: Site, id: string, tell?: string) => ({
    conf_token: jmb.token('alice'),
    conf_tsn: id,
    ...(tell === undefined ? {} : { conf_tell: tell }),
  });
  const told = (jmb: Site, id: string) =>
    outboxOf(jmb.store, id)
      .filter(({ state }) => state === 'waiting')
      .map(({ kind, recipient }) => `${kind} ${recipient}`)
      .sort();
  const EVERYBODY = [`del ${ALICE}`, `del ${BOB}`, `del ${OUTSIDER}`];

  it.each([
    ['running', -60, undefined, EVERYBODY],
    ['running', -60, 'yes', EVERYBODY],
    ['running', -60, 'no', []],
    ['over', -DAY, undefined, []],
    ['over', -DAY, 'yes', EVERYBODY],
    ['over', -DAY, 'no', []],
    ['planned', DAY, 'no', EVERYBODY],
  ])('%s (%i s): told as the form says: %s', async (_, begin, tell, expected) => {
    const jmb = site();
    const { meeting } = jmb.meeting(begin);
    const answer = await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form: form(jmb, meeting.id, tell) });
    const notice = expected.length > 0 ? 'removed_waiting' : 'removed_quietly';
    expect(answer.headers.get('location')).toBe(`/booking.cgi?list&notice=${notice}`);
    expect(meetingById(jmb.store, meeting.id)).toBeUndefined();
    expect(told(jmb, meeting.id)).toEqual(expected);
    // What is over is still told: the mail is worth sending for a day.
    for (const { expires } of outboxOf(jmb.store, meeting.id)) expect(expires).toBeGreaterThan(NOW + 3000);
  });

  it('asks whether to tell, and proposes what is usual', async () => {
    const jmb = site();
    const page = async (begin: number) => {
      const { meeting } = jmb.meeting(begin);
      return (await jmb.ask(removalAsk, { as: 'alice', query: `del&id=${meeting.id}` })).body;
    };
    const chosen = (body: string) => /name="conf_tell" value="(\w+)" checked/.exec(body)?.[1];
    expect([chosen(await page(DAY)), chosen(await page(-60)), chosen(await page(-DAY))]).toEqual([
      undefined,
      'yes',
      'no',
    ]);
  });

  it('in silence takes back what nobody has got yet', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(-60);
    const mail = { meetingId: meeting.id, role: 'guest', content: '{}', expires: null } as const;
    enqueue(jmb.store, [{ ...mail, kind: 'new', recipient: BOB, messageId: '<1@x>' }], NOW);
    await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form: form(jmb, meeting.id, 'no') });
    expect(told(jmb, meeting.id)).toEqual([]);
  });

  it('is offered in the list, to the owner alone', async () => {
    const jmb = site();
    const ids = [-60, -DAY].map((begin) => jmb.meeting(begin).meeting.id);
    const lists = [await jmb.ask(meetingList, { as: 'alice' }), await jmb.ask(meetingList, { as: 'bob' })];
    for (const id of ids) {
      expect(lists.map(({ body }) => body.includes(`booking.cgi?del&amp;id=${id}"`))).toEqual([true, false]);
    }
    const [running, over] = ids.map((id) => lists[0]?.body.includes(`booking.cgi?edit&amp;id=${id}"`));
    expect([running, over]).toEqual([true, false]);
  });
});

describe('the follow-up', () => {
  it('shows answers, connections, totals and the mails that did not arrive', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(DAY);
    const [, bob, outsider] = attendees;
    recordAnswer(jmb.store, bob?.hash ?? '', 'accepted', NOW);
    recordAnswer(jmb.store, outsider?.hash ?? '', 'declined', NOW);
    countConnection(jmb.store, bob?.hash ?? '');
    countConnection(jmb.store, bob?.hash ?? '');
    const mail = { meetingId: meeting.id, role: 'guest', content: '{}', expires: null } as const;
    enqueue(
      jmb.store,
      [
        { ...mail, kind: 'new', recipient: BOB, messageId: '<1@x>' },
        { ...mail, kind: 'new', recipient: OUTSIDER, messageId: '<2@x>' },
      ],
      NOW,
    );
    jmb.store.transaction(() =>
      jmb.store.run(
        "UPDATE outbox SET outbox_state = 'refused', outbox_reason = '550 <nobody> here' WHERE outbox_recipient = ?",
        OUTSIDER,
      ),
    );
    const { status, body, text } = await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${meeting.id}` });
    expect(status).toBe(200);
    expect(between(body, 'class="totals"', '</ul>').replace(/<[^>]*>/g, '')).toMatch(
      /2 personnes invitées\s+1 a accepté\s+1 a décliné\s+0 sans réponse\s+1 est venue/,
    );
    expect(between(between(body, '<tbody', '</tbody>'), `>${BOB}<`, '</tr>')).toMatch(/Acceptée.*>2</s);
    expect(between(body, 'id="refused"', '</section>')).toContain('550 &lt;nobody&gt; here');
    expect(between(body, 'id="delayed"', '</section>')).toContain(BOB);
    expect(text).toContain('Organisateur');
  });

  it('is for owner and moderators', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    expect((await jmb.ask(attendeesFollow, { as: 'bob', query: `attendees&id=${meeting.id}` })).status).toBe(403);
    expect((await jmb.ask(attendeesFollow, { as: 'alice', query: 'attendees&id=12' })).status).toBe(404);
    expect((await jmb.ask(attendeesFollow, { as: 'alice', query: 'attendees' })).status).toBe(404);
  });
});
