/** Time as calls use it: wall time for records, monotonic time for durations. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never run backwards. */
  monotonicMs(): number;
}
