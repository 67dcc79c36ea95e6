import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { editConfigJs, undoConfigJs } from '../../lib/install/jitsi_files.ts';
import type { Recipe } from '../../lib/install/prosody.ts';
import { CONFIG_JS, DOMAIN } from './samples.ts';

/** The `config` that a browser has after the file. */
function configOf(text: string): Record<string, unknown> {
  return JSON.parse(runInNewContext(`${text}\n;JSON.stringify(config)`));
}

const recipes: Recipe[] = ['current', 'older'];

describe.each(Object.entries(CONFIG_JS))('config.js, %s', (_, text) => {
  it.each(recipes)('has our settings beside all others (%s)', (recipe) => {
    const [before, after] = [configOf(text), configOf(editConfigJs(text, { domain: DOMAIN, recipe }))];
    const { hosts, prejoinConfig, ...others } = before as { hosts?: object; prejoinConfig?: object };
    expect(after).toEqual({
      ...others,
      hosts: { ...hosts, anonymousdomain: `guest.${DOMAIN}` },
      tokenAuthUrl: `https://${DOMAIN}/token.cgi?room={room}`,
      tokenAuthUrlAutoRedirect: false,
      requireDisplayName: true,
      prejoinConfig: { ...prejoinConfig, enabled: true },
      ...(recipe === 'older' ? { prejoinPageEnabled: true } : {}),
    });
  });

  it.each(recipes)('changes nothing the second time and goes back byte for byte (%s)', (recipe) => {
    const edited = editConfigJs(text, { domain: DOMAIN, recipe });
    expect(editConfigJs(edited, { domain: DOMAIN, recipe })).toBe(edited);
    expect(undoConfigJs(edited)).toBe(text);
    expect(undoConfigJs(text)).toBe(text);
  });

  it('loses only our lines where the file was changed since', () => {
    const edited = editConfigJs(text, { domain: DOMAIN, recipe: 'current' });
    const back = undoConfigJs(`// first\n${edited}config.more = 1;\n`);
    expect(configOf(back)).toEqual({ ...configOf(text), more: 1 });
    expect(back.startsWith(`// first\n${text}`)).toBe(true);
  });
});

describe('config.js', () => {
  it('takes no domain that could end a string', () => {
    expect(() => editConfigJs('', { domain: "a';alert(1)//", recipe: 'current' })).toThrow('no domain');
  });
});
