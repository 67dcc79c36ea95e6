/** A message as it comes in: whose it is, to whom, what is in it, and how much of it is looked at. */
import { describe, expect, it } from 'vitest';
import { readMail } from '../../lib/mail/incoming.ts';
import { FROM, parts, read } from './raw_mail.ts';

describe('people', () => {
  it('are those who write, each once, and the first of them', async () => {
    const mail = await read([FROM, 'Reply-To: Carol <c@x.test>, bob@x.test', 'Sender: <D@x.test>']);
    expect(mail.writers).toEqual(['bob@x.test', 'c@x.test', 'd@x.test']);
    expect(mail.writer).toEqual({ name: 'Bob', address: 'bob@x.test' });
    expect((await read(['From: nobody', 'Reply-To: Carol <C@x.test>'])).writer).toEqual({
      name: 'Carol',
      address: 'c@x.test',
    });
    const nobody = await read(['Subject: x']);
    expect([nobody.writer, nobody.writers]).toEqual([null, []]);
  });

  it('are those to whom it was delivered first, then those whom it names, groups too', async () => {
    const mail = await read(
      [
        ...[FROM, 'To: Team: One <one@x.test>, two@x.test;, Three@x.test', 'Cc: four@x.test, envelope@x.test'],
        ...[
          'X-Original-To: Original@x.test',
          'Delivered-To: < delivered@x.test >',
          'Envelope-To: to@x.test',
          'Delivered-To: none',
        ],
        'X-Other-To: other@x.test',
      ],
      '',
      { recipients: ['Envelope@x.test'] },
    );
    expect(mail.recipients.slice(0, 1)).toEqual(['envelope@x.test']);
    expect(mail.recipients.slice(1, 4).sort()).toEqual(['delivered@x.test', 'original@x.test', 'to@x.test']);
    expect(mail.recipients.slice(4)).toEqual(['one@x.test', 'two@x.test', 'three@x.test', 'four@x.test']);
  });

  it('are a hundred at most', async () => {
    const many = (domain: string) => Array.from({ length: 101 }, (_, at) => `${at}@${domain}.test`);
    const mail = await read([FROM, `To: ${many('to').join(', ')}`, `Reply-To: ${many('re').join(', ')}`], '', {
      recipients: many('given').slice(0, 60),
    });
    expect(mail.recipients).toHaveLength(100);
    expect(mail.recipients.at(-1)).toBe('39@to.test');
    expect(mail.writers).toHaveLength(101);
    expect(mail.writers.at(-1)).toBe('99@re.test');
  });
});

describe('what it says', () => {
  it('is its plain text, else what a reader sees of its HTML', async () => {
    const both = await parts(['Content-Type: text/plain', 'Plain'], ['Content-Type: text/html', '<p>Rich</p>']);
    expect(both.text).toContain('Plain');
    const html = await read([FROM, 'MIME-Version: 1.0', 'Content-Type: text/html'], '<p>Rich &amp; <b>bold</b></p>');
    expect(html.text.trim()).toBe('Rich & bold');
    const alternatives = (plain: string) =>
      read(
        [FROM, 'MIME-Version: 1.0', 'Content-Type: multipart/alternative; boundary="b"'],
        `--b\nContent-Type: text/plain\n\n${plain}\n--b\nContent-Type: text/html\n\n<p>Rich</p>\n--b--\n`,
      );
    expect((await alternatives('Plain')).text.trim()).toBe('Plain');
    expect((await alternatives('  \n \n')).text.trim()).toBe('Rich');
    const blank = await read([FROM, 'Subject: S']);
    expect([blank.subject, blank.text.trim(), (await read([FROM])).subject]).toEqual(['S', 'Hello', '']);
    expect((await read([FROM], '')).text.trim()).toBe('');
  });

  it('is told by its headers, in small letters', async () => {
    const mail = await read([FROM, 'X-Thing: One']);
    expect([mail.header('x-thing'), mail.header('x-other')]).toEqual(['One', undefined]);
  });
});

