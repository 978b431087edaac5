import { styleText } from "node:util";

/** Colours words that a symbol marks already, so that nothing is said by colour alone. */
export function colored(write: (text: string) => void): (text: string) => void {
  return (text) => {
    write(
      text
        .replace(/✗[^\n,;]*/g, (match) => styleText("red", match, { validateStream: false }))
        .replace(/✓[^\n,;]*/g, (match) => styleText("green", match, { validateStream: false }))
        .replace(/● \w+/g, (match) => styleText("yellow", match, { validateStream: false })),
    );
  };
}
