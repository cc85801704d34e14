import type { PageInfo } from '@offhook/contract';

const MAX_LENGTH = 300;

/** The page around the button, for the agent: without query and fragment, which can hold what is nobody's business. */
export function pageInfo(page: { title: string; location: Pick<Location, 'origin' | 'pathname'> }): PageInfo {
  const title = page.title
    .replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH);
  const url = page.location.origin + page.location.pathname;
  return {
    ...(title !== '' && { title }),
    ...(/^https?:/.test(url) && url.length <= MAX_LENGTH && { url }),
  };
}

/** The same as parameters of a call, under the names that the agent's phone shows. */
export function pageParameters(page: Parameters<typeof pageInfo>[0]): Record<string, string> {
  const { title, url } = pageInfo(page);
  return { ...(url !== undefined && { page: url }), ...(title !== undefined && { pageTitle: title }) };
}
