import type { Clock } from '../ports.js';
import type { CallEvent } from './call-record-state.js';

/** How long a report waits for its call's own webhook, which Twilio gives up after 15 s, retries included. */
const WAIT_MS = 60_000;
const MAX_REPORTS = 1000;

/** A report about a call that has no record yet. */
export interface EarlyReport {
  sid: string;
  event: CallEvent;
  /** What makes it this report, however often it comes. */
  key: string | undefined;
}

/** Reports that overtook the webhook with which their call begins: so many, for so long, the newest. */
export class EarlyReports {
  readonly #clock: Clock;
  /** Oldest first. */
  #waiting: (EarlyReport & { until: number })[] = [];

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  keep(report: EarlyReport): void {
    this.#lapse();
    this.#waiting.push({ ...report, until: this.#clock.now() + WAIT_MS });
    if (this.#waiting.length > MAX_REPORTS) this.#waiting.shift();
  }

  /** The reports about this call, in the order in which they came, which are then forgotten here. */
  take(sid: string): EarlyReport[] {
    if (this.#waiting.length === 0) return [];
    this.#lapse();
    const found = this.#waiting.filter((report) => report.sid === sid);
    if (found.length > 0) this.#waiting = this.#waiting.filter((report) => report.sid !== sid);
    return found;
  }

  #lapse(): void {
    const now = this.#clock.now();
    const firstLive = this.#waiting.findIndex(({ until }) => until > now);
    if (firstLive !== 0) this.#waiting.splice(0, firstLive === -1 ? this.#waiting.length : firstLive);
  }
}
