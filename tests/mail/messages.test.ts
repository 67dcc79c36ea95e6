import { expect, it } from 'vitest';
import { type Earlier, fold } from '../../lib/mail/messages.ts';

/** `new waiting, edit sent` as mails 1, 2, … */
const mails = (text: string): Earlier[] =>
  text === ''
    ? []
    : text.split(', ').map((one, at) => {
        const [kind, state] = one.split(' ');
        return { id: at + 1, kind, state } as Earlier;
      });

it.each([
  ['edit', '', 'edit', []],
  ['new', '', 'new', []],
  ['edit', 'new sent', 'edit', []],
  ['del', 'new sent', 'del', []],
  ['del', 'new waiting', null, [1]],
  ['removed', 'new waiting', null, [1]],
  ['edit', 'new waiting', 'new', [1]],
  ['edit', 'new waiting, edit waiting', 'new', [1, 2]],
  ['edit', 'new sent, edit waiting', 'edit', [2]],
  ['del', 'new sent, edit waiting', 'del', [2]],
  ['del', 'new doubtful', 'del', []],
  ['edit', 'new doubtful, edit waiting', 'edit', [2]],
  ['removed', 'new refused', null, []],
  ['edit', 'new refused', 'new', []],
  ['removed', 'new sent, edit refused', 'removed', []],
  ['new', 'new sent, del waiting', 'new', [2]],
  ['removed', 'new sent, del sent, new waiting', null, [3]],
  ['del', 'new dropped', 'del', []],
] as const)('a message "%s" after "%s" becomes %s', (kind, before, becomes, dropped) => {
  expect(fold(kind, mails(before))).toEqual({ kind: becomes, dropped });
});
