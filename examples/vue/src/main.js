import { createSSRApp } from 'vue';
import App from './App.vue';

const root = document.querySelector('#root');
createSSRApp(App, { server: root.dataset.server }).mount(root);
