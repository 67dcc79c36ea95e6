import { expect, it } from 'vitest';
import { missingPackages } from './needs.ts';

it('names the packages that the benchmark lacks, and none where all is there', () => {
  const all = { hasFile: () => true, hasCommand: (name: string) => name === 'cc' };
  expect(missingPackages(all)).toEqual([]);
  const bare = { hasFile: (path: string) => path.endsWith('/apache2'), hasCommand: () => false };
  expect(missingPackages(bare)).toEqual(['slapd', 'gcc']);
});
