"""Runs a command under a pseudo-terminal: terminal.py COLUMNS ROWS INTERRUPT_AT COMMAND...

INTERRUPT_AT is a text after whose appearance Ctrl-C is typed; empty for never. Writes what the terminal received,
and ends with the command's exit code.
"""

import fcntl
import os
import pty
import struct
import sys
import termios

columns, rows, interrupt_at, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    # The size is there before the command asks for it.
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
    os.execvp(command[0], command)

seen = b""
typed = not interrupt_at
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:  # the command has closed it
        break
    if not part:
        break
    seen += part
    if not typed and interrupt_at.encode() in seen:
        typed = True
        os.write(terminal, b"\x03")
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
