/** Calling back: an agent's phone asks for `callback:ID`, and the server knows the number. */
import { CallbackRequestId } from '@offhook/contract';
import type { ServerDeps } from '../server-env.js';
import type { Session } from '../stores/session-store.js';
import { isSupervisor, seesCallbacks } from './callback-access.js';
import { maySeeTo, type StoredCallback, transition } from './callback-state.js';

/** The request that an agent wants to call, if `to` names one that the agent may see to. */
export async function findCallback(
  { config, stores }: ServerDeps,
  session: Session | undefined,
  to: string,
): Promise<StoredCallback | undefined> {
  const id = to.startsWith('callback:') ? to.slice('callback:'.length) : '';
  if (session?.role !== 'agent' || !CallbackRequestId.safeParse(id).success) return undefined;
  const request = await stores.callbacks.find(id);
  if (request === undefined || !seesCallbacks(config, session, request.destination)) return undefined;
  const agent = { by: session.identity, supervisor: isSupervisor(config, session.identity) };
  return maySeeTo(request, agent) ? request : undefined;
}

/** Notes with the request that it is being called. The call goes on even when that cannot be noted. */
export async function noteCall(
  { clock, config, live, logger, stores }: ServerDeps,
  { id }: StoredCallback,
  { by, sid }: { by: string; sid: string },
): Promise<void> {
  const supervisor = isSupervisor(config, by);
  try {
    await stores.callbacks.change(id, (request) =>
      transition(request, { type: 'call', by, supervisor, sid, at: clock.now() }),
    );
    live.note({ type: 'callback-request', id });
  } catch (error) {
    logger.warn({ err: error, callSid: sid }, 'a callback request does not know that it is being called');
  }
}
