/** What comes back, line by line: which words of it are the reason, whose mail it was, and what is no failure at all. */
import { describe, expect, it } from 'vitest';
import { readBounce } from '../../lib/mail/bounce.ts';
import { read } from './raw_mail.ts';

const DAEMON = 'From: MAILER-DAEMON@mx.test';

/** What is read of a report with these lines, which a message was sent back with. */
async function report(lines: readonly string[], back: readonly string[] = []) {
  const head = [
    DAEMON,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
  ];
  const parts = [
    '--b',
    'Content-Type: text/plain',
    '',
    'No.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    ...lines,
  ];
  return readBounce(
    await read(head, [...parts, '--b', 'Content-Type: text/rfc822-headers', '', ...back, '', '--b--', ''].join('\n')),
  );
}

/** What is read of a letter. */
async function letter(head: readonly string[], ...lines: readonly string[]) {
  return readBounce(await read(head, lines.join('\n')));
}

const MTA = ['Reporting-MTA: dns; mx.test', ''];
const FAILED = ['Final-Recipient: rfc822; a@x.test', 'Action: failed'];

describe('a report', () => {
  it.each<[string, string[], string | undefined]>([
    ['all of it', [...MTA, ...FAILED, 'Diagnostic-Code: smtp; 550 no; really'], 'a@x.test: 550 no; really (mx.test)'],
    ['no words but a status', [...MTA, ...FAILED, 'Status: 5.1.1'], 'a@x.test: 5.1.1 (mx.test)'],
    ['no words at all', [...MTA, ...FAILED], 'a@x.test: refused (mx.test)'],
    ['no server', ['X-Id: 1', '', ...FAILED, 'Status: 5.1.1'], 'a@x.test: 5.1.1'],
    ['nobody', [...MTA, 'Action: failed', 'Status: 5.1.1'], '5.1.1 (mx.test)'],
    [
      'the server that said so',
      [...MTA, ...FAILED, 'Remote-MTA: dns; far.test', 'Status: 5'],
      'a@x.test: 5 (far.test)',
    ],
    [
      'the address that was written to',
      ['X: 1', '', 'Original-Recipient: rfc822; o@x.test', 'Action: failed'],
      'o@x.test: refused',
    ],
    [
      'no empty line after the fields of the message',
      ['Reporting-MTA: dns; mx.test', ...FAILED],
      'a@x.test: refused (mx.test)',
    ],
    [
      'empty lines with blanks in them',
      ['Reporting-MTA: dns; mx.test', ' ', '\t', '', ...FAILED],
      'a@x.test: refused (mx.test)',
    ],
    ['folded lines', [...MTA, ...FAILED, 'Diagnostic-Code: smtp;', '\t  550 a', '   b'], 'a@x.test: 550 a b (mx.test)'],
    ['fields twice', [...MTA, ...FAILED, 'Status: 5.1.1', 'Status: 5.9.9'], 'a@x.test: 5.1.1 (mx.test)'],
    ['fields without a name', [...MTA, ...FAILED, ': x', 'Status: 5.1.1', 'garbage'], 'a@x.test: 5.1.1 (mx.test)'],
    [
      'several people',
      [...MTA, 'Final-Recipient: rfc822; b@x.test', 'Action: relayed', '', ...FAILED],
      'a@x.test: refused (mx.test)',
    ],
    ['more words after the action', [...MTA, 'Action: Failed (for good)'], 'refused (mx.test)'],
    ['a delay', [...MTA, 'Action: delayed', 'Status: 4.0.0'], undefined],
    ['no action that we know', [...MTA, 'Action: .failed'], undefined],
  ])('with %s', async (_, lines, reason) => {
    expect((await report(lines))?.reason).toBe(reason);
  });

  it('is one line, of 300 characters at most', async () => {
    const said = async (words: string) => (await report(['X: 1', '', 'Action: failed', `Status: ${words}`]))?.reason;
    expect(await said('a  b\tc')).toBe('a b c');
    expect(await said('x'.repeat(300))).toBe('x'.repeat(300));
    expect(await said('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`);
  });

  it.each([
    [['Message-ID: <1@x.test>'], '<1@x.test>'],
    [['X-Message-ID: <0@x.test>', 'message-id:<2@x.test>'], '<2@x.test>'],
    [['Message-Id:   <3@x.test>'], '<3@x.test>'],
    [['References: <4@x.test>'], undefined],
  ])('with what came back: %j', async (back, id) => {
    expect((await report([...MTA, ...FAILED], back))?.messageId).toBe(id);
  });
});

describe('a letter', () => {
  const SAYS = 'Subject: failure notice';

  it.each<[string, string[], string[], string | undefined]>([
    ['of a person', ['From: bob@x.test', SAYS], ['550 no such user'], undefined],
    ['of a server', [DAEMON, SAYS], ['550 no such user'], '550 no such user'],
    ['of a server, answered elsewhere', [DAEMON, 'Reply-To: help@x.test', SAYS], ['550 no'], '550 no'],
    ['of nobody', ['From: bob@x.test', 'Return-Path: <>', SAYS], ['550 no'], '550 no'],
    ['that failed by its text alone', [DAEMON], ['Delivery failed', 'mailbox unknown'], 'mailbox unknown'],
    ['that says nothing of a failure', [DAEMON], ['550 no such user'], undefined],
    ['of a delay by its subject', [DAEMON, 'Subject: warning: delayed'], ['Delivery failed'], undefined],
    ['of a delay by its text', [DAEMON, SAYS], ['No action is required.', '550 no'], undefined],
    ['whose words are quoted', [DAEMON, SAYS], ['', '>>  550 no such user'], '550 no such user'],
    ['of one that is named', [DAEMON, SAYS], ['  <a@x.test>:', '550 no'], 'a@x.test: 550 no'],
    ['with a line that says it', [DAEMON, SAYS], ['a@x.test', 'Mailbox is full', 'Bye'], 'a@x.test: Mailbox is full'],
    ['without words', [DAEMON, SAYS], ['a@x.test', 'Bye'], 'a@x.test: refused'],
    ['without anything', [DAEMON, SAYS], [''], 'refused'],
    [
      'for those in its head',
      ['From: b@x.test', 'X-Failed-Recipients: c@x.test'],
      ['a@x.test', '550 no'],
      'c@x.test: 550 no',
    ],
    ['for a head that names nobody', ['From: b@x.test', 'X-Failed-Recipients: some'], ['5.1.1'], 'some: 5.1.1'],
    [
      'with a copy that says something else',
      [DAEMON, SAYS],
      ['550 no', '--- Original message ---', 'delayed'],
      '550 no',
    ],
  ])('%s', async (_, head, lines, reason) => {
    expect((await letter(head, ...lines))?.reason).toBe(reason);
  });

  it('names the mail in what it quotes', async () => {
    const found = await letter([DAEMON, SAYS], '550 no', '> X-Message-ID: <0@x.test>', ' > Message-ID: <1@x.test>');
    expect(found?.messageId).toBe('<1@x.test>');
    expect((await letter([DAEMON, SAYS], '550 no'))?.messageId).toBeUndefined();
  });
});
