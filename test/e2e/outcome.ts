/** What a command printed, on both streams, where it ended as a test expects it to. */
import { expect } from "vitest";
import { type CommandResult } from "./pulumi.ts";

export async function succeeded(command: Promise<CommandResult>): Promise<string> {
  const { exitCode, stdout, stderr } = await command;
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  return `${stdout}${stderr}`;
}

export async function failed(command: Promise<CommandResult>): Promise<string> {
  const { exitCode, stdout, stderr } = await command;
  expect(exitCode, `${stdout}${stderr}`).not.toBe(0);
  return `${stdout}${stderr}`;
}
