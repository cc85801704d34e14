import type { ApiError, Availability } from '@offhook/contract';

const TIMEOUT_MS = 8_000;
/** Buttons of one page that ask at about the same time share an answer. */
const FRESH_MS = 15_000;

/** What a server says of a destination; undefined when it says nothing. */
type Answer = Availability | 'destination-unknown' | undefined;

const answers = new Map<string, { askedAtMs: number; answer: Promise<Answer> }>();

/**
 * Whether a destination takes calls now, or that there is none that visitors may call; undefined when the server does
 * not say. Needs no session and leaves no cookie. `isUrgent` asks the server in any case, before a visitor is turned
 * away.
 */
export function fetchAvailability(server: string, destination: string, isUrgent = false): Promise<Answer> {
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

async function ask(url: URL, cache: RequestCache): Promise<Answer> {
  try {
    const response = await fetch(url, {
      credentials: 'omit',
      cache,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return (await response.json()) as Availability;
    // A name that no destination can have is refused as a bad request.
    return response.status === 400 || (await codeOf(response)) === 'destination-unknown'
      ? 'destination-unknown'
      : undefined;
  } catch {
    return undefined;
  }
}

async function codeOf(response: Response): Promise<string | undefined> {
  const { error }: Partial<ApiError> = await response.json();
  return error?.code;
}
