/** Which files are templates, which are not used, and what is said of those that cannot be. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Fault, NONE, ownTemplates } from '../../lib/mail/own_templates.ts';

const OCCASION = { kind: 'new', role: 'guest', language: 'en' } as const;

let etc: string;
beforeEach(() => {
  etc = mkdtempSync(join(tmpdir(), 'jmb-faults-'));
  mkdirSync(join(etc, 'mail'));
});
afterEach(() => rmSync(etc, { recursive: true, force: true }));

const put = (name: string, source: string) => writeFileSync(join(etc, 'mail', name), source);

/** The templates, and what was told of them. */
function read() {
  const faults: Fault[] = [];
  return { own: ownTemplates(etc, (fault) => faults.push(fault)), faults };
}

/** What is told of a source when it is used. */
function faultOf(source: string): Partial<Fault> {
  put('new.txt.hbs', source);
  const { own, faults } = read();
  expect(own.write('txt', OCCASION, { subject: 'S' })).toBeNull();
  expect(faults).toHaveLength(1);
  const [fault] = faults;
  expect(fault?.file).toBe(join(etc, 'mail/new.txt.hbs'));
  return { line: fault?.line ?? null, reason: fault?.reason ?? '' };
}

describe('files', () => {
  it('that end like templates are some, in order; those that no mail uses are named', () => {
    for (const name of ['z.txt.hbs', 'a.txt.hbs', 'new.txt.hbs', 'm.html.hbs', 'notes.txt', 'x.hbs', 'x.txt.hbs.bak'])
      put(name, 'x');
    const { own, faults } = read();
    expect(own.count).toBe(4);
    expect(own.unused).toEqual(['a.txt.hbs', 'm.html.hbs', 'z.txt.hbs'].map((name) => join(etc, 'mail', name)));
    expect(faults).toEqual([]);
  });

  it.each([
    '{{> foot}}',
    '{{>foot}}',
    '{{~> foot ~}}',
    '{{#> foot}}x{{/foot}}',
    '{{> "foot"}}',
    '{{>   foot subject=1}}',
  ])('that another calls by %s are used, in their own kind', (call) => {
    put('new.txt.hbs', call);
    put('foot.txt.hbs', 'f');
    put('foot.html.hbs', 'f');
    expect(read().own.unused).toEqual([join(etc, 'mail/foot.html.hbs')]);
  });

  it.each<[string, number]>([
    ...['message', 'new', 'edit_owner', 'del_moderator.fr', 'removed.en', 'reminder_guest', 'ask'].map(
      (name): [string, number] => [name, 0],
    ),
    ...['news', 'xnew', 'new_gest', 'new.de', 'message_owner'].map((name): [string, number] => [name, 1]),
  ])('called %s: unused %i', (name, unused) => {
    put(`${name}.txt.hbs`, 'x');
    expect(read().own.unused).toHaveLength(unused);
  });

  it('are two hundred at most', () => {
    for (let at = 0; at < 203; at += 1) put(`t${at}.txt.hbs`, '');
    expect(read().own.count).toBe(200);
  });

  it('are none where there is no folder, and a fault where it is something else', () => {
    rmSync(join(etc, 'mail'), { recursive: true });
    expect(read()).toEqual({ own: NONE, faults: [] });
    writeFileSync(join(etc, 'mail'), '');
    const { own, faults } = read();
    expect(own).toBe(NONE);
    expect(faults).toEqual([{ file: join(etc, 'mail'), line: null, reason: expect.stringContaining('directory') }]);
  });

  it('are of 256 kB at most', () => {
    put('new.txt.hbs', 'x'.repeat(256 * 1024));
    expect(read().faults).toEqual([]);
    put('new.txt.hbs', 'x'.repeat(256 * 1024 + 1));
    const { own, faults } = read();
    expect(faults).toEqual([
      { file: join(etc, 'mail/new.txt.hbs'), line: null, reason: 'is larger than 262144 bytes' },
    ]);
    expect(own.write('txt', OCCASION, {})).toBeNull();
  });
});

describe('a fault', () => {
  const lines = '\n'.repeat(11);

  it('is told with its line, in words without another', () => {
    const here = faultOf(`${lines}and then, further on: {{nobody}}`);
    expect(here.line).toBe(12);
    expect(here.reason).toMatch(/^"nobody" not defined in \[object Object\]$/);
    const parsed = faultOf(`${lines}{{#if subject}}\n{{/each}}`);
    expect(parsed.line).toBe(12);
    expect(parsed.reason).toBe("if doesn't match each");
    const broken = faultOf(`${lines}{{subject`);
    expect(broken.line).toBe(12);
    expect(broken.reason).toMatch(/^\S.*Expecting/);
    expect(broken.reason).not.toMatch(/Parse error|\s{2}|\n/);
  });

  it('is of 300 characters at most, and has no line where none is known', () => {
    expect(faultOf(`{{> ${'x'.repeat(400)}}}`)).toEqual({ line: null, reason: expect.stringMatching(/^.{300}$/) });
  });

  it('is told once, however many mails have it', () => {
    put('new.txt.hbs', '{{nobody}}');
    const { own, faults } = read();
    for (let mails = 0; mails < 3; mails += 1) own.write('txt', OCCASION, {});
    expect(faults).toHaveLength(1);
  });
});

it('nothing is written to the page by a template that logs', () => {
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => undefined),
  );
  put('new.txt.hbs', 'a{{log subject}}b');
  expect(read().own.write('txt', OCCASION, { subject: 'S' })).toBe('ab');
  for (const spy of spies) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});
