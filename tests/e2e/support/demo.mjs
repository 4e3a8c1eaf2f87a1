// The demo page as its visitors see it.

export function demo(page) {
  const text = (id) => page.locator(`#${id}`).textContent();
  const button = (name) => page.getByRole('button', { name });
  const toggle = (name) => page.getByRole('switch', { name });
  return {
    tokens: async () => Number(await text('count-tokens')),
    failures: async () => Number(await text('count-failures')),
    status: () => text('status-title'),
    plan: () => text('life-next'),
    expires: () => text('life-expires'),
    facts: () => text('token'),
    /** The rows of the timeline, newest first; those of one kind where one is named. */
    timeline: (kind) => page.locator(kind ? `#timeline [data-kind=${kind}]` : '#timeline > li').allInnerTexts(),
    fetchNow: () => button('Fetch a new token now').click(),
    reject: () => button('Report as rejected').click(),
    offline: () => toggle('Go offline').click(),
    fail: () => toggle('Make the service fail').click(),
    faultIs: (label) => page.getByLabel('How it fails').selectOption({ label }),
    paste: (credential) => page.getByLabel('Credential').fill(credential),
    readLive: () => button('Read the live token').click(),
    verdict: () => text('verdict'),
    inspected: () => text('inspected'),
    /** Everything there is to read, hidden text included. */
    everything: () => page.locator('html').textContent(),
  };
}
