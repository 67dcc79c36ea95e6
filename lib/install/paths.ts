/** Where the installer puts what is ours. Nothing is imported here, so that everything can import it. */

/** Where the program goes. */
export const PREFIX = '/opt/jitsi-jmb';
/** Where its data goes, as the original's. */
export const DATA = '/var/www/jitsi-jmb';
/** The Bash version's database. */
export const OLD_DATABASE = `${DATA}/data/jitsi-jmb.db`;
/** Where the Bash version waits for the way back. */
export const BASH_KEPT = '/opt/jitsi-jmb.bash';
/** What this program keeps of an installation, in a folder that is ours altogether. */
export const FOLDER = '/var/lib/jitsi-jmb';
