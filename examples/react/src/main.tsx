import { hydrateRoot } from 'react-dom/client';
import { App } from './app.js';

const root = document.querySelector<HTMLElement>('#root');
if (root) hydrateRoot(root, <App server={root.dataset['server'] ?? ''} />);
