/** What is read of an answer in a calendar part (iTIP, RFC 5546), line by line, and what is passed over. */
import { describe, expect, it } from 'vitest';
import { readReplies } from '../../lib/calendar/reply.ts';

const ZOE = 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:zoe@example.net';
const UID = 'UID:7@meet.example.org';

const event = (...lines: readonly string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];
const calendar = (...lines: readonly string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'METHOD:REPLY', ...lines, 'END:VCALENDAR', ''].join('\r\n');

/** What is read of one event that says this beside who answers. */
async function read(...lines: readonly string[]) {
  const [reply, ...others] = await readReplies(calendar(...event(UID, ZOE, ...lines)));
  expect(others).toEqual([]);
  if (reply === undefined) throw new Error('nothing was read');
  return reply;
}

const iso = (unix: number | null | undefined) => typeof unix === 'number' && new Date(unix * 1000).toISOString();

describe('an answer', () => {
  const whole = event(
    ...['UID: 7@meet.example.org ', 'SEQUENCE:4', 'DTSTAMP:20261126T120000Z', 'DTSTART:20261203T130000Z'],
    ...['DTEND:20261203T143000Z', 'RECURRENCE-ID:20261203T130000Z', 'COMMENT: Train à 16 h ', ZOE],
    ...['ATTENDEE;PARTSTAT=declined:MAILTO:Bob%2Bx@Example.org', 'SUMMARY:x', 'STATUS:CANCELLED'],
  );

  it('is read whole', async () => {
    const begin = Date.parse('2026-12-03T13:00:00Z') / 1000;
    expect(await readReplies(calendar(...whole))).toEqual([
      {
        ...{ method: 'REPLY', uid: '7@meet.example.org', sequence: 4, begin, end: begin + 5400, occurrence: begin },
        stamp: Date.parse('2026-11-26T12:00:00Z') / 1000,
        named: [
          { email: 'zoe@example.net', answer: 'accepted' },
          { email: 'bob+x@example.org', answer: 'declined' },
        ],
        comment: 'Train à 16 h',
      },
    ]);
  });

  it('may say nothing but whose it is', async () => {
    expect(await readReplies(calendar(...event(UID, 'ATTENDEE:mailto:zoe@example.net')))).toEqual([
      {
        ...{ method: 'REPLY', uid: '7@meet.example.org', sequence: null, begin: null, end: null, stamp: null },
        ...{ occurrence: undefined, comment: '', named: [{ email: 'zoe@example.net', answer: null }] },
      },
    ]);
  });

  it.each(['\n', '\r', '\r\n'])('may have lines that end in %j', async (end) => {
    const text = calendar(...whole);
    expect(await readReplies(text.replaceAll('\r\n', end))).toEqual(await readReplies(text));
  });

  it.each([
    ['COUNTER', ['COUNTER']],
    ['counter', ['COUNTER']],
    ['REPLY', ['REPLY']],
    ['REQUEST', []],
    ['PUBLISH', []],
  ])('by the method %s: %j', async (method, expected) => {
    const replies = await readReplies(calendar(...whole).replace('METHOD:REPLY', `METHOD: ${method}`));
    expect(replies.map((one) => one.method)).toEqual(expected);
  });

  it.each(['X-METHOD:REQUEST', 'METHOD', 'METHOD:', 'X-OF:METHOD:REQUEST'])('is not undone by %s', async (line) => {
    expect(await readReplies(calendar(line, ...whole))).toHaveLength(1);
    expect(await readReplies(calendar(...whole).replace('METHOD:REPLY', line))).toEqual([]);
  });

  it('is none without a UID, or of nobody, and leaves the one beside it', async () => {
    for (const lines of [[ZOE], ['UID:', ZOE], [UID], [UID, 'COMMENT:x']])
      expect(await readReplies(calendar(...event(...lines), ...whole))).toHaveLength(1);
  });

  it('may come in a second calendar of the same text', async () => {
    const uids = async (...texts: readonly string[]) => (await readReplies(texts.join(''))).map(({ uid }) => uid);
    const second = calendar(...event('UID:8@x', ZOE));
    expect(await uids(calendar(...whole), second)).toEqual(['7@meet.example.org', '8@x']);
    expect(await uids(calendar(...whole), second.replace('REPLY', 'REQUEST'))).toEqual([]);
  });

  it('is one of an event of a calendar, and of nothing else', async () => {
    const text = calendar(...whole);
    for (const [name, other] of [
      ['VEVENT', 'VTODO'],
      ['VCALENDAR', 'VCARD'],
    ] as const)
      expect(await readReplies(text.replaceAll(`:${name}`, `:${other}`))).toEqual([]);
    expect(await readReplies(calendar('BEGIN:X-PART', ...whole, 'END:X-PART'))).toEqual([]);
    expect(await readReplies(calendar('BEGIN:VEVENT', ...whole))).toEqual([]);
    expect(await readReplies(['METHOD:REPLY', ...whole].join('\r\n'))).toEqual([]);
  });
});

