/** The versions of React, and what stands for its packages in each. */
export const REACTS = [
  ['18', { react: 'react18', 'react-dom': 'react-dom18' }],
  ['19', {}],
];
