import type { OfficialLibrary } from "../../../provider/src/sls/official/library.js";

/** What one provider of the library was made with: its class, and all that was handed to its builder. */
export interface Handed {
  readonly made: string;
  readonly with: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
}

/** Stands for `@alicloud/credentials`: remembers what it is handed, and answers what a test says. */
export class RecordingLibrary {
  readonly handed: Handed[] = [];
  /** Which provider was asked, in order. */
  readonly asked: string[] = [];
  loads = 0;

  constructor(readonly answer: (made: string, times: number) => Answer | Promise<Answer>) {}

  readonly load = (): Promise<OfficialLibrary> => {
    this.loads += 1;
    const classes = [
      "CLIProfileCredentialsProvider",
      "ECSRAMRoleCredentialsProvider",
      "OIDCRoleArnCredentialsProvider",
      "ProfileCredentialsProvider",
      "RAMRoleARNCredentialsProvider",
      "StaticAKCredentialsProvider",
      "StaticSTSCredentialsProvider",
      "URICredentialsProvider",
    ].map((name) => [name, { builder: () => this.#builder(name) }]);
    return Promise.resolve(Object.fromEntries(classes) as unknown as OfficialLibrary);
  };

  #builder(made: string): unknown {
    const values: Record<string, unknown> = {};
    const builder: object = new Proxy(
      {},
      {
        get: (_target, name: string) => {
          if (name === "build") return () => this.#build(made, values);
          return (value: unknown) => {
            values[name.replace(/^with/, "")] = value;
            return builder;
          };
        },
      },
    );
    return builder;
  }

  #build(made: string, values: Readonly<Record<string, unknown>>): unknown {
    this.handed.push({ made, with: values });
    return {
      getProviderName: () => made,
      getCredentials: async () => {
        this.asked.push(made);
        return this.answer(made, this.asked.length);
      },
    };
  }
}
