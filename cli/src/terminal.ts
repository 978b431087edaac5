/** Where the command line writes, and what it hears: everything outside of it. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly writeFile: (file: string, text: string) => void;
  /** Throws where a file cannot be written, before anything was done for it. */
  readonly requireWritable: (file: string) => void;
  /** The text of a file; `-` is the standard input. */
  readonly readFile: (file: string) => Promise<string>;
  /** Whether a person looks at what is written: then a watch draws over what it drew before. */
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Ends early when interrupted. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Never ends early: for what has to be tidied up after Ctrl-C. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** What a person answers to a question; undefined where nobody can be asked. */
  readonly ask: (question: string) => Promise<string | undefined>;
}
