/** Prints `PASSED FAILED` from the report that `vitest --reporter=json` wrote to argv[2]; argv[3] is its exit status. */
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  // A file that cannot be loaded has no tests to count.
  failed += report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  ).length;
} catch (error) {
  console.error(`There is no report of the tests: ${error.message}`);
}
if (failed === 0 && process.argv[3] !== '0') failed = 1;
console.log(passed, failed);
