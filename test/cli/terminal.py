"""Runs a command under a pseudo-terminal: terminal.py COLUMNS ROWS TYPING COMMAND...

TYPING is a JSON list of pairs: a text, and the keys that are typed once it has appeared, one pair after the other.
Keys of null close the terminal. Writes what the terminal received, and ends with the command's exit code.
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios

columns, rows, typing, *command = sys.argv[1:]
left = json.loads(typing)
child, terminal = pty.fork()
if child == 0:
    # The size is there before the command asks for it.
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
    os.execvp(command[0], command)

seen = b""
unread = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:  # the command has closed it
        break
    if not part:
        break
    seen += part
    unread += part
    while left and left[0][0].encode() in unread:
        after, keys = left.pop(0)
        unread = unread.partition(after.encode())[2]
        if keys is None:
            os.close(terminal)
        else:
            os.write(terminal, keys.encode())
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
