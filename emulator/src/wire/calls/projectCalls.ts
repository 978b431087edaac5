import { refusals } from "../../service/refusals.js";
import type { Project } from "../../service/project.js";
import { empty, json } from "../answer.js";
import { projectName, type Handler } from "./callContext.js";
import { jsonObject } from "./jsonBody.js";
import { integerParameter } from "./queryValues.js";

const validName = /^[0-9a-z][0-9a-z_-]{1,61}[0-9a-z]$/;
const region = "cn-emulator";

/** POST / on the project's host, or on the bare endpoint with the project named in the body only. */
export const createProject: Handler = (context) => {
  const { projectName: inBody, description = "" } = jsonObject(context.call);
  const name = inBody ?? context.call.project;
  if (typeof name !== "string" || !validName.test(name)) {
    throw refusals.parameterInvalid("Parameter projectName is not valid");
  }
  if (typeof description !== "string") throw refusals.parameterInvalid("Parameter description is not valid");
  context.service.createProject(name, description);
  return empty();
};

/** GET / on the project's host. */
export const getProject: Handler = (context) => {
  return json(onTheWire(context.service.project(projectName(context)), context.host));
};

/** GET / on the bare endpoint. */
export const listProject: Handler = ({ service, call, host }) => {
  const offset = integerParameter("offset", call.query["offset"], { fallback: 0, max: 1e9 });
  const size = integerParameter("size", call.query["size"], { fallback: 100, max: 1e9 });
  const all = [...service.projects.values()].filter(({ name }) =>
    name.includes(call.query["projectName"] ?? ""),
  );
  const projects = all.slice(offset, offset + size).map((project) => onTheWire(project, host));
  return json({ count: projects.length, total: all.length, projects });
};

/** PUT / on the project's host. */
export const updateProject: Handler = (context) => {
  const project = context.service.project(projectName(context));
  const { description = project.description } = jsonObject(context.call);
  if (typeof description !== "string") throw refusals.parameterInvalid("Parameter description is not valid");
  project.description = description;
  project.modifiedAt = context.service.now();
  return empty();
};

/** DELETE / on the project's host. */
export const deleteProject: Handler = (context) => {
  const { name } = context.service.project(projectName(context));
  context.service.projects.delete(name);
  return empty();
};

/** GET /regions on the bare endpoint. */
export const describeRegions: Handler = ({ host }) => {
  const endpoint = bareHost(host);
  return json({
    regions: [
      {
        region,
        localName: region,
        internetEndpoint: endpoint,
        intranetEndpoint: endpoint,
        internalEndpoint: endpoint,
      },
    ],
  });
};

function onTheWire({ name, description, createdAt, modifiedAt }: Project, host: string) {
  const endpoint = bareHost(host, name);
  return {
    projectName: name,
    description,
    status: "Normal",
    owner: "",
    region,
    location: region,
    dataRedundancyType: "LRS",
    createTime: String(Math.floor(createdAt / 1000)),
    lastModifyTime: String(Math.floor(modifiedAt / 1000)),
    internetEndpoint: endpoint,
    internalEndpoint: endpoint,
    shareEndpoint: endpoint,
  };
}

function bareHost(host: string, project?: string): string {
  return project !== undefined && host.startsWith(`${project}.`) ? host.slice(project.length + 1) : host;
}
