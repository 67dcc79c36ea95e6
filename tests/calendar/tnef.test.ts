/** The answers that some Outlooks send as TNEF, whole and property by property. */
import { describe, expect, it } from 'vitest';
import { LONGEST_TNEF, readTnef } from '../../lib/calendar/tnef.ts';
import {
  APPOINTMENT,
  attribute,
  fileTime,
  globalId,
  little,
  MEETING,
  named,
  padded,
  sized,
  tnef,
  variable,
  wide,
  winmail,
} from '../support/tnef.ts';

describe('an answer as TNEF', () => {
  const person = { name: '', address: 'bob@x.org' };
  const invitation = {
    uid: '7@meet.example.org',
    sequence: 4,
    begin: 1_796_302_800,
    end: 1_796_306_400,
    summary: 's',
    location: '',
    asked: true,
  };
  const about = { ...invitation, organiser: person, attendee: person };
  const said = { partstat: 'ACCEPTED', comment: ' Train à 16 h ', at: 1_796_000_000, id: 'x' } as const;
  const read = (bytes: Uint8Array) => readTnef(bytes, 'bob@x.org');

  it.each([
    ['ACCEPTED', 'accepted'],
    ['TENTATIVE', 'tentative'],
    ['DECLINED', 'declined'],
  ] as const)('%s', (partstat, answer) => {
    expect(read(winmail(about, { ...said, partstat }))).toEqual([
      {
        ...{ method: 'REPLY', uid: '7@meet.example.org', sequence: 4, begin: 1_796_302_800, end: 1_796_306_400 },
        ...{
          occurrence: undefined,
          stamp: 1_796_000_000,
          named: [{ email: 'bob@x.org', answer }],
          comment: 'Train à 16 h',
        },
      },
    ]);
  });

  it('that proposes another time', () => {
    const proposed = { begin: 1_796_400_000, end: 1_796_403_600 };
    const [found] = read(winmail(about, { ...said, partstat: 'TENTATIVE', proposed }));
    expect(found).toMatchObject({ method: 'COUNTER', ...proposed });
  });

  it('has a comment of 300 characters at most', () => {
    const [found] = read(winmail(about, { ...said, comment: '😀'.repeat(400) }));
    expect([...(found?.comment ?? '')]).toHaveLength(300);
  });

  it('is none where it is cut off before its UID, or is another file', () => {
    const bytes = winmail(about, said);
    expect([read(bytes.subarray(0, 60)), read(new Uint8Array()), read(Buffer.from('x'.repeat(500)))]).toEqual([
      [],
      [],
      [],
    ]);
    expect(read(Buffer.concat([bytes, Buffer.alloc(LONGEST_TNEF)]))).toHaveLength(1);
    expect(read(winmail({ ...about, uid: '' }, said))).toEqual([]);
  });
});

