import type { Availability } from '@offhook/contract';

const TIMEOUT_MS = 8_000;
/** Buttons of one page that ask at about the same time share an answer. */
const FRESH_MS = 15_000;

const answers = new Map<string, { askedAtMs: number; answer: Promise<Availability | undefined> }>();

/**
 * Whether a destination takes calls now; undefined when the server does not say, and then the call itself will show.
 * Needs no session and leaves no cookie. `isUrgent` asks the server in any case, before a visitor is turned away.
 */
export function fetchAvailability(
  server: string,
  destination: string,
  isUrgent = false,
): Promise<Availability | undefined> {
  const url = new URL('/api/availability', server);
  url.searchParams.set('destination', destination);
  const known = answers.get(url.href);
  if (known && !isUrgent && performance.now() - known.askedAtMs < FRESH_MS) return known.answer;
  const answer = ask(url, isUrgent ? 'no-cache' : 'default');
  answers.set(url.href, { askedAtMs: performance.now(), answer });
  // A request that got lost says nothing, so the next button asks again.
  void answer.then((told) => {
    if (!told && answers.get(url.href)?.answer === answer) answers.delete(url.href);
  });
  return answer;
}

async function ask(url: URL, cache: RequestCache): Promise<Availability | undefined> {
  try {
    const response = await fetch(url, {
      credentials: 'omit',
      cache,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.ok ? ((await response.json()) as Availability) : undefined;
  } catch {
    return undefined;
  }
}
