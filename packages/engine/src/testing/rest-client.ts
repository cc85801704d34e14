import twilio from 'twilio';

/** The official REST client, whose requests go to `request` instead of the network. */
export function restClient(
  request: (url: string, init: RequestInit) => Response | Promise<Response>,
  { accountSid, user, password }: { accountSid: string; user: string; password: string },
): ReturnType<typeof twilio> {
  const made = twilio(user, password, { accountSid });
  made.httpClient.request = async (options) => {
    const url = new URL(options.uri);
    for (const [name, value] of Object.entries(options.params ?? {}))
      url.searchParams.append(name, String(value));
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(options.data ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) form.append(name, String(one));
    }
    const method = options.method.toUpperCase();
    const authorization = `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`;
    const answer = await request(url.href, {
      method,
      headers: { authorization },
      ...(method === 'POST' ? { body: form } : {}),
    });
    const text = await answer.text();
    return { statusCode: answer.status, body: text === '' ? '' : JSON.parse(text), headers: {} };
  };
  return made;
}
