import { useEffect, useRef, useState } from 'react';
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
      };
    }
  }
}

/**
 * A page with a call button that writes down how its calls ended. It listens by itself: an `onoffhook-end` attribute is
 * not heard on markup that came from a server (React 19, https://github.com/facebook/react/issues/35446).
 */
export function App({ server }: { server: string }): ReactElement {
  const button = useRef<ClickToCall>(null);
  const [calls, setCalls] = useState<readonly CallEndDetail[]>([]);
  useEffect(() => {
    const element = button.current;
    const note = (event: Event): void => {
      const { detail } = event as CustomEvent<CallEndDetail>;
      setCalls((before) => [...before, detail]);
    };
    element?.addEventListener('offhook-end', note);
    return () => element?.removeEventListener('offhook-end', note);
  }, []);
  return (
    <main>
      <h1>Workshop</h1>
      <click-to-call ref={button} destination="support" server={server}>
        Call the workshop
      </click-to-call>
      <p>
        Or press <button onClick={() => button.current?.call()}>here</button>.
      </p>
      <ul>
        {calls.map(({ end, seconds }, index) => (
          // Calls are only ever added, and not every call has a SID.
          <li key={index}>
            {end}
            {seconds === undefined ? '' : `, ${seconds} s`}
          </li>
        ))}
      </ul>
    </main>
  );
}
