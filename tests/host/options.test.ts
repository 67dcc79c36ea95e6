/** The options of install.sh: known to one table, said by its help, and never said again with a value that may be a secret. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPTIONS, readWords } from '../../lib/install/options.ts';
import { clone } from './jitsi_tree.ts';

describe('readWords', () => {
  it('takes both ways to give a value, and the last of several', () => {
    const { values, has } = readWords([
      '--auth=cas',
      '--cas-url',
      'https://a/?b=c',
      '--yes',
      '--port',
      '1',
      '--port=2',
    ]);
    expect(values).toMatchObject({ auth: 'cas', 'cas-url': 'https://a/?b=c', port: '2' });
    expect([has('yes'), has('dry-run')]).toEqual([true, false]);
    expect(readWords(['--ldap-base', '--yes']).values).toEqual({ 'ldap-base': '--yes' });
  });

  it('knows what is switched on, off, and not spoken of', () => {
    const said = [['--fastcgi'], ['--no-fastcgi'], ['--cgi'], ['--cgi', '--fastcgi'], []];
    expect(said.map((words) => readWords(words).values.fastcgi)).toEqual(['yes', 'no', 'no', 'yes', undefined]);
  });

  it.each([
    [['--colour', 'red'], 'install.sh: there is no option --colour; --help lists them all'],
    [['--oidc-secret=geheim'], 'install.sh: there is no option --oidc-secret; --help lists them all'],
    [['--yes', 'red'], 'install.sh: there is no option red; --help lists them all'],
    [['--auth'], 'install.sh: --auth needs a value'],
    [['--auth', ''], 'install.sh: --auth needs a value'],
    [['--auth='], 'install.sh: --auth needs a value'],
  ])('%j: %s', (words, sentence) => expect(() => readWords(words)).toThrow(sentence));
});

it('--help names each of them, and no other', () => {
  const { stdout } = spawnSync(join(clone, 'install.sh'), ['--help'], { encoding: 'utf8' });
  const named = new Set([...stdout.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name ?? ''));
  for (const other of ['demo', 'dir', 'fresh', 'test', 'full']) named.delete(other);
  expect([...named].sort()).toEqual(
    Object.keys(OPTIONS)
      .filter((name) => name !== 'clone')
      .sort(),
  );
});
