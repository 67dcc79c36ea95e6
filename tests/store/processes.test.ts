import { once } from 'node:events';
import { mkdirSync, rmdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { checkIntegrity } from '../../lib/store/maintenance.ts';
import { enqueue, mailsIn } from '../../lib/store/outbox.ts';
import { program, start, together } from './children.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open, scratch, sqlite3, upstreamCopy } from './scratch.ts';

const IMPORTS = `
  import { openStore } from '../../lib/store/store.ts';
  import { insertMeeting, updateMeeting } from '../../lib/store/bookings.ts';
  import { claim, enqueue, markSent } from '../../lib/store/outbox.ts';
  const clock = { now: () => ${NOW}, nanoseconds: () => ${NOW}000000000n };
  const booking = ${JSON.stringify(BOOKING)};
  const mailTo = (meetingId, recipient) =>
    ({ meetingId, kind: 'new', recipient, role: 'guest', messageId: meetingId + recipient, content: 'text', expires: null });
`;

describe('processes at the same time', () => {
  it('open an old and a new file at once: it is brought up to date once, by whoever is first', async () => {
    const child = await program(`${IMPORTS} openStore(file, { nativeBinding: addon }).close();`);
    for (const file of [upstreamCopy(), scratch('new.db')]) {
      const ends = await together(child, file, 8);
      expect(ends).toEqual(ends.map(() => ({ status: 0, out: '', error: '' })));
      expect(sqlite3(file, 'PRAGMA journal_mode; PRAGMA integrity_check')).toBe('wal\nok');
    }
  });

  it('book at once, in the same nanosecond: everyone’s booking is there, with an id of its own', async () => {
    const child = await program(`${IMPORTS}
      const store = openStore(file, { nativeBinding: addon });
      for (let i = 0; i < 10; i += 1) console.log(insertMeeting(store, clock, name + '@x.test', booking).meeting.id);`);
    const file = scratch('jmb.db');
    const ends = await together(child, file, 5);
    expect(ends.map((end) => end.error)).toEqual(ends.map(() => ''));
    const ids = ends.flatMap((end) => end.out.trim().split('\n'));
    expect(new Set(ids).size).toBe(50);
    expect(sqlite3(file, 'SELECT count(*) FROM meetings; SELECT count(*) FROM attendees')).toBe('50\n150');
  });

  it('save the same form at once: one is saved, the others are told', async () => {
    const store = open();
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    const child = await program(`${IMPORTS}
      const store = openStore(file, { nativeBinding: addon });
      console.log(updateMeeting(store, '${meeting.id}', 0, { ...booking, subject: name }, ${NOW}).outcome);`);
    const outcomes = (await together(child, store.file, 5)).map((end) => end.out.trim()).sort();
    expect(outcomes).toEqual(['conflict', 'conflict', 'conflict', 'conflict', 'saved']);
  });

  it('open while the log of writes is not theirs yet, for a moment', async () => {
    const store = open();
    const { file } = store;
    store.close();
    // Nobody can open a folder, root included.
    mkdirSync(`${file}-wal`);
    const child = await program(
      `${IMPORTS} console.log('at work'); openStore(file, { nativeBinding: addon }).close();`,
    );
    const { process, ended } = start(child, file, 'reader');
    await once(process.stdout ?? process, 'data');
    await new Promise((resolve) => setTimeout(resolve, 40));
    rmdirSync(`${file}-wal`);
    expect(await ended).toEqual({ status: 0, out: 'at work\n', error: '' });
  });

  it('send at once: no mail is claimed twice', async () => {
    const store = open();
    const recipients = Array.from({ length: 200 }, (_, index) => mail('77', `r${index}@x.test`));
    enqueue(store, recipients, NOW);
    const child = await program(`${IMPORTS}
      const store = openStore(file, { nativeBinding: addon });
      for (;;) {
        const rows = claim(store, { by: name, now: ${NOW}, leaseSeconds: 600, limit: 7 });
        if (rows.length === 0) break;
        for (const row of rows) { console.log(row.id); markSent(store, row.id, ${NOW}); }
      }`);
    const claimed = (await together(child, store.file, 4)).flatMap((end) => end.out.trim().split('\n').filter(Boolean));
    expect(claimed).toHaveLength(200);
    expect(new Set(claimed).size).toBe(200);
    expect(mailsIn(store, 'sent', 999)).toHaveLength(200);
  });

  it('may be killed at any moment: a booking is there with all its people and mails, or not at all', async () => {
    const child = await program(`${IMPORTS}
      const store = openStore(file, { nativeBinding: addon });
      for (;;) {
        store.transaction(() => {
          const { meeting, attendees } = insertMeeting(store, clock, 'alice@x.test', booking);
          enqueue(store, attendees.map((one) => mailTo(meeting.id, one.email)), ${NOW});
          return meeting;
        });
        require('node:fs').writeSync(1, '.');
      }`);
    const file = scratch('jmb.db');
    let confirmed = 0;
    for (let round = 0; round < 8; round += 1) {
      const { process, ended } = start(child, file, 'victim');
      // A machine that is busy may take a second to start it: half of them are killed once they have booked.
      if (round % 2 === 0 && process.stdout !== null) await once(process.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
      process.kill('SIGKILL');
      confirmed += (await ended).out.length;
    }
    const store = open(file);
    expect(confirmed).toBeGreaterThan(0);
    const [meetings = 0, attendees, agenda, mails, extra] = sqlite3(
      file,
      `SELECT count(*) FROM meetings; SELECT count(*) FROM attendees; SELECT count(*) FROM agenda;
       SELECT count(*) FROM outbox; SELECT count(*) FROM meeting_extra`,
    )
      .split('\n')
      .map(Number);
    expect(meetings).toBeGreaterThanOrEqual(confirmed);
    expect(meetings).toBeLessThanOrEqual(confirmed + 8);
    expect([attendees, agenda, mails, extra]).toEqual([3 * meetings, 3 * meetings, 3 * meetings, meetings]);
    expect(checkIntegrity(store)).toBeNull();
  });
});
