import { AssumptionBook } from "./assumptions.js";
import type { ConsumerGroup } from "./consumerGroup.js";
import type { Logstore } from "./logstore.js";
import { Project } from "./project.js";
import { refusals } from "./refusals.js";

/** The state of the whole service, in memory. It knows no HTTP; its clock tells Unix milliseconds. */
export class SlsService {
  readonly projects = new Map<string, Project>();

  constructor(
    readonly now: () => number,
    readonly assumptions: AssumptionBook = new AssumptionBook(),
  ) {}

  /** Creates a project. */
  createProject(name: string, description = ""): Project {
    if (this.projects.has(name)) throw refusals.projectAlreadyExist(name);
    const project = new Project(name, description, this.assumptions, this.now());
    this.projects.set(name, project);
    return project;
  }

  /** A project that exists. */
  project(name: string): Project {
    const project = this.projects.get(name);
    if (project === undefined) throw refusals.projectNotExist(name);
    return project;
  }

  /** A logstore that exists. */
  logstore(project: string, logstore: string): Logstore {
    return this.project(project).logstore(logstore);
  }

  /** A consumer group that exists, with the logstore it reads. */
  consumerGroup(project: string, logstore: string, name: string): { store: Logstore; group: ConsumerGroup } {
    const store = this.logstore(project, logstore);
    return { store, group: store.consumerGroup(name) };
  }
}
