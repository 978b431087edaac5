import { refusals } from "./refusals.js";
import { Logstore, type LogstoreSettings } from "./logstore.js";
import type { AssumptionBook } from "./assumptions.js";

/** The logstores that a project may have, unless its owner asks for more. */
const maximumLogstores = 200;

/** A project: a name and the logstores in it. */
export class Project {
  readonly name: string;
  description: string;
  readonly createdAt: number;
  modifiedAt: number;
  readonly logstores = new Map<string, Logstore>();
  readonly #assumptions: AssumptionBook;
  #births = 0;

  constructor(name: string, description: string, assumptions: AssumptionBook, now: number) {
    this.name = name;
    this.description = description;
    this.createdAt = now;
    this.modifiedAt = now;
    this.#assumptions = assumptions;
  }

  /** Creates a logstore. One that is created again under an old name has other cursors. */
  createLogstore(name: string, settings: LogstoreSettings, now: number): Logstore {
    if (this.logstores.has(name)) throw refusals.logstoreAlreadyExist(name);
    if (this.logstores.size >= maximumLogstores) {
      throw refusals.projectQuotaExceed(this.#assumptions.decide("projectQuotaStatus"), "logstores");
    }
    const identity = `${this.name}/${name}/${this.#births++}`;
    const logstore = new Logstore(name, identity, settings, this.#assumptions, now);
    this.logstores.set(name, logstore);
    return logstore;
  }

  /** A logstore that exists. */
  logstore(name: string): Logstore {
    const logstore = this.logstores.get(name);
    if (logstore === undefined) throw refusals.logstoreNotExist(name);
    return logstore;
  }
}