describe('a line', () => {
  it('may be folded by a blank or a tab, within a word', async () => {
    expect((await read('COMMENT:Tra\r\n in \r\n\tà 16\r\n  h')).comment).toBe('Train à 16 h');
  });

  it('is read up to 8,192 characters', async () => {
    const of = (length: number) => read(`COMMENT:${'x'.repeat(length - 8)}`);
    expect((await of(8192)).comment).toBe('x'.repeat(300));
    expect((await of(8193)).comment).toBe('');
  });

  it.each(['nonsense', 'DTSTART', 'DTSTART:nonsense', 'COMMENT;', 'ATTENDEE;CN="x', 'BEGIN', 'END:VALARM', ''])(
    'that is none is passed over: %j',
    async (line) => {
      expect(await read(line, 'DTEND:20261203T143000Z')).toMatchObject({ begin: null, comment: '', named: [{}] });
      expect(iso((await read(line, 'DTEND:20261203T143000Z')).end)).toBe('2026-12-03T14:30:00.000Z');
    },
  );

  it('says nothing where it stands in an alarm', async () => {
    const alarm = ['BEGIN:VALARM', 'COMMENT:Beep', 'ATTENDEE:mailto:x@example.org', 'END:VALARM'];
    expect(await read(...alarm, 'COMMENT:Late')).toMatchObject({ named: [{}], comment: 'Late' });
    expect((await read(...alarm.slice(0, -1))).comment).toBe('');
  });

  it.each(['begin:valarm|end:valarm', 'BEGIN: VALARM |END:VALARM ', 'Begin:VAlarm\t|End:\tVALARM'])(
    'begins or ends a part in any of its spellings: %s',
    async (edges) => {
      const [begin = '', end = ''] = edges.split('|');
      expect((await read(begin, 'COMMENT:Beep', end, 'COMMENT:Late')).comment).toBe('Late');
    },
  );

  it.each(['X-BEGIN:VALARM', 'COMMENT:BEGIN:VALARM', 'BEGIN:VALARM at noon', 'X-END:VEVENT', 'END:VEVENT, I think'])(
    'neither begins nor ends a part by %s',
    async (line) => {
      expect(iso((await read(line, 'DTEND:20261203T143000Z')).end)).toBe('2026-12-03T14:30:00.000Z');
    },
  );

  it('that ends a part ends those that were left open in it', async () => {
    const text = calendar(...event(UID, ZOE, 'BEGIN:VALARM', 'BEGIN:X-A'), ...event(UID, ZOE, 'COMMENT:Second'));
    expect((await readReplies(text)).map(({ comment }) => comment)).toEqual(['', 'Second']);
  });

  it('begins with a byte order mark only where the text does', async () => {
    expect(await readReplies(`\ufeff${calendar(...event(UID, ZOE))}`)).toHaveLength(1);
    expect((await read('COMMENT:a\ufeffb')).comment).toBe('a\ufeffb');
  });

  it('is read in parts that lie in each other eight deep at most', async () => {
    const parts = (count: number) => [
      ...Array.from({ length: count }, () => 'BEGIN:X-A'),
      ...Array.from({ length: count }, () => 'END:X-A'),
    ];
    expect((await read(...parts(6), 'COMMENT:Late')).comment).toBe('Late');
    expect((await read(...parts(7), 'COMMENT:Late')).comment).toBe('');
  });
});

