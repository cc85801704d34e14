import { useRef, useState } from 'react';
import type { ReactElement } from 'react';
// Safe to import where the page is rendered on a server: there it registers nothing.
import type { CallEndDetail, ClickToCall } from '@offhook/elements';
import '@offhook/elements/click-to-call';

declare module 'react' {
  // oxlint-disable-next-line typescript/no-namespace -- React's types are extended this way
  namespace JSX {
    interface IntrinsicElements {
      'click-to-call': React.DetailedHTMLProps<React.HTMLAttributes<ClickToCall>, ClickToCall> & {
        destination: string;
        server?: string;
        layout?: 'button' | 'compact' | 'floating';
        'onoffhook-end'?: (event: CustomEvent<CallEndDetail>) => void;
      };
    }
  }
}

/** A page with a call button that writes down how its calls ended. */
export function App({ server }: { server: string }): ReactElement {
  const button = useRef<ClickToCall>(null);
  const [calls, setCalls] = useState<readonly CallEndDetail[]>([]);
  return (
    <main>
      <h1>Workshop</h1>
      <click-to-call
        ref={button}
        destination="support"
        server={server}
        onoffhook-end={({ detail }) => setCalls((before) => [...before, detail])}
      >
        Call the workshop
      </click-to-call>
      <p>
        Or press <button onClick={() => button.current?.call()}>here</button>.
      </p>
      <ul>
        {calls.map(({ callSid, end, seconds }) => (
          <li key={callSid ?? end}>
            {end}
            {seconds === undefined ? '' : `, ${seconds} s`}
          </li>
        ))}
      </ul>
    </main>
  );
}
