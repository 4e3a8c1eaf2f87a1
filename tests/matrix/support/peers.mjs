// What the package's entries for React, Vue and Momento's SDK are used with.
export const REACT = { react: '19.3.1', 'react-dom': '19.3.1' };
export const VUE = { vue: '3.5.45' };
export const SDK = { '@gomomento/sdk-web': '1.118.0' };
