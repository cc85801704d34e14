/**
 * `<Gather>`: collects keys while it plays what is nested in it. The first key stops the prompts; the timeout
 * counts from the last key, or from the end of the prompts.
 */
import { Attributes, type Warn } from '../attributes.js';
import { checkAttributes, ELEMENTS } from '../elements.js';
import type { XmlElement } from '../parse-xml.js';
import type { PromptStep } from '../prompt.js';
import type { HttpMethod, TwimlCall } from '../twiml-call.js';
import { END, NEXT, type Verb, type VerbOutcome } from '../verb.js';
import { pauseStep } from './pause.js';
import { playStep } from './play.js';
import { sayStep } from './say.js';

/** Keys that one Gather takes when it names no number. */
const MAX_DIGITS = 1000;

const STEPS: Readonly<Record<string, (element: XmlElement, warn: Warn) => PromptStep>> = {
  Say: sayStep,
  Play: playStep,
  Pause: pauseStep,
};

interface GatherSettings {
  takesKeys: boolean;
  steps: readonly PromptStep[];
  /** Undefined is the document itself. */
  action: string | undefined;
  method: HttpMethod;
  timeoutMs: number;
  /** Empty for none. */
  finishOnKey: string;
  numDigits: number;
  actionOnEmptyResult: boolean;
}

/** What the caller pressed; `finishedOnKey` is the key that ended it. */
interface Keys {
  digits: string;
  finishedOnKey: string | undefined;
}

/** Parses a `<Gather>`. */
export function parseGather(element: XmlElement, warn: Warn): Verb {
  const attributes = new Attributes(element, warn);
  const settings: GatherSettings = {
    takesKeys: parseInput(attributes, warn),
    steps: element.children.flatMap((child) => parseStep(child, warn) ?? []),
    action: attributes.text('action'),
    method: attributes.method('method', 13312),
    timeoutMs: parseTimeoutSeconds(attributes) * 1000,
    finishOnKey: attributes.matching('finishOnKey', /^[0-9*#]?$/, 13310) ?? '#',
    numDigits: attributes.integer('numDigits', { default: MAX_DIGITS, min: 1, max: MAX_DIGITS, code: 13314 }),
    actionOnEmptyResult: attributes.boolean('actionOnEmptyResult', false, 13338),
  };
  return {
    name: 'Gather',
    async run(call) {
      await call.answer();
      const keys = await new KeyCollector(call, settings).collect();
      return call.signal.aborted ? END : afterGather(settings, keys);
    },
  };
}

function afterGather(settings: GatherSettings, { digits, finishedOnKey }: Keys): VerbOutcome {
  if (digits === '' && !settings.actionOnEmptyResult) return NEXT;
  const parameters: Record<string, string> = { Digits: digits };
  if (finishedOnKey !== undefined) parameters['FinishedOnKey'] = finishedOnKey;
  const { action, method } = settings;
  return { kind: 'fetch', url: action ?? '', method, parameters, hadInput: digits !== '' };
}

/** Whether keys are taken: speech cannot be understood, so only `input` without `dtmf` takes none. */
function parseInput(attributes: Attributes, warn: Warn): boolean {
  const input = attributes.words('input', ['dtmf', 'speech'], ['dtmf']);
  if (!input.includes('speech')) return true;
  warn(
    13326,
    input.includes('dtmf')
      ? '<Gather input="dtmf speech"> takes keys only: this engine understands no speech.'
      : '<Gather input="speech"> hears nothing: this engine understands no speech.',
  );
  return input.includes('dtmf');
}

/** `auto`, for speech, is the default for keys. */
function parseTimeoutSeconds(attributes: Attributes): number {
  if (attributes.text('timeout') === 'auto') return 5;
  return attributes.integer('timeout', { default: 5, min: 0, max: 14_400, code: 13313 });
}

function parseStep(element: XmlElement, warn: Warn): PromptStep | undefined {
  const parse = Object.hasOwn(STEPS, element.name) ? STEPS[element.name] : undefined;
  const rules = ELEMENTS[element.name];
  if (!parse || !rules) {
    warn(13320, `<${element.name.slice(0, 100)}> cannot stand inside <Gather>; it is skipped.`);
    return undefined;
  }
  checkAttributes(element, rules, warn);
  return parse(element, warn);
}

/** Plays the prompts and collects the keys of one Gather. */
class KeyCollector {
  readonly #call: TwimlCall;
  readonly #settings: GatherSettings;
  /** The first key; it stops the prompts. */
  readonly #pressed = new AbortController();
  /** Everything has been collected. */
  readonly #complete = new AbortController();
  #wake = new AbortController();
  #digits = '';
  #finishedOnKey: string | undefined;

  constructor(call: TwimlCall, settings: GatherSettings) {
    this.#call = call;
    this.#settings = settings;
  }

  async collect(): Promise<Keys> {
    const stop = this.#settings.takesKeys ? this.#call.onDigit((digit) => this.#press(digit)) : undefined;
    try {
      const prompts = AbortSignal.any([this.#call.signal, this.#pressed.signal]);
      for (const step of this.#settings.steps) if (!prompts.aborted) await step(this.#call, prompts);
      await this.#untilQuiet();
    } finally {
      stop?.();
    }
    return { digits: this.#digits, finishedOnKey: this.#finishedOnKey };
  }

  #press(digit: string): void {
    if (this.#complete.signal.aborted) return;
    const { finishOnKey, numDigits } = this.#settings;
    const finishes = digit === finishOnKey;
    // The key only finishes what has begun.
    if (finishes && this.#digits === '') return;
    if (finishes) this.#finishedOnKey = digit;
    else this.#digits += digit;
    this.#pressed.abort();
    if (finishes || this.#digits.length >= numDigits) this.#complete.abort();
    this.#wake.abort();
  }

  /** Waits until no key has come for the timeout, or all have. */
  async #untilQuiet(): Promise<void> {
    const over = AbortSignal.any([this.#call.signal, this.#complete.signal]);
    while (!over.aborted) {
      this.#wake = new AbortController();
      await this.#call.wait(this.#settings.timeoutMs, AbortSignal.any([over, this.#wake.signal]));
      if (!this.#wake.signal.aborted) return;
    }
  }
}
