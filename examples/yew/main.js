// In a file of its own, since a Content Security Policy without 'unsafe-inline' forbids scripts within a page.
import init from './momento-token-yew.js';

await init();
