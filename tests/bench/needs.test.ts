import { expect, it } from 'vitest';
import { countedBy } from './load.ts';
import { missingPackages } from './needs.ts';

it('names the packages that the benchmark lacks, and none where all is there', () => {
  const all = { hasFile: () => true, hasCommand: (name: string) => ['ab', 'cc'].includes(name) };
  expect(missingPackages(all)).toEqual([]);
  const bare = { hasFile: (path: string) => path.endsWith('/apache2'), hasCommand: () => false };
  expect(missingPackages(bare)).toEqual(['apache2-utils', 'slapd', 'gcc']);
});

it('reads what ab says, and takes what is not 2xx for an error', () => {
  const said = `
Complete requests:      2000
Failed requests:        1
Non-2xx responses:      2
Requests per second:    1881.25 [#/sec] (mean)
  50%     31
  99%     67
 100%     71 (longest request)
`;
  const counts = {
    requests: 2000,
    errors: 3,
    wrong: ['1 failed', '2 not 2xx'],
    p50: 31,
    p99: 67,
    worst: 71,
    rate: 1881.25,
  };
  expect(countedBy(said)).toEqual(counts);
  expect(countedBy(said.replace(/^Non-2xx.*\n/m, '').replace(/(Failed.*)1/, '$10')).errors).toBe(0);
  expect(() => countedBy('apr_socket_recv: Connection refused (111)')).toThrow('Connection refused');
});
