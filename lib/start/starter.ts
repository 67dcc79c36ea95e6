/**
 * What stands in cgi-bin/: runs a program of lib/ from compiled code that `prepare` has kept for this very Node. Where
 * there is none, or V8 refuses it (another Node, other flags), the program is compiled as any other.
 */
import { loaderOf, partOf } from './parts.ts';

/** The program's name, `booking`, and the digests of all parts: put here by the build. */
declare const PROGRAM: string;
declare const DIGESTS: Readonly<Record<string, string>>;

loaderOf(`${__dirname}/../lib/`, DIGESTS, require)(partOf(PROGRAM));
