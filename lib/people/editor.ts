/** Who may book: the module that `JMB_MODULE_CHECK_EDITOR` names. */
import type { Context } from '../context.ts';
import type { Identity } from '../meetings/meeting.ts';
import { needDirectory } from './directory.ts';
import { loadModule, moduleFailure } from './modules.ts';

/** The module that comes with the program: whom the administrator's LDAP filter matches. */
export const EDITOR_MODULE = 'editor_role-ldap';

/**
 * Whether someone may book. No module: everyone who signed in.
 * @throws Unavailable when the directory or an administrator's module fails
 */
export async function isEditor(context: Pick<Context, 'settings' | 'directory'>, identity: Identity): Promise<boolean> {
  const { settings } = context;
  const module = settings.JMB_MODULE_CHECK_EDITOR;
  if (module === '') return true;
  if (module === EDITOR_MODULE) {
    const directory = needDirectory(context.directory, module);
    return directory.matches(identity.uid, settings.JMB_MODULE_CHECK_EDITOR_LDAP_FILTER);
  }
  const call = await loadModule(settings, module, 'editor');
  const result = await call(identity, context);
  if (typeof result !== 'boolean') throw moduleFailure(module, 'gives neither true nor false');
  return result;
}
