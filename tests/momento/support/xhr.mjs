// XMLHttpRequest for Node.js, as much of it as gRPC-web uses: the Web SDK is made for pages. (The SDK's own tests bring
// a package for it.)
import { request } from 'node:http';

class NodeRequest {
  readyState = 0;
  status = 0;
  statusText = '';
  responseText = '';
  onreadystatechange = null;
  #headers = {};
  #request;
  #response;
  #target;

  get response() {
    return this.responseText;
  }

  open(method, url) {
    this.#target = { method, url };
    this.#become(1);
  }

  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }

  getResponseHeader(name) {
    return this.#response?.headers[name.toLowerCase()] ?? null;
  }

  getAllResponseHeaders() {
    return Object.entries(this.#response?.headers ?? {})
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  }

  send(body) {
    const { method, url } = this.#target;
    const failed = () => this.#request && this.#finish(0);
    this.#request = request(url, { method, headers: this.#headers }, (response) => {
      this.#response = response;
      this.status = response.statusCode;
      this.#become(2);
      response.setEncoding('latin1');
      response.on('data', (text) => {
        this.responseText += text;
        this.#become(3);
      });
      response.on('end', () => this.#request && this.#finish(this.status));
      response.on('error', failed);
    });
    this.#request.on('error', failed);
    this.#request.end(body);
  }

  abort() {
    const pending = this.#request;
    if (!pending) return;
    this.#finish(0);
    pending.destroy();
  }

  #finish(status) {
    this.#request = undefined;
    this.status = status;
    this.#become(4);
  }

  #become(state) {
    this.readyState = state;
    this.onreadystatechange?.();
  }
}

globalThis.XMLHttpRequest = NodeRequest;
// Node.js 21 has one; so has every page.
globalThis.navigator ??= { userAgent: 'Node.js' };
