/** `jmb check templates`: writes every mail there is with the administrator's templates, and sends none. */
import { composeMails } from '../lib/mail/compose.ts';
import { type MessageKind, messagesToAll } from '../lib/mail/messages.ts';
import { ownTemplates } from '../lib/mail/own_templates.ts';
import { ROLES } from '../lib/meetings/meeting.ts';
import type { Settings } from '../lib/settings.ts';
import { LANGUAGES, type Language } from '../lib/text/catalogue.ts';
import type { Answer } from './check.ts';

const KINDS: readonly MessageKind[] = ['new', 'edit', 'del', 'removed', 'reminder', 'ask'];

/**
 * What is wrong with the templates in `etc/mail`, each with its file and line.
 * @param now Unix seconds: when the meeting of the mails is
 */
export function templates(settings: Settings, now: number): Answer {
  const faults: string[] = [];
  const own = ownTemplates(settings.etc, ({ file, line, reason }) => {
    faults.push(`${file}${line === null ? '' : `:${line}`}: ${reason}`);
  });
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    for (const kind of KINDS) composeMails(sample(kind, language, now), settings, own);
  }
  if (faults.length > 0) {
    return { verdict: 'wrong', detail: `${faults.join('; ')}; JMB's own words go out in its place` };
  }
  if (own.unused.length > 0) return { verdict: 'warning', detail: `no mail uses ${own.unused.join(', ')}` };
  if (own.count === 0) return { verdict: 'ok', detail: `none in ${settings.etc}/mail: emails are JMB's own` };
  return { verdict: 'ok', detail: `${own.count} in ${settings.etc}/mail write emails` };
}

/** A mail to each role, with everything that a mail may say. */
function sample(kind: MessageKind, language: Language, now: number): Parameters<typeof composeMails>[0] {
  const attendees = ROLES.map((role) => ({
    hash: `${role}0000000000000`.slice(0, 16),
    role,
    email: `${role}@example.org`,
    connections: 0,
    answer: 'none' as const,
  }));
  const addresses = attendees.map(({ email }) => email);
  return {
    meeting: {
      ...{ id: '1', room: 'abcdefghijklmnop', subject: 'Example', begin: now, end: now + 3600, duration: 3600 },
      ...{ created: now, modified: now, sequence: 0, version: 0, language },
    },
    owner: { email: addresses[0] ?? '', name: 'Example' },
    attendees,
    messages: messagesToAll(kind, attendees),
    accounts: new Map(addresses.map((address) => [address, 'feed000000000000'])),
    languages: new Map(),
    threads: new Map(),
    at: now,
  };
}
