/** Handlers that write down what they are told. */
export function diary() {
  const heard = { items: [], errors: [], gaps: [], lost: 0, heartbeats: 0 };
  return {
    heard,
    onItem: (item) => heard.items.push(item.value()),
    onError: (error) => heard.errors.push(error.errorCode()),
    onDiscontinuity: (gap) =>
      heard.gaps.push([gap.lastSequenceNumber(), gap.newSequenceNumber(), gap.newSequencePage()]),
    onHeartbeat: () => heard.heartbeats++,
    onConnectionLost: () => heard.lost++,
  };
}
