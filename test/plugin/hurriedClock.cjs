/** Loaded before a front: every look at the clock takes half a second. */
const { now } = Date;
let looks = 0;
Date.now = () => now() + 500 * (looks += 1);
