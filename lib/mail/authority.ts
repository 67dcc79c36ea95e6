/** The file of JMB_SMTP_CA: certificates of a house's own authority, which its mail servers' certificates come from. */
import { readFileSync, statSync } from 'node:fs';
import { codeOf, whyOf } from '../failure.ts';

/** Bytes of such a file; all public authorities together are a quarter of it. */
const LONGEST = 1024 * 1024;

/** One certificate in PEM (RFC 7468 section 5). */
const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** What a file of certificates gives. */
export interface Authority {
  /** Each in PEM. */
  readonly certificates: readonly string[];
  /** Why it can't be used, with the setting and the file; null where it can. */
  readonly fault: string | null;
}

/** Reads the file of certificates; where none is set there are none. */
export function authorityOf(path: string): Authority {
  if (path === '') return { certificates: [], fault: null };
  const fault = (why: string): Authority => ({ certificates: [], fault: `JMB_SMTP_CA: ${why}` });
  try {
    if (statSync(path).size > LONGEST) return fault(`${path}: too long for a file of certificates`);
    const certificates = readFileSync(path, 'latin1').match(CERTIFICATE);
    if (certificates === null) return fault(`${path}: no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
    return { certificates, fault: null };
  } catch (error) {
    return fault(codeOf(error) === 'EISDIR' ? `${path}: a folder` : whyOf(error));
  }
}

/**
 * What is wrong with the file of certificates: it can't be read, none of them is one, or none is valid now.
 * @param now Unix seconds
 * @returns null where nothing is
 */
export async function authorityFault(path: string, now: number): Promise<string | null> {
  const { certificates, fault } = authorityOf(path);
  if (fault !== null) return fault;
  const { X509Certificate } = await import('node:crypto');
  const faults = certificates.map((pem) => {
    try {
      return certificateFault(new X509Certificate(pem), now);
    } catch (error) {
      return `a certificate that cannot be read (${whyOf(error)})`;
    }
  });
  const [first] = faults;
  return first == null || faults.includes(null) ? null : `JMB_SMTP_CA: ${path}: ${first}`;
}

function certificateFault(
  { subject, validFrom, validTo }: { subject: string; validFrom: string; validTo: string },
  now: number,
): string | null {
  const name = subject.replace(/\n/g, ', ');
  if (Date.parse(validTo) / 1000 < now) return `the certificate of ${name} has expired (${validTo})`;
  return Date.parse(validFrom) / 1000 > now ? `the certificate of ${name} is not valid before ${validFrom}` : null;
}
