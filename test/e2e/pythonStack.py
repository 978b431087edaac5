"""Runs one command on the stack "test" of a Python program, through Pulumi's Automation API: no language host is needed.

    pythonStack.py preview | up | refresh | destroy
"""

import runpy
import sys

from pulumi import automation


def program() -> None:
    runpy.run_path("__main__.py")


def show(text: str) -> None:
    print(text, flush=True)


command = sys.argv[1]
settings = automation.LocalWorkspaceOptions(work_dir=".")
stack = automation.select_stack("test", project_name="replay-in-python", program=program, opts=settings)
try:
    getattr(stack, command)(on_output=show, on_error=show)
except automation.CommandError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