describe('what hangs on it', () => {
  const CALENDAR = 'BEGIN:VCALENDAR\nEND:VCALENDAR';

  it.each([
    ['Content-Type: text/calendar; method=REPLY', true],
    ['Content-Type: application/ics', true],
    ['Content-Type: application/octet-stream; name="Answer.ICS"', true],
    ['Content-Type: application/octet-stream; name="answer.ics.txt"', false],
    ['Content-Type: application/icsx', false],
    ['Content-Type: x/text/calendar', false],
  ])('%s: a calendar %s', async (type, is) => {
    const mail = await parts(['Content-Type: text/plain', 'x'], [`${type}\nContent-Disposition: attachment`, CALENDAR]);
    expect(mail.calendars.map((text) => text.trim())).toEqual(is ? [CALENDAR] : []);
  });

  it.each([
    ['Content-Type: application/ms-tnef', true],
    ['Content-Type: application/vnd.ms-tnef', true],
    ['Content-Type: application/octet-stream; name="WINMAIL.DAT"', true],
    ['Content-Type: application/octet-stream; name="winmail.dat.txt"', false],
    ['Content-Type: application/octet-stream; name="my-winmail.dat"', false],
    ['Content-Type: application/ms-tnefx', false],
    ['Content-Type: x-application/ms-tnef', false],
  ])('%s: a TNEF %s', async (type, is) => {
    const part = `${type}\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64`;
    const mail = await parts(['Content-Type: text/plain', 'x'], [part, 'eJ8+Ig==']);
    expect(mail.tnefs.map((bytes) => [...bytes])).toEqual(is ? [[0x78, 0x9f, 0x3e, 0x22]] : []);
    expect(mail.parts).toHaveLength(1);
  });

  it('is four calendars and four TNEFs at most', async () => {
    const calendar = ['Content-Type: application/ics\nContent-Disposition: attachment', CALENDAR] as const;
    const tnef = ['Content-Type: application/ms-tnef\nContent-Disposition: attachment', 'x'] as const;
    const five = <Part>(part: Part): Part[] => Array<Part>(5).fill(part);
    const mail = await parts(...five(calendar), ...five(tnef));
    expect([mail.calendars.length, mail.tnefs.length, mail.parts.length]).toEqual([4, 4, 10]);
  });
});

describe('who wrote it', () => {
  it.each<[string, string[], boolean, boolean]>([
    ['a person', [], false, false],
    ['a person, as it says', ['Auto-Submitted: no'], false, false],
    ['a program', ['Auto-Submitted: auto-generated'], true, true],
    ['a program, with more words', ['Auto-Submitted:  Auto-Generated; x=y'], true, true],
    ['a program that answers', ['Auto-Submitted: auto-replied'], true, false],
    ['a program that says nothing we know', ['Auto-Submitted: nothing'], true, false],
    ['a program that has changed nothing', ['Auto-Submitted: auto-generated; changed=no'], true, true],
    ['a program of another kind', ['Auto-Submitted: x-auto-generated'], true, false],
    ['a program that says more', ['Auto-Submitted: well, auto-generated'], true, false],
    ['a program that says what ends so', ['Auto-Submitted: piano-no'], true, false],
    ['a list of another kind', ['Precedence: x-list'], false, false],
    ['no list', ['Precedence: no list'], false, false],
    ['a list', ['Precedence: list'], true, false],
    ['bulk', ['Precedence: Bulk'], true, false],
    ['junk', ['Precedence: junk'], true, false],
    ['first class', ['Precedence: first-class'], false, false],
    ['a list by its id', ['List-Id: <x.test>'], true, false],
    ['a list that one can leave', ['List-Unsubscribe: <mailto:x@x.test>'], true, false],
    ['an answering machine', ['X-Autoreply: yes'], true, false],
    ['another', ['X-Autorespond: yes'], true, false],
    ['a loop', ['X-Loop: x@x.test'], true, false],
    ['a program, to a list', ['Auto-Submitted: auto-generated', 'Precedence: bulk'], true, false],
    ['nobody', ['Return-Path: <>'], true, false],
    ['nobody, generated', ['Return-Path: <>', 'Auto-Submitted: auto-generated'], true, false],
  ])('%s', async (_, head, isAutomatic, isGenerated) => {
    expect(await read([FROM, ...head])).toMatchObject({ isAutomatic, isGenerated });
  });

  it('was nobody, where the envelope has no sender', async () => {
    expect((await read([FROM], '', { sender: '' })).isAutomatic).toBe(true);
    expect((await read([FROM], '', { sender: 'bob@x.test' })).isAutomatic).toBe(false);
  });
});

describe('what is read of it', () => {
  it('is nothing where its head is too long, or its parts lie too deep', async () => {
    const nothing = (text: string) => readMail({ raw: Buffer.from(text), recipients: [] });
    expect(await nothing(`${FROM}\nX-Long: ${'x'.repeat(3_000_000)}\n\nHello\n`)).toBeNull();
    const deep = Array.from(
      { length: 200 },
      (_, at) => `Content-Type: multipart/mixed; boundary="b${at}"\n\n--b${at}\n`,
    );
    expect(await nothing(`${FROM}\nMIME-Version: 1.0\n${deep.join('')}\nHello\n`)).toBeNull();
  });

  it('is a view of something longer, and no more', async () => {
    const view = Buffer.from(`garbage${FROM}\nSubject: S\n\nbody and more`);
    const seen = await readMail({ raw: view.subarray(7, view.length - 9), recipients: [] });
    expect([seen?.subject, seen?.text.trim()]).toEqual(['S', 'body']);
  });

  it('begins after the line of a mailbox', async () => {
    expect((await read(['From bob@x.test Thu Nov 26', FROM, 'Subject: S'])).subject).toBe('S');
  });
});
