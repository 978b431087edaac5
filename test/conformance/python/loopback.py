"""Runs a program whose client dials names below `.localhost`, which not every machine resolves to loopback."""

import runpy
import socket
import sys

resolve = socket.getaddrinfo


def resolve_to_loopback(host, *args, **kwargs):
    is_local = isinstance(host, str) and host.endswith(".localhost")
    return resolve("127.0.0.1" if is_local else host, *args, **kwargs)


socket.getaddrinfo = resolve_to_loopback
runpy.run_path(sys.argv[1], run_name="__main__")
