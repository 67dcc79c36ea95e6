import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { editJicofo, editJvb, undoHocon } from '../../lib/install/jitsi_files.ts';
import { DOMAIN, HOCON } from './samples.ts';

/** A reader of the whole of HOCON, which refuses what is not valid. */
const parse: (options: { text: string }) => Promise<object> = createRequire(import.meta.url)('@pushcorn/hocon-parser');

const current = { domain: DOMAIN, recipe: 'current' } as const;
const older = { domain: DOMAIN, recipe: 'older' } as const;

interface Jicofo {
  jicofo?: { conference?: object; authentication?: object };
}

describe.each(Object.entries(HOCON))('HOCON, %s', (_, text) => {
  it('has what current Jitsi needs beside all else', async () => {
    const { jicofo, ...others }: Jicofo = await parse({ text });
    expect(await parse({ text: editJicofo(text, current) })).toEqual({
      ...others,
      jicofo: {
        ...jicofo,
        conference: { ...jicofo?.conference, 'enable-auto-owner': false },
        authentication: { ...jicofo?.authentication, enabled: false },
      },
    });
  });

  it('has what older Jitsi needs', async () => {
    expect(await parse({ text: editJicofo(text, older) })).toMatchObject({
      jicofo: {
        conference: { 'enable-auto-owner': false },
        authentication: { enabled: true, type: 'JWT', 'login-url': DOMAIN },
      },
    });
  });

  it('has the statistics of the bridge', async () => {
    expect(await parse({ text: editJvb(text) })).toMatchObject({
      ...(await parse({ text: text.replace('stats.enabled=false', 'stats.enabled=true') })),
      videobridge: { apis: { rest: { enabled: true } }, stats: { enabled: true } },
    });
  });

  it.each([(from: string) => editJicofo(from, current), (from: string) => editJicofo(from, older), editJvb])(
    'changes nothing the second time and goes back byte for byte',
    async (edit) => {
      const edited = edit(text);
      expect(await parse({ text: edited })).toBeTypeOf('object');
      expect(edit(edited)).toBe(edited);
      expect(undoHocon(edited)).toBe(text);
      expect(undoHocon(text)).toBe(text);
    },
  );

  it('loses only our lines where the file was changed since', async () => {
    const edited = editJicofo(text, current);
    const back = undoHocon(`# first {\n${edited}# last }\n`);
    expect(await parse({ text: back })).toEqual(await parse({ text }));
    expect(back).not.toContain('jmb');
    expect(undoHocon(edited.replaceAll('\r\n', '\n'))).toBe(text.replaceAll('\r\n', '\n'));
  });
});

describe('editJicofo', () => {
  it('takes no domain that could end a string', () => {
    expect(() => editJicofo('', { domain: 'a"\n', recipe: 'older' })).toThrow('no domain');
  });
});
