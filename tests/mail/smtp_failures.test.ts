/** What a failure means for this mail and for the others: by its code, the command that it came to, and the connection. */
import { describe, expect, it } from 'vitest';
import { judge, reasonOf, type SmtpError } from '../../lib/mail/smtp_failures.ts';

const failure = (fields: Partial<SmtpError>, words = 'it failed') => Object.assign(new Error(words), fields);
const answered = (code: string, command: string, responseCode: number, text = 'no') =>
  failure({ code, command, responseCode, response: `${responseCode} ${text}` });

const REFUSED = ['refused', undefined];
const MAIL = ['postponed', 'mail'];
const CONNECTION = ['postponed', 'connection'];
const SERVER = ['postponed', 'server'];

describe.each([
  [answered('EENVELOPE', 'RCPT TO', 550), REFUSED],
  [answered('EENVELOPE', 'RCPT TO', 500), REFUSED],
  [answered('EMESSAGE', 'DATA', 554), REFUSED],
  [failure({ code: 'EENVELOPE', command: 'API' }), REFUSED],
  [failure({ code: 'EMESSAGE' }), REFUSED],
  [answered('EENVELOPE', 'RCPT TO', 450), MAIL],
  [answered('EENVELOPE', 'RCPT TO', 400), MAIL],
  [answered('EMESSAGE', 'DATA', 499), MAIL],
  [answered('EENVELOPE', 'MAIL FROM', 451), MAIL],
  [answered('EENVELOPE', 'MAIL FROM', 500), SERVER],
  [answered('EENVELOPE', 'MAIL FROM', 550), SERVER],
  [answered('EPROTOCOL', 'MAIL FROM', 421), CONNECTION],
  [answered('EENVELOPE', 'RCPT TO', 421), CONNECTION],
  [answered('EMESSAGE', 'DATA', 421), CONNECTION],
  [answered('ECONNECTION', 'CONN', 421), CONNECTION],
  [answered('EPROTOCOL', 'CONN', 421), SERVER],
  [answered('ECONNECTION', 'EHLO', 421), SERVER],
  [answered('EENVELOPE', 'MAIL FROM', 503), SERVER],
  [answered('EENVELOPE', 'RCPT TO', 503), SERVER],
  [answered('EENVELOPE', 'RCPT TO', 530), SERVER],
  [answered('EMESSAGE', 'DATA', 538), SERVER],
  [answered('EAUTH', 'AUTH PLAIN', 535), SERVER],
  [answered('EOTHER', 'EHLO', 500), SERVER],
  [answered('EOTHER', 'HELO', 500), SERVER],
  [answered('EOTHER', 'STARTTLS', 454), SERVER],
  [answered('EOTHER', 'X EHLO', 500), CONNECTION],
  [failure({ code: 'ECONNECTION', command: 'CONN' }), CONNECTION],
  [failure({ code: 'ESOCKET', originalCode: 'ECONNREFUSED' }), SERVER],
  [failure({ code: 'ESOCKET', originalCode: 'ECONNRESET' }), CONNECTION],
  [failure({ code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' }), SERVER],
  [failure({ code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT' }), CONNECTION],
  [failure({ code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), SERVER],
  [failure({ code: 'ESOCKET', originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID' }), SERVER],
  [failure({ code: 'ESOCKET', originalCode: 'EPROTO' }), SERVER],
  [failure({ code: 'ESOCKET', originalCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), SERVER],
  [failure({ code: 'ESOCKET', originalCode: 'INVALID_PURPOSE' }), SERVER],
  [failure({}), CONNECTION],
  ['thrown', CONNECTION],
] as const)('%j', (thrown, [state, obstacle]) => {
  it(`is ${state} for ${obstacle ?? 'good'}`, () => {
    expect(judge(thrown)).toMatchObject({ state, ...(obstacle === undefined ? {} : { obstacle }) });
  });
});

describe('the reason', () => {
  it('is what the server said, in one line of 500 characters at most', () => {
    expect(reasonOf(answered('EMESSAGE', 'DATA', 550, 'a\r\n550  b\tc'))).toBe('550 a 550 b c');
    expect(reasonOf(failure({ response: 'x'.repeat(501) }))).toHaveLength(500);
  });

  it('names the side that refused our own sender', () => {
    expect(judge(answered('EENVELOPE', 'MAIL FROM', 550, 'who?'))).toEqual({
      ...{ state: 'postponed', reason: 'MAIL FROM: 550 who?', obstacle: 'server' },
    });
  });

  it.each([
    [failure({ command: 'STARTTLS', response: '454 not now' }), 'TLS: 454 not now'],
    [failure({ code: 'ETLS' }, 'no TLS here'), /^TLS: .*no TLS here/],
    [failure({ code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' }, 'certificate has expired'), /^TLS: .*has expired/],
    [failure({ code: 'ESOCKET', originalCode: 'HOSTNAME_MISMATCH' }, 'other name'), /^TLS: .*other name/],
    [failure({ code: 'ESOCKET', originalCode: 'ECONNREFUSED' }), 'connection refused'],
    [failure({ code: 'ECONNREFUSED' }), 'connection refused'],
    [failure({}, 'it  failed\nbadly'), 'it failed badly'],
    ['thrown', 'thrown'],
  ] as const)('of %j is %s', (thrown, words) => {
    if (typeof words === 'string') expect(reasonOf(thrown)).toBe(words);
    else expect(reasonOf(thrown)).toMatch(words);
  });
});