describe('an answer of these properties', () => {
  const ID = [named(0x102, 0x3, MEETING), variable(globalId('7@x'))];
  const CLASS = attribute(0x00078008, Buffer.from('IPM.Schedule.Meeting.Resp.Pos\0'));
  const BODY = named(0x1f, 0x1000);
  const SEQUENCE = 0x8201;

  /** A file whose properties are these, each of its parts, said to be so many. */
  const file = (properties: readonly (readonly Buffer[])[], count = properties.length, kind = CLASS) =>
    tnef(kind, attribute(0x00069003, Buffer.concat([little(count, 4), ...properties.flat()])));
  const readOf = (...properties: readonly (readonly Buffer[])[]) => readTnef(file([ID, ...properties]), '')[0];

  it('says nothing but who, where there are no more', () => {
    expect(readTnef(file([ID]), 'bob@x.org')).toEqual([
      {
        ...{ method: 'REPLY', uid: '7@x', sequence: null, begin: null, end: null, occurrence: undefined, stamp: null },
        ...{ named: [{ email: 'bob@x.org', answer: 'accepted' }], comment: '' },
      },
    ]);
  });

  it.each([
    ['IPM.Schedule.Meeting.Resp.Neg', 'declined'],
    ['ipm.schedule.meeting.resp.tent', 'tentative'],
    ['IPM.Microsoft Schedule.MtgRespA', 'tentative'],
    ['IPM.Schedule.Meeting.Resp.Posh', undefined],
    ['IPM.Schedule.Meeting.Request', undefined],
    ['REPORT.IPM.Schedule.Meeting.Resp.Pos', undefined],
    ['IPM.Note', undefined],
  ])('is one by the class %s: %j', (kind, answer) => {
    const elsewhere = [named(0x1f, 0x001a), wide(kind)];
    const asAttribute = attribute(0x00078008, Buffer.from(`${kind}\0`));
    for (const bytes of [file([ID], 1, asAttribute), file([ID, elsewhere], 2, Buffer.alloc(0))])
      expect(readTnef(bytes, '').map(({ named: [who] }) => who?.answer)).toEqual(answer === undefined ? [] : [answer]);
  });

  it('is about the UID that another calendar gave, the one without a date before the other', () => {
    const clean = [named(0x102, 0x23, MEETING), variable(globalId('8@x'))];
    const uids = (...ids: (readonly Buffer[])[]) => readTnef(file(ids), '').map(({ uid }) => uid);
    expect([uids(ID, clean), uids(clean, ID), uids(clean), uids(ID)]).toEqual([['8@x'], ['8@x'], ['8@x'], ['7@x']]);
    const outlooks = Buffer.concat([globalId('7@x').subarray(0, 40), Buffer.from('0123456789abcdef')]);
    expect(uids([named(0x102, 0x3, MEETING), variable(outlooks)])).toEqual([]);
    expect(uids([named(0x1f, 0x3, MEETING), wide('7@x')])).toEqual([]);
    expect(uids([named(0x102, 0x3, MEETING), variable(globalId('7@x').subarray(0, 52))])).toEqual([]);
  });

  it('proposes no time where it names none', () => {
    const proposes = [named(0x0b, 0x8257, APPOINTMENT), padded(little(1, 2))];
    expect(readOf(proposes)?.method).toBe('REPLY');
    expect(readOf(proposes, [named(0x40, 0x8250, APPOINTMENT), fileTime(1_796_400_000)])).toMatchObject({
      ...{ method: 'COUNTER', begin: 1_796_400_000, end: null },
    });
  });

  it.each([
    ['two bytes', 2, padded(little(4, 2)), 4],
    ['four', 3, little(70_000, 4), 70_000],
    ['eight', 0x14, Buffer.concat([little(1, 4), little(1, 4)]), 2 ** 32 + 1],
    ['words', 0x1f, wide('4'), null],
    ['several', 0x1003, Buffer.concat([little(2, 4), little(4, 4), little(5, 4)]), null],
    ['none of several', 0x1003, little(0, 4), null],
  ])('has a version of %s', (_, type, value, sequence) => {
    const read = readOf([named(type, SEQUENCE, APPOINTMENT), value], [BODY, wide('after')]);
    expect([read?.sequence, read?.comment]).toEqual([sequence, 'after']);
  });

  it.each([
    ['in the letters of Windows', 0x1e, variable(Buffer.from('Désolé\0odd', 'latin1')), 'Désolé'],
    [
      'with signs of Windows',
      0x1e,
      variable(Buffer.from('J\x92arrive \x9a 9\xa0h \x85\0', 'latin1')),
      'J’arrive š 9\xa0h …',
    ],
    ['in any letters', 0x1f, wide('Désolé 🎓'), 'Désolé 🎓'],
    ['in several texts', 0x101f, Buffer.concat([little(1, 4), sized(Buffer.from('a\0', 'utf16le'))]), ''],
    ['in no text', 0x1f, little(0, 4), ''],
    ['as bytes', 0x102, variable(Buffer.from('abc')), ''],
    ['as a number', 3, little(4, 4), ''],
  ])('has words %s', (_, type, value, comment) => {
    const after = [named(3, SEQUENCE, APPOINTMENT), little(4, 4)];
    expect(readOf([named(type, 0x1000), value], after)).toMatchObject({ comment, sequence: 4 });
  });

  it('is read past one that goes by a name, up to one of a type that is none', () => {
    const byName = [little(3, 2), little(0x8001, 2), Buffer.from(APPOINTMENT, 'hex'), little(1, 4)];
    const name = sized(Buffer.from('Keywords\0', 'utf16le'));
    const words = [BODY, wide('words')];
    expect(readOf([...byName, name, little(9, 4)], words)?.comment).toBe('words');
    expect(
      readOf(words, [named(0x0d, 0x1), little(0, 4)], [named(3, SEQUENCE, APPOINTMENT), little(4, 4)]),
    ).toMatchObject({
      ...{ comment: 'words', sequence: null },
    });
  });

  it('is read as far as it goes, and no value beyond its end', () => {
    const cut = [named(0x1e, 0x1000), little(1, 4), little(8, 4), Buffer.from('abcd')];
    expect(readOf(cut)).toMatchObject({ uid: '7@x', comment: '' });
    expect(readTnef(file([ID, [BODY, wide('words')]], 1), '')[0]?.comment).toBe('');
    expect(readTnef(file([ID, [BODY, wide('words')]], 3), '')[0]?.comment).toBe('words');
  });

  it('has 500 properties, and 500 attributes, that are looked at', () => {
    const odd = [named(3, 0x1), little(4, 4)];
    const among = (count: number) => readTnef(file([...Array.from({ length: count }, () => odd), ID]), '');
    expect([among(499).length, among(500).length]).toEqual([1, 0]);
    const rest = file([ID]).subarray(6);
    const behind = (count: number) =>
      readTnef(tnef(...Array.from({ length: count }, () => attribute(0x00089006, little(1, 4))), rest), '');
    expect([behind(498).length, behind(499).length]).toEqual([1, 0]);
  });

  it('is none within what is attached', () => {
    const attached = file([ID]).subarray(6);
    expect(readTnef(tnef(Buffer.concat([Buffer.from([2]), attached.subarray(1)])), '')).toEqual([]);
  });
});
