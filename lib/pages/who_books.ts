/** Whether somebody may book, for a page that is shown all the same where nobody can tell. */

import type { Context } from '../context.ts';
import type { Identity } from '../meetings/meeting.ts';
import { isEditor } from '../people/check_modules.ts';
import { Unavailable } from '../refusal.ts';
import { SettingsError } from '../settings/files.ts';

/** What a page about somebody's meetings knows of who may book. */
export interface WhoBooks {
  readonly editor: boolean;
  /** The page's status: that nobody can tell must not hide today's meetings, nor be taken for a "no". */
  readonly status: 200 | 500 | 503;
  /** Why nobody can tell, in words; else empty. */
  readonly doubt: string;
}

/** Asks the check module. */
export async function whoBooks(context: Context, identity: Identity): Promise<WhoBooks> {
  const editor = await editorOrUnknown(context, identity);
  if (typeof editor === 'boolean') return { editor, status: 200, doubt: '' };
  const { status, text } = DOUBTS[editor];
  return { editor: false, status, doubt: context.texts(text) };
}

/** Why nobody knows whether somebody may book. */
type Doubt = 'directory' | 'settings';

const DOUBTS = {
  directory: { status: 503, text: 'list.directory_silent' },
  settings: { status: 500, text: 'list.settings_wrong' },
} as const satisfies Readonly<Record<Doubt, object>>;

async function editorOrUnknown(context: Context, identity: Identity): Promise<boolean | Doubt> {
  try {
    return await isEditor(context, identity);
  } catch (error) {
    const { uid } = identity;
    if (error instanceof SettingsError) {
      context.log.event('settings-wrong', { for: 'list', uid, why: error.message });
      return 'settings';
    }
    if (!(error instanceof Unavailable) || error.what !== 'directory') throw error;
    context.log.event('directory-silent', { for: 'list', uid, reason: error.detail });
    return 'directory';
  }
}