describe('what it says', () => {
  it.each([
    ['SEQUENCE:0', 0],
    ['SEQUENCE:123456789', 123_456_789],
    ['SEQUENCE:1234567890', null],
    ['SEQUENCE:-1', null],
    ['SEQUENCE;VALUE=TEXT:3rd', null],
    ['SEQUENCE;VALUE=TEXT:v3', null],
  ])('of the version, by %s: %j', async (line, sequence) => {
    expect((await read(line)).sequence).toBe(sequence);
  });

  it.each([
    ['DTSTART:20261203T140000Z', '2026-12-03T14:00:00.000Z'],
    ['DTSTART;TZID=Europe/Paris:20261203T140000', '2026-12-03T13:00:00.000Z'],
    ['DTSTART:20261203T140000', false],
    ['DTSTART;TZID=Nowhere:20261203T140000', false],
    ['DTSTART;VALUE=DATE:20261203', false],
    ['DTSTART;VALUE=TEXT:on 2026-12-03T14:00:00Z', false],
    ['DTSTART;VALUE=TEXT:2026-12-03T14:00:00Z or so', false],
    ['DTSTART;VALUE=TEXT;TZID=Europe/Paris:soon', false],
  ])('of the time, by %s: %s', async (line, expected) => {
    expect(iso((await read(line)).begin)).toBe(expected);
  });

  it('of an occurrence whose time is unknown, that there is one', async () => {
    expect((await read('RECURRENCE-ID;VALUE=DATE:20261203')).occurrence).toBeNull();
  });

  it.each([
    ['mailto:zoe@example.net', 'zoe@example.net'],
    ['MailTo: Zoe@Example.net ', 'zoe@example.net'],
    ['mailto:zo%C3%A9+a%2Fb@example.net', 'zoé+a/b@example.net'],
    ['mailto:100%Zoe@example.net', '100%zoe@example.net'],
    ['urn:mailto:zoe@example.net', 'urn:mailto:zoe@example.net'],
  ])('of who answers, by %s: %s', async (address, email) => {
    const [reply] = await readReplies(calendar(...event(UID, `ATTENDEE;PARTSTAT=ACCEPTED:${address}`)));
    expect(reply?.named).toEqual([{ email, answer: 'accepted' }]);
  });

  it.each([
    ['ACCEPTED', 'accepted'],
    ['Tentative', 'tentative'],
    ['declined', 'declined'],
    ['DELEGATED', null],
    ['NEEDS-ACTION', null],
    ['', null],
  ])('of the answer, by %s: %j', async (partstat, answer) => {
    const [reply] = await readReplies(calendar(...event(UID, `ATTENDEE;PARTSTAT=${partstat}:mailto:a@b.org`)));
    expect(reply?.named).toEqual([{ email: 'a@b.org', answer }]);
  });

  it('in words, is the first that are some, of the event before those of an attendee, 300 characters of them', async () => {
    const beside = 'ATTENDEE;X-RESPONSE-COMMENT=" Beside ":mailto:bob@example.org';
    expect((await read(beside)).comment).toBe('Beside');
    expect((await read(beside, 'COMMENT: ', 'COMMENT:First', 'COMMENT:Second')).comment).toBe('First');
    expect((await read('COMMENT: ')).comment).toBe('');
    expect((await read(`COMMENT: ${'🎓'.repeat(301)}`)).comment).toBe('🎓'.repeat(300));
  });

  it('is read of 100 attendees, and of 20 events', async () => {
    const crowd = Array.from({ length: 101 }, (_, at) => `ATTENDEE:mailto:a${at}@example.org`);
    const [reply] = await readReplies(calendar(...event(UID, ...crowd)));
    expect(reply?.named.map(({ email }) => email)).toEqual(crowd.slice(0, 100).map((line) => line.slice(16)));
    const many = Array.from({ length: 21 }, (_, at) => event(`UID:${at}@x`, ZOE)).flat();
    expect((await readReplies(calendar(...many))).map(({ uid }) => uid)).toEqual(
      Array.from({ length: 20 }, (_, at) => `${at}@x`),
    );
  });
});
