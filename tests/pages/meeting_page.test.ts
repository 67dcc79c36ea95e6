/** The page of a meeting: who reads it, and what its owner does there. */
import { describe, expect, it } from 'vitest';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { enqueue } from '../../lib/store/outbox.ts';
import { BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;
const CAROL = 'carol.petit@example.org';
const FACTS = { moderators: [BOB], guests: [CAROL, OUTSIDER] };

const follow = (jmb: Site, id: string, as = 'alice', query = '') =>
  jmb.ask(attendeesFollow, { as, query: `attendees&id=${id}${query}` });

describe('a moderator', () => {
  it('reads it, by a link in the list; a guest does not', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(DAY, FACTS);
    const proposal = { begin: NOW + 2 * DAY, duration: 3600 };
    const guest = attendees.find(({ email }) => email === OUTSIDER)?.hash ?? '';
    recordAnswer(jmb.store, guest, 'declined', NOW, { comment: 'Plutôt jeudi', proposal, way: 'page' });
    const way = `href="booking.cgi?attendees&amp;id=${meeting.id}"`;
    expect((await jmb.ask(meetingList, { as: 'bob' })).body).toContain(way);
    expect((await jmb.ask(meetingList, { as: 'carol' })).body).not.toContain(way);
    expect((await follow(jmb, meeting.id, 'carol')).status).toBe(403);
    const { status, text } = await follow(jmb, meeting.id, 'bob');
    expect(status).toBe(200);
    for (const shown of [OUTSIDER, 'Déclinée', 'Plutôt jeudi', 'Propose le']) expect(text).toContain(shown);
  });

  it('sees nobody’s link, nothing to press, and no email that did not arrive', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(DAY, FACTS);
    const proposal = { begin: NOW + 2 * DAY, duration: 3600 };
    for (const { hash } of attendees.slice(1)) {
      recordAnswer(jmb.store, hash, 'tentative', NOW, { comment: '', proposal, way: 'page' });
    }
    const mail = { meetingId: meeting.id, role: 'guest', content: '{}', expires: null } as const;
    enqueue(jmb.store, [{ ...mail, kind: 'new', recipient: OUTSIDER, messageId: '<1@x>' }], NOW);
    const owners = await follow(jmb, meeting.id);
    expect(owners.body).toMatch(/id="delayed".*<form[^>]*post/s);
    const { body } = await follow(jmb, meeting.id, 'bob');
    expect(body).not.toMatch(/id="delayed"|<form|\?edit/);
    for (const { hash } of attendees) expect(body).not.toContain(hash);
  });
});
