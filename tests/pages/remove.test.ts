import { describe, expect, it } from 'vitest';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { meetingRemove, removalAsk } from '../../lib/pages/meeting_remove.ts';
import { countConnection, recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { enqueue, outboxOf } from '../../lib/store/outbox.ts';
import { ALICE, BOB, between, NOW, OUTSIDER, site } from './site.ts';

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

  it('is for the owner, with the form, before the begin', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id };
    const ask = (asked: object) => jmb.ask(meetingRemove, { as: 'alice', query: 'del', form, ...asked });
    expect((await ask({ as: 'bob', form: { ...form, conf_token: jmb.token('bob') } })).status).toBe(403);
    expect((await ask({ form: { conf_tsn: meeting.id } })).status).toBe(403);
    expect((await ask({ env: { HTTP_SEC_FETCH_SITE: 'cross-site' } })).status).toBe(403);
    expect((await ask({ later: DAY + 1 })).status).toBe(403);
    expect((await jmb.ask(removalAsk, { as: 'bob', query: `del&id=${meeting.id}` })).status).toBe(403);
    expect(meetingById(jmb.store, meeting.id)).toBeDefined();
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

  it('is for the owner', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    expect((await jmb.ask(attendeesFollow, { as: 'bob', query: `attendees&id=${meeting.id}` })).status).toBe(403);
    expect((await jmb.ask(attendeesFollow, { as: 'alice', query: 'attendees&id=12' })).status).toBe(404);
    expect((await jmb.ask(attendeesFollow, { as: 'alice', query: 'attendees' })).status).toBe(404);
  });
});
