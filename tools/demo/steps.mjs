/**
 * @typedef {object} Step
 * @property {string} says why one would run the command, in a line
 * @property {() => void} [before] what happens in the world first
 * @property {string} [checkpoint] what the pin's declaration is changed to first
 * @property {string[]} command
 * @property {number} exitCode
 * @property {string} [shows] what the command must have said
 * @property {"reads" | "nothing"} sends what the service sees of it, apart from the write
 * @property {string} [writes] the one checkpoint that it writes
 */

/**
 * @param {import("./shop.mjs").Shop} shop
 * @returns {Step[]}
 */
export function stepsIn({ times, cursorAt, consumeUntil, consumer }) {
  const first = cursorAt(times.thoughtWrongSince);
  const second = cursorAt(times.wrongSince);
  const third = cursorAt(times.wrongSince - 3_600_000);
  const up = ["up", "--yes", "--skip-preview"];
  return [
    {
      says: `Billing is to start over at ${clock(times.thoughtWrongSince)}. A preview says what that means, and writes nothing:`,
      checkpoint: first,
      command: ["preview"],
      exitCode: 0,
      sends: "reads",
    },
    {
      says: "An up prints the way back, moves the shard once, and reads it back:",
      command: up,
      exitCode: 0,
      sends: "reads",
      writes: first,
    },
    {
      says: "A pin records an act, and this one is done. Another up does not even ask the service:",
      command: up,
      exitCode: 0,
      sends: "nothing",
    },
    {
      says: `The rate was wrong since ${clock(times.wrongSince)} already. Someone changes the checkpoint, a reviewer looks:`,
      checkpoint: second,
      command: ["preview"],
      exitCode: 0,
      sends: "reads",
    },
    {
      says: "It is merged, and moves the shard once more:",
      command: up,
      exitCode: 0,
      sends: "reads",
      writes: second,
    },
    {
      says: `${consumer} is started and reads on. A pin now would be overwritten, so it is refused:`,
      before: () => consumeUntil(times.thoughtWrongSince),
      checkpoint: third,
      command: up,
      exitCode: 1,
      shows: "refused, because consumers are alive",
      sends: "reads",
    },
    {
      says: "Destroy forgets the pin and leaves the consumers alone:",
      command: ["destroy", "--yes", "--skip-preview"],
      exitCode: 0,
      sends: "nothing",
    },
  ];
}

/** @param {number} time */
export function clock(time) {
  return `${new Date(time).toISOString().slice(11, 16)}Z`;
}
