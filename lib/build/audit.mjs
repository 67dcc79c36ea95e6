/**
 * `node lib/build/audit.mjs`: whether the registry knows of faults in the packages that a host is given. It ends with 1 for one that is high or
 * critical and that a newer version mends: that is for us to do. One that nobody has mended yet is said, and holds nobody else's work up;
 * and a registry that doesn't answer is no fault of the packages.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERIOUS = ['high', 'critical'];

// The optional one is a program for tests, which has no build for every machine.
const words = ['audit', '--omit=dev', '--omit=optional', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];
const cwd = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { stdout, error } = spawnSync('npm', words, { cwd, encoding: 'utf8', timeout: 60_000 });
const report = parsed(stdout);

if (report?.auditReportVersion === undefined) {
  console.log(`Not asked: ${report?.message ?? error?.message ?? 'npm audit gives no report'}`);
} else {
  const found = Object.values(report.vulnerabilities);
  for (const one of found) console.log(sentence(one));
  if (found.length === 0) console.log('The registry knows of none.');
  process.exitCode = found.some(({ severity, fixAvailable }) => SERIOUS.includes(severity) && fixAvailable !== false)
    ? 1
    : 0;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What npm says of one package (`npm help audit`), in a line. */
function sentence({ name, severity, range, via, fixAvailable }) {
  const why = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} ${one.url}`)).join('; ');
  return `${severity.padEnd(8)} ${name} ${range}: ${why}${fixAvailable === false ? ' (no version mends it)' : ''}`;
}
