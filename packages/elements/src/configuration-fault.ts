/** What is wrong with an element as the page has it: its author has to know, and a visitor that it is not the network. */
import type { ProblemCode } from '@offhook/client';

/** An attribute that cannot be right. */
export interface ConfigurationFault {
  readonly attribute: 'destination' | 'server';
  /** As the page has it. */
  readonly value: string;
  /** What the person in front of it reads. */
  readonly problem: ProblemCode;
  /** English, for whoever made the page. */
  readonly message: string;
}

const faults = {
  destination: {
    problem: 'destination-unknown',
    advice:
      'the server has no destination of this name that visitors may call (destinations in offhook.yaml).',
  },
  server: { problem: 'setup', advice: 'this is no address of a server, such as https://calls.example.com.' },
} as const satisfies Record<ConfigurationFault['attribute'], { problem: ProblemCode; advice: string }>;

/** Says on the browser's console what is wrong with an element's attribute, and returns it. */
export function warnOfFault(
  element: string,
  attribute: ConfigurationFault['attribute'],
  value: string,
): ConfigurationFault {
  const { problem, advice } = faults[attribute];
  const message = `<${element} ${attribute}="${value}">: ${advice}`;
  // oxlint-disable-next-line no-console -- where the author of a page looks
  console.warn(message);
  return { attribute, value, problem, message };
}
