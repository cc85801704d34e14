import { ApiError } from './api-error.js';

const DATE_CHARACTERS = 10;
const SECOND_CHARACTERS = 19;

/**
 * Twilio's filters of a list by a time: `Name`, `Name<` and `Name>`. A date alone (UTC) is all of its day in `Name`, and
 * midnight, at its beginning, in the other two; they take in the very time that they name. So `Name<` leaves out what
 * comes later on that day.
 * @throws ApiError 20001 for what is no date, whether there is anything to compare it with or not.
 */
export function timeFilter(query: URLSearchParams, name: string): (time: Date | undefined) => boolean {
  const [on, before, after] = [name, `${name}<`, `${name}>`].map((each) => instant(query.get(each)));
  // The official client writes a date as the midnight at its beginning.
  const isDay = on !== undefined && /^[^T]+(?:T00:00:00Z)?$/.test(query.get(name) ?? '');
  const precision = isDay ? DATE_CHARACTERS : SECOND_CHARACTERS;
  const shown = (time: Date): string => time.toISOString().slice(0, precision);
  return (time) => {
    if (!on && !before && !after) return true;
    if (!time) return false;
    return (!on || shown(time) === shown(on)) && (!before || time <= before) && (!after || time >= after);
  };
}

/** A date of ISO 8601, with or without the time; without a zone it is in UTC. */
function instant(text: string | null): Date | undefined {
  if (text === null) return undefined;
  const match = /^\d{4}-\d\d-\d\d(?:T[\d:.]{5,12}(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const isLocal = text.includes('T') && match?.[1] === undefined;
  const time = match ? Date.parse(isLocal ? `${text}Z` : text) : NaN;
  if (Number.isNaN(time)) throw new ApiError(400, 20001, `"${text.slice(0, 100)}" is not a date`);
  return new Date(time);
}
